import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections that have sent no whole request yet. When there are more, the oldest is closed for the newest. */
const MAX_SILENT = 512

/**
 * Any user of this machine can open connections and say nothing. A limit that turned the newest away would turn away the
 * owner with them.
 */
export function limitSilent(server: Pick<Server, 'on'>): void {
  const silent = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
    const [oldest] = silent
    if (silent.size > MAX_SILENT) oldest?.destroy()
  })
  const spoke = ({ socket }: IncomingMessage) => silent.delete(socket)
  server.on('request', spoke)
  // A request with `Expect: 100-continue`.
  server.on('checkContinue', spoke)
}
