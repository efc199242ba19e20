import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Server as NetServer, Socket } from 'node:net'

/** A server that is listening, and the one way to end it. */
export interface Listening {
  readonly port: number
  /** How many TCP connections were accepted since the start. */
  readonly connections: number
  /** Destroys every open connection, tunnels included, and frees the port. Safe to call twice. */
  close(): Promise<void>
}

/** Certificate and key in PEM; see `makeTls`. */
export interface ServerIdentity {
  readonly cert: string
  readonly key: string
}

/** An HTTP server, or HTTPS when it has an identity, not listening yet. */
export function httpServer(handler: RequestListener, tls?: ServerIdentity): Server {
  return tls ? createHttpsServer({ cert: tls.cert, key: tls.key }, handler) : createHttpServer(handler)
}

/**
 * Binds a server to 127.0.0.1 and counts its connections.
 * Sockets are tracked by hand because `closeAllConnections` forgets the ones a CONNECT turned into tunnels.
 * Rejects when the port is taken.
 */
export async function listen(server: NetServer, port = 0): Promise<Listening> {
  const open = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a TCP port')
  let closing: Promise<void> | undefined
  return {
    port: address.port,
    get connections() {
      return connections
    },
    close() {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      })
      return closing
    },
  }
}
