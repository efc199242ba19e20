import { connect } from 'node:net'
import type { Attack, Door } from './attack.ts'
import type { Reached } from './echo-api.ts'

/** How long an attacker listens for an answer. */
const LISTEN_MILLISECONDS = 400

/** Sends bytes as they are; gives all that comes back until the end, or until it has waited long enough. */
export function sendBytes(
  to: number | string,
  bytes: string,
  milliseconds = LISTEN_MILLISECONDS,
): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const write = () => socket.write(bytes, 'latin1')
    const socket = typeof to === 'number' ? connect(to, '127.0.0.1', write) : connect(to, write)
    socket.setEncoding('latin1').on('data', (part: string) => {
      heard += part
    })
    const timer = setTimeout(() => socket.destroy(), milliseconds)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(heard)
    })
  })
}

/** A request as bytes, with the right Host unless `headers` has one. */
export function request(
  door: Pick<Door, 'port'>,
  line: string,
  headers: readonly string[] = [],
  body = '',
): string {
  const hasHost = headers.some((header) => /^host\s*:/i.test(header))
  const host = hasHost ? [] : [`Host: 127.0.0.1:${door.port}`]
  return [line, ...host, ...headers, 'Connection: close', '', body].join('\r\n')
}

/** An attack that is one string of bytes, sent to the proxy that allows writes. */
export const rawAttack = (
  name: string,
  bytes: (door: Door) => string,
  through?: (reached: readonly Reached[]) => boolean,
): Attack => ({
  name,
  run: async ({ door }) => ({ heard: await sendBytes(door.port, bytes(door)) }),
  ...(through && { through }),
})
