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
