import type { TraceReference } from '../id.ts'
import type { Trace } from '../model.ts'

/** One place traces are read from. Above this interface no back end is told from another. */
export interface Backend {
  /** For people: `Lightstep`. */
  readonly name: string
  /** One whole trace. Failures: `not-found`, `cannot-do`, `api-failed`, and those of the request itself. */
  trace(reference: TraceReference): Promise<Trace>
  /** The page of this trace in the back end's own UI, where it is known. */
  link(trace: Trace): string | undefined
}

/** One read of the trace API. */
export interface ApiRequest {
  /** Starts with `/`, already percent-encoded; relative to the profile's API. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
}

/** What came back: a 2xx, or a 404. */
export interface ApiAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body parsed; Failure `api-failed` when it is not JSON. */
  json(): unknown
}

/**
 * A GET carrying the user's identity. Denials, rate limits, server errors, redirects and web pages are thrown as
 * Failures; a 404 is an answer, since only the back end knows what it means.
 */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>
