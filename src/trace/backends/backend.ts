import type { Failure } from '../../errors.ts'
import type { TraceReference } from '../id.ts'
import type { Trace } from '../model.ts'
import type { SearchResult, TraceFilter } from '../search.ts'

/** One place traces are read from. Above this interface no back end is told from another. */
export interface Backend {
  /** For people: `Lightstep`. */
  readonly name: string
  /** One whole trace. Failures: `not-found`, `cannot-do`, `api-failed`, and those of the request itself. */
  trace(reference: TraceReference): Promise<Trace>
  /** Traces that fit; none is no failure. Failures: `usage` for a query it does not take, and those above. */
  search(filter: TraceFilter): Promise<SearchResult>
  /** Names of the services that report spans, sorted. */
  services(): Promise<readonly string[]>
  /** The page of this trace in the back end's own UI, where it is known. */
  link(trace: Trace): string | undefined
}

/** One read of the trace API. */
export interface ApiRequest {
  /** Starts with `/`, already percent-encoded; relative to the profile's API. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** `application/json` when absent. */
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses beside 2xx and 404 that come back as answers, with `failure` set. */
  readonly answers?: readonly number[]
}

/** What came back: a 2xx, a 404, or a status that was asked for. */
export interface ApiAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Decompressed. */
  readonly body: Uint8Array
  /** What the status means to the person who asked; absent for 2xx and 404. */
  readonly failure?: Failure
  /** The body parsed; Failure `api-failed` when it is not JSON. */
  json(): unknown
}

/**
 * A GET carrying the user's identity. Denials, rate limits, server errors, redirects and web pages are thrown as
 * Failures; a 404 is an answer, since only the back end knows what it means.
 */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>
