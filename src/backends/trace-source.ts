import type { Failure } from '../errors.ts'
import { withoutSecret } from '../text/secrets.ts'
import type { DividedPopulation, SelectedSpans } from '../trace/analysis/population.ts'
import type { AttributeName, AttributeValues, ShowValue } from '../trace/attributes.ts'
import type { TraceReference } from '../trace/id.ts'
import type { Trace } from '../trace/model.ts'
import type { SearchResult, TraceFilter, TraceSummary } from '../trace/search.ts'
import type { QueryResult, SeriesQuery, TimeRange } from '../trace/series.ts'
import type { Capabilities, Place } from './backend.ts'

/**
 * A place traces are read from. Code above this interface does not distinguish back ends. A method exists when
 * `capabilities` says so. Failures of all: `cannot-do`, `api-failed`, and those of the request itself.
 */
export interface TraceSource {
  /** For people: `Lightstep`. */
  readonly name: string
  readonly capabilities: Capabilities
  /** One whole trace. Failure `not-found` when there is none. */
  trace(reference: TraceReference): Promise<Trace>
  /**
   * Matching traces; none isn't a failure. `onPage` gets them page by page, each trace once. Failure `usage` for a query
   * it does not accept.
   */
  search?(filter: TraceFilter, onPage?: OnPage): Promise<SearchResult>
  /** Names of the services that report spans, sorted: those of a time, where {@link servicesOfTime}. */
  services?(range?: TimeRange): Promise<readonly string[]>
  /** Services are listed of the time that is asked for, without one of the last hour or day; else all that are known. */
  readonly servicesOfTime?: boolean
  attributes?(range: TimeRange): Promise<readonly AttributeName[]>
  /**
   * Values of an attribute in this time, sorted; where whole values are at hand, as `show` shows them. A back end lists them as
   * texts, each by itself. Failure `not-found` when no span has it.
   */
  attributeValues?(name: string, range: TimeRange, show: ShowValue): Promise<AttributeValues>
  /** Time series for a query in the back end's own language. Failure `usage` for one it does not accept. */
  query?(query: SeriesQuery): Promise<QueryResult>
  /**
   * Counts attribute values in the selected spans of a population and in the rest, without reading the traces; absent where
   * the back end cannot. The limit of the filter is not respected. Failures `usage`, and `not-found` for a percentile of nothing.
   */
  compare?(population: TraceFilter, selected: SelectedSpans): Promise<BackendComparison>
  /** The page of this trace in a UI, where its address is known. Absent: no address of one is documented. */
  link?(trace: Trace): string | undefined
}

/** The API's own address as that of its pages. No browser may ask through a local proxy. */
export const pageBase = (base: URL): URL | undefined =>
  withoutSecret(base.href) === base.href ? base : undefined

/** A comparison that the back end made. */
export interface BackendComparison extends DividedPopulation {
  /** A query of its search that finds the spans to be explained; absent: the population is a query of the person's own. */
  readonly selectedQuery?: string
  /** Why counts may be missing, as the server words it; not sanitized. Absent: the counts are complete. */
  readonly partial?: string
}

export interface BackendSource extends TraceSource {
  /** The cheapest request that shows whether the API lets this person in. Failure `not-found`: it is not this API. */
  probe(): Promise<void>
}

/** Receives the traces of one page of a search, before the next page is requested. */
export type OnPage = (traces: readonly TraceSummary[]) => Promise<void>

export interface ApiRequest {
  /** GET when absent. Some POSTs only read. */
  readonly method?: 'GET' | 'POST'
  /** Starts with `/`, already percent-encoded; relative to the profile's API. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  /** `application/json` when absent. */
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses beside 2xx and 404 that are returned instead of thrown, with `failure` set. */
  readonly answers?: readonly number[]
  /**
   * The rate limit it counts against, where that is not the one of most requests. `isPoll`: it looks at what is paid for
   * already, and whoever asks repeats it.
   */
  readonly limit?: { readonly name: string; readonly isPoll?: boolean }
  /** The trace that a good answer holds, where the path does not name it: for the record. */
  readonly reads?: (body: Uint8Array) => string | undefined
}

/** What came back: a 2xx, a 404, or a status that was asked for. */
export interface ApiAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Decompressed, at most `maxBytes`. */
  readonly body: Uint8Array
  /** The size limit of this answer, in bytes. */
  readonly maxBytes: number
  /** What the status means to the person who asked; absent for 2xx and 404. */
  readonly failure?: Failure
  /** A sentence for the hint of a Failure that is made of this answer: the size of the token may be what is wrong. */
  readonly tokenHint?: string
  /** The body parsed; Failure `api-failed` when it is not JSON. */
  json(): unknown
}

/**
 * A request carrying the user's identity. Denials, rate limits, server errors, redirects and web pages are thrown as
 * Failures; a 404 is an answer, since only the back end knows what it means.
 */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>

/** What taking a snapshot needs from outside: the user's consent to spend one, a clock, and a place for messages. */
export interface SnapshotConsent {
  /** The command line that gives consent beforehand. */
  readonly command: string
  /** Consent was given beforehand (`--snapshot`). */
  readonly allowed: boolean
  /**
   * Asks for consent. Resolves when it is given; Failure `cannot-do` when no person can be asked, `declined` when it is
   * refused. `reason`: the work that needs a snapshot; `instead`: the work that needs none.
   */
  request(reason: string, instead?: string): Promise<void>
  /** Prints a line for the user. */
  tell(line: string): void
  /** Milliseconds since the epoch. */
  now(): number
  /** Sleeps; on a terminal it prints why. */
  wait(milliseconds: number, why: string): Promise<void>
}

/** What a back end is opened with. */
export interface BackendAccess {
  readonly base: URL
  /** Where a browser shows its traces, as the profile says. */
  readonly ui?: URL | undefined
  /** Holds every setting that its row in `backends` needs. */
  readonly place: Place
  readonly send: Send
  /** Milliseconds since the epoch. */
  now(): number
  /** Asks the user before a counted request; loaded lazily. */
  snapshotConsent(): Promise<SnapshotConsent>
}

/** What `ls-auth doctor --gateway` asks of a back end. Paths as in a URL. */
export interface GatewayProbe {
  /** Cheap reads, best first; the first that is answered is read again and again. Their paths have no PUT. */
  readonly reads: readonly string[]
  /** A request that would write, if the back end could make anything of it: it must be refused whatever its state. */
  readonly write: { readonly method: 'POST'; readonly path: string; readonly body?: string }
  /** Undefined: it has none. */
  readonly tenants?: Tenants
}

/** Of a back end that keeps the data of several tenants apart, and takes the caller's word for which one is asked. */
export interface Tenants {
  /** The header that names the tenant, in lower case. */
  readonly header: string
  /** The names of attributes in an answer to a read; empty: the tenant has no data. Undefined: another answer. */
  namesIn(body: Buffer): readonly string[] | undefined
}

/** A body that no API can read as JSON, and that says to a person who finds it where it comes from. */
export const NO_JSON = 'sent by ls-auth doctor --gateway: not JSON; the gateway must refuse this'

/** How a back end is asked: loaded by the first command that asks it. */
export interface BackendApi {
  open(access: BackendAccess): BackendSource | Promise<BackendSource>
  /**
   * How to find out what a gateway in front of it lets through. Failure `settings` for a place it cannot have. Absent: a vendor
   * runs it for people with a token, and no gateway stands there.
   */
  readonly gatewayProbe?: (place: Place) => GatewayProbe
}
