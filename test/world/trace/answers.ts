import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'

/** How the trace API answers: as it should, or in one of the ways real ones go wrong. */
export type TraceApiMode =
  | 'normal'
  | 'rate-limited'
  | 'server-error'
  | 'plain-text'
  | 'message-body'
  | 'html'
  | 'redirect'
  | 'gone'
  | 'not-found'
  | 'not-json'
  | 'huge'
  | 'slow'
  /** The connection breaks before the answer. */
  | 'broken'

/** Sends JSON, compressed when the caller takes gzip, as the real API does. */
export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    ...(zipped && { 'content-encoding': 'gzip', vary: 'accept-encoding' }),
  })
  response.end(zipped ? gzipSync(bytes) : bytes)
}

/** Sends an error the way the API words them: a list of strings. */
export function sendErrors(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  sendJson(request, response, status, { errors: [message] }, headers)
}

/** Answers a request in a mode other than `normal`. */
export function misbehave(
  mode: Exclude<TraceApiMode, 'normal'>,
  request: IncomingMessage,
  response: ServerResponse,
  rateLimitResetSeconds: number,
) {
  const plain = (status: number, type: string, body: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { ...headers, ...(type && { 'content-type': type }) })
    response.end(body)
  }
  switch (mode) {
    case 'broken':
      return request.socket.destroy()
    case 'rate-limited':
      return sendErrors(request, response, 429, 'Rate limit exceeded', {
        'x-ratelimit-limit': '60',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(rateLimitResetSeconds),
      })
    case 'server-error':
      return plain(500, '', '')
    case 'plain-text':
      return plain(503, 'text/plain', 'upstream connect error or disconnect/reset before headers')
    case 'message-body':
      return sendJson(request, response, 403, { message: 'Your role does not allow this.' })
    case 'html':
      return plain(200, 'text/html', '<!doctype html><title>Sign in</title><form action="/login"></form>')
    case 'redirect':
      return plain(302, '', '', { location: 'https://login.example/sign-in?next=%2F' })
    case 'not-found':
      return sendErrors(request, response, 404, 'No trace found')
    case 'gone':
      return plain(410, 'text/plain', 'This API has been retired.')
    case 'not-json':
      return plain(200, 'application/json', '{"data":[{"type":"stored-traces",')
    case 'huge':
      return inflate(response)
    case 'slow':
      return trickle(response)
  }
}

/** A gzip bomb: one member of 16 MiB of spaces sent 64 times over, about 1 MB on the wire and 1 GiB unpacked. */
function inflate(response: ServerResponse): void {
  const member = gzipSync(Buffer.alloc(16 * 1024 * 1024, ' '))
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  response.write(gzipSync('{"data":['))
  for (let sent = 0; sent < 64 && !response.destroyed; sent += 1) response.write(member)
  response.end(gzipSync(']}'))
}

/** Headers at once, then a space every 100 ms until the caller leaves: only a deadline ends this. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  const timer = setInterval(() => response.write(' '), 100)
  timer.unref()
  response.once('close', () => clearInterval(timer))
}
