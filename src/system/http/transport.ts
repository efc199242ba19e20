import type { HttpRequest } from '../../ports.ts'

/** How long a connection (TCP, and TLS where it is the proxy's) may take to stand. */
export const CONNECT_MILLISECONDS = 5_000

/** Sends by one library: the answer as it comes, nothing decoded, no redirect followed. */
export interface Transport {
  /** Failure `api-failed`: more bytes came than the request allows. */
  send(request: HttpRequest, signal: AbortSignal): Promise<RawAnswer>
}

/** The headers of a request. A server that is not told otherwise may compress in a way we do not read. */
export function headersOf(request: HttpRequest): Record<string, string> {
  return { 'accept-encoding': 'identity', ...request.headers }
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it came, at most as long as the request's cap. */
  readonly body: Buffer
}
