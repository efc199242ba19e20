import { errorCode, Failure } from '../../errors.ts'
import type { HttpAnswer, HttpRequest } from '../../ports/http.ts'

/** Connect timeout (TCP, and TLS where it is the proxy's). */
export const CONNECT_MILLISECONDS = 5_000

/** Sends requests by one HTTP library and returns raw answers: not decompressed, no redirect followed. */
export interface Transport {
  /** Failure `api-failed` when the body is larger than the request's `maxBytes`. */
  send(request: HttpRequest, signal: AbortSignal): Promise<RawAnswer>
}

/** The headers of a request. Without `accept-encoding` a server may choose a compression that is not supported here. */
export function headersOf(request: HttpRequest): Record<string, string> {
  return { 'accept-encoding': 'identity', ...request.headers }
}

export interface RawAnswer extends Required<Pick<HttpAnswer, 'status' | 'statusLine'>> {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Still compressed; at most the request's `maxBytes`. */
  readonly body: Buffer
}

/** Whether a request may be sent twice, because it changes nothing (RFC 9110 §9.2.1). */
export const isRepeatable = ({ method }: Pick<HttpRequest, 'method'>): boolean =>
  method === 'GET' || method === 'HEAD'

/** The answer may come from the API, the provider, or something on the way to them. */
const BROKEN_HINT = 'Try again. If it keeps failing, ask whoever runs that host or the proxy.'

/** Headers with their names in lower case, and repeated ones joined. */
export function flattenHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}

/** Buffers the body as it comes. `add` throws Failure `api-failed` beyond the request's `maxBytes`. */
export function cappedBody(request: HttpRequest): { add(part: Buffer): void; whole(): Buffer } {
  const parts: Buffer[] = []
  let size = 0
  return {
    add(part) {
      size += part.length
      if (size > request.maxBytes) throw tooLarge(request)
      parts.push(part)
    },
    whole: () => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)),
  }
}

/**
 * Decompresses gzip, br and deflate. Failure `api-failed` for another encoding, damaged data, and for more than
 * `maxBytes` after decompression.
 */
export function decompress(wire: Buffer, headers: HttpAnswer['headers'], request: HttpRequest): Buffer {
  const encoding = (headers['content-encoding'] || 'identity').trim().toLowerCase()
  if (encoding === 'identity' || wire.length === 0) return wire
  const { brotliDecompressSync, gunzipSync, inflateSync } = process.getBuiltinModule('node:zlib')
  const decoders = { gzip: gunzipSync, 'x-gzip': gunzipSync, br: brotliDecompressSync, deflate: inflateSync }
  const decoder = decoders[encoding as keyof typeof decoders]
  if (!decoder)
    throw new Failure(
      'api-failed',
      `${request.url.host} answered in an encoding that ls-auth did not request`,
      {
        hint: BROKEN_HINT,
      },
    )
  try {
    // Synchronous: no other work waits, and the asynchronous form takes a trip to another thread.
    return decoder(wire, { maxOutputLength: request.maxBytes })
  } catch (cause) {
    if (errorCode(cause) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(request)
    throw new Failure('api-failed', `${request.url.host} sent a damaged compressed answer`, {
      hint: BROKEN_HINT,
      cause,
    })
  }
}

function tooLarge(request: HttpRequest): Failure {
  return new Failure(
    'api-failed',
    `the answer of ${request.url.host} is larger than ${request.maxBytes} bytes`,
    {
      hint: 'ls-auth stopped reading. Request less, or check what runs at this address.',
      reason: 'too-large',
    },
  )
}
