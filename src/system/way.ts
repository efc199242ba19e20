import type { HttpRequest } from '../ports.ts'

/** A way to the network, by one library: the answer as it comes, nothing decoded, no redirect followed. */
export interface Way {
  send(request: HttpRequest, signal: AbortSignal): Promise<RawAnswer>
}

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: AsyncIterable<Buffer>
}
