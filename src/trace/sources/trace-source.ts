import type { Capabilities } from '../../backends/backend.ts'
import type { Failure } from '../../errors.ts'
import type { AttributeName, AttributeValues } from '../attributes.ts'
import type { TraceReference } from '../id.ts'
import type { Trace } from '../model.ts'
import type { SearchResult, TraceFilter, TraceSummary } from '../search.ts'
import type { QueryResult, SeriesQuery, TimeRange } from '../series.ts'

/**
 * One place traces are read from. Above this interface no back end is told from another. A method is there when
 * `capabilities` says so. Failures of all: `cannot-do`, `api-failed`, and those of the request itself.
 */
export interface TraceSource {
  /** For people: `Lightstep`. */
  readonly name: string
  readonly capabilities: Capabilities
  /** One whole trace. Failure `not-found` when there is none. */
  trace(reference: TraceReference): Promise<Trace>
  /**
   * Traces that fit; none is no failure. `onPage` gets them as they come, each trace once. Failure `usage` for a query
   * it does not take.
   */
  search?(filter: TraceFilter, onPage?: OnPage): Promise<SearchResult>
  /** Names of the services that report spans, sorted. */
  services?(): Promise<readonly string[]>
  /** Names of the attributes spans carried in this time, sorted. */
  attributes?(range: TimeRange): Promise<readonly AttributeName[]>
  /** Values an attribute had in this time, sorted. Failure `not-found` when nothing carried it. */
  attributeValues?(name: string, range: TimeRange): Promise<AttributeValues>
  /** Time series for a query in the back end's own language. Failure `usage` for one it does not take. */
  query?(query: SeriesQuery): Promise<QueryResult>
  /** The page of this trace in the back end's own UI, where it is known. */
  link(trace: Trace): string | undefined
}

export type OnPage = (traces: readonly TraceSummary[]) => Promise<void>

/** One request to the trace API. */
export interface ApiRequest {
  /** GET when absent. A POST reads too, or is said to do more. */
  readonly method?: 'GET' | 'POST'
  /** Starts with `/`, already percent-encoded; relative to the profile's API. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** JSON. */
  readonly body?: string
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
  /** Decompressed, at most `maxBytes`. */
  readonly body: Uint8Array
  /** Bytes that this answer was allowed to have. */
  readonly maxBytes: number
  /** What the status means to the person who asked; absent for 2xx and 404. */
  readonly failure?: Failure
  /** The body parsed; Failure `api-failed` when it is not JSON. */
  json(): unknown
}

/**
 * A request carrying the user's identity. Denials, rate limits, server errors, redirects and web pages are thrown as
 * Failures; a 404 is an answer, since only the back end knows what it means.
 */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>
