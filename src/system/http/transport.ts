import type { HttpRequest } from '../../ports.ts'

/** A way to the network, by one library: the answer as it comes, nothing decoded, no redirect followed. */
export interface Way {
  /** Failure `api-failed`: more bytes came than the request allows. */
  send(request: HttpRequest, signal: AbortSignal): Promise<RawAnswer>
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** As it came, at most as long as the request's cap. */
  readonly body: Buffer
}
