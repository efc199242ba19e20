/**
 * One trace: what every back end and file format is parsed into, and what every renderer and exporter reads.
 *
 * The model follows OpenTelemetry (the richest of the formats) and loses nothing: attributes stay an ordered list with
 * their types, times stay whole nanoseconds. Defects of the source are recorded as {@link SpanMark}s. A format that can
 * parse lazily may implement `attributes`, `events`, `links` and `dropped` as getters.
 */

/** A value of an attribute. `Uint8Array` is OTLP's `bytesValue`, `bigint` a 64-bit integer beyond 2^53. */
export type AttributeValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue }

/** In the order of the source. Keys should be unique, but nothing in this program relies on it. */
export type Attributes = readonly (readonly [key: string, value: AttributeValue])[]

/** A span's side of a call (OTLP `SpanKind`). */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified'

/** OTLP `StatusCode`. */
export type SpanStatus = 'unset' | 'ok' | 'error'

/**
 * The faults of a span in its source, and how it was read anyway.
 * - `start-missing`: no usable start; `startNanos` is 0 and the tree places the span at its parent's start, or without a parent
 *   at the start of the trace. Where the source gives an end but no duration, `durationNanos` is 0, too, and stays unknown.
 * - `end-missing`: no usable end; `durationNanos` is 0.
 * - `end-before-start`: clamped, `durationNanos` is 0.
 * - `parent-unreadable`: the parent id cannot be read; the span is read as a root.
 * - `own-parent`: the source names it as its own parent, and by its rules the span is a root (Zipkin).
 * - `id-rewritten`: its id is a text that isn't a hex number; `spanId` is made from it.
 * - `id-shared`: no fault. In the source it has the id of another span, mostly of its parent, the client half of one call
 *   (Zipkin). `spanId` is made.
 * - `follows-parent`: no fault. In the source the parent does not wait for it (Jaeger's `FOLLOWS_FROM`).
 * - `attributes-withheld`: a gateway took its attributes and events away, because the caller may not read them.
 */
export type SpanMark =
  | 'start-missing'
  | 'end-missing'
  | 'end-before-start'
  | 'parent-unreadable'
  | 'own-parent'
  | 'id-rewritten'
  | 'id-shared'
  | 'follows-parent'
  | 'attributes-withheld'

/** Something that happened at one moment of a span (OTLP event, Jaeger or Lightstep log). */
export interface SpanEvent {
  readonly name: string
  /** Nanoseconds since the epoch. Undefined: the source gives none, and none is made up. */
  readonly timeNanos: bigint | undefined
  readonly attributes: Attributes
  /** It is a record of a log, whose text is the name. Absent: an event, as far as the source says. */
  readonly isLog?: true
}

/** A pointer to a span of this or another trace that is not a parent. */
export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Attributes
}

/** How much of a span whoever recorded it has dropped, since a limit was reached. */
export interface Dropped {
  readonly attributes: number
  readonly events: number
  readonly links: number
}

/** The instrumentation library that wrote a span. */
export interface Scope {
  readonly name: string
  readonly version?: string
  readonly attributes: Attributes
}

/** Ids are lower-case hex: 16 digits for spans, 32 for traces (16 where the source gives only the low half). */
export interface Span {
  readonly spanId: string
  /** Absent for a root. It may name a span that is not in the trace. */
  readonly parentId?: string | undefined
  readonly name: string
  /** `unknown_service` (OpenTelemetry's word) when the source names none. */
  readonly service: string
  readonly kind: SpanKind
  readonly status: SpanStatus
  readonly statusMessage?: string | undefined
  /** Nanoseconds since the epoch. */
  readonly startNanos: bigint
  /** Whole nanoseconds, never negative, exact up to 104 days. */
  readonly durationNanos: number
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
  /** Absent: nothing, as far as the source says. */
  readonly dropped?: Dropped | undefined
  /** Attributes of the process that reported the span; one array shared by all its spans. */
  readonly resource: Attributes
  readonly scope?: Scope | undefined
  readonly marks: readonly SpanMark[]
}

/** All spans a back end or file gave for one trace id. */
export interface Trace {
  readonly traceId: string
  /** In the order of the source, which no back end promises to be by time. */
  readonly spans: readonly Span[]
  /** The URL the answer gives for itself. Untrusted: good for a hint, never to be requested. */
  readonly selfLink?: string
  /** Why the trace is incomplete, as the server words it; not yet sanitized for a terminal. Absent: it is complete. */
  readonly partial?: string
  readonly warnings?: Warnings
  /** How many spans were left out as copies of others. Absent: none, or not counted. */
  readonly redelivered?: number
  /** Some spans have records of logs among their events. */
  readonly hasLogs?: true
  /** False: no span calls a model or a tool. Absent: not known. */
  readonly callsModels?: boolean
}

/** What a back end says about spans it gives (Jaeger does), not yet sanitized for a terminal. */
export interface Warnings {
  /** How many spans carry a warning. */
  readonly spans: number
  /** Each text once, in the order of the source. */
  readonly texts: readonly string[]
}

/** The shared empty array: most spans have no events, links or marks, and there may be 100,000 spans. */
export const NONE: readonly never[] = Object.freeze([])

/** The name of a service no source names (OpenTelemetry semantic conventions, `service.name`). */
export const UNKNOWN_SERVICE = 'unknown_service'

/** The value under `key`, without building a map. Of a key that stands there twice the last one, as in what is exported. */
export function attribute(attributes: Attributes, key: string): AttributeValue | undefined {
  for (let i = attributes.length - 1; i >= 0; i--) {
    const pair = attributes[i]!
    if (pair[0] === key) return pair[1]
  }
  return undefined
}
