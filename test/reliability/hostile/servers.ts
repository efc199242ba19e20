import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { httpServer, type Listening, listen } from '../../world/loopback-server.ts'
import type { RawAnswer } from '../../world/provider.ts'

/** A server of an attacker, or one that must not be asked. */
export interface Stranger extends Listening {
  readonly url: string
  readonly requests: readonly { readonly url: string; readonly headers: string; readonly body: string }[]
}

/** Answers everything by one function, and remembers what it was sent. */
export async function startStranger(
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => response.end('{}'),
): Promise<Stranger> {
  const requests: { url: string; headers: string; body: string }[] = []
  const server = httpServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.once('end', () => {
      const body = Buffer.concat(parts).toString()
      requests.push({ url: request.url ?? '', headers: JSON.stringify(request.headers), body })
      answer(response, request)
    })
  })
  const listening = await listen(server)
  return Object.assign(listening, { url: `http://127.0.0.1:${listening.port}`, requests })
}

export const json = (raw: string, status = 200): RawAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  raw,
})

export const page = (status = 200): RawAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  raw: '<!doctype html><title>Sign in</title><form></form>',
})

/** About 64 KiB on the wire, 64 MiB unpacked. */
export const gzipBomb = (): RawAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
  raw: gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')),
})

/** Sound JSON of a megabyte and no meaning. */
export const huge = (): RawAnswer => json(`{"a":"${'x'.repeat(10 * 1024 * 1024)}"}`)

export const deep = (): RawAnswer => json('['.repeat(100_000) + ']'.repeat(100_000))

/** Ways to answer that only the connection shows. Each is a handler for `Tamper.intercept`. */
export const WIRE = {
  hang: () => {},
  drop: (response: ServerResponse) => void response.destroy(),
  cut(response: ServerResponse) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"access_token":"', () => response.destroy())
  },
  trickle(response: ServerResponse) {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 50)
    response.once('close', () => clearInterval(timer))
  },
  nonsense(response: ServerResponse) {
    response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n')
  },
  continueForEver(response: ServerResponse) {
    const timer = setInterval(() => response.writeContinue(), 5)
    response.once('close', () => clearInterval(timer))
    response.once('error', () => clearInterval(timer))
  },
  manyHeaders(response: ServerResponse) {
    for (let n = 0; n < 5_000; n++) response.setHeader(`x-${n}`, 'x'.repeat(20))
    response.end('{}')
  },
} as const satisfies Record<string, (response: ServerResponse) => void>
