import { isObject, type JsonObject } from '../../../json-object.ts'
import {
  type Attributes,
  type AttributeValue,
  attribute,
  NONE,
  type Span,
  type SpanEvent,
  type SpanKind,
  type SpanMark,
  type SpanStatus,
  type Trace,
  UNKNOWN_SERVICE,
} from '../../model.ts'
import type { Collection } from '../collection.ts'
import { asAttributes, hexId, textOrNumber } from '../foreign-json.ts'
import { quoteLongIntegers } from '../integer.ts'
import { NO_SPAN_ID } from '../otlp/otlp-json.ts'
import { eventMomentOfMicros } from '../span-times.ts'
import { noTrace } from '../unreadable.ts'
import { holdsRounded, withLongIntegers } from './long-integers.ts'

/** Tag under which Lightstep keeps the parent (its tracers' own name for it). */
const PARENT_TAG = 'parent_span_guid'
/** Tag with the whole 128-bit id for spans that came in as OTLP; `trace-id` is its low half. */
const TRACE_ID_TAG = 'otlp.trace_id'

/** Of one trace; what is more Lightstep does not assemble (its answers to the survey of query languages). */
const MOST_SPANS = 4_000

interface Reporter {
  readonly attributes: Attributes
  readonly service: string | undefined
}

/**
 * Reads the answer of `GET …/stored-traces` (public API v0.2), `undefined` when its `data` is empty.
 * Tolerant where the API is known to vary (no tags, tags of any JSON type, unpadded ids, spans without one, unknown reporters, times
 * missing or reversed); Failure `api-failed` where there is no trace to be made of it.
 * Integers beyond 2^53 in tags are as precise as they come: see {@link exactLightstep}.
 */
export function readLightstepTrace(json: unknown): Trace | undefined {
  if (!isObject(json)) throw noTrace('the answer is not a JSON object')
  if (!Array.isArray(json.data)) throw noTrace('"data" is not an array')
  if (json.data.length === 0) return undefined
  // One element per answer in all captures; were there more, their spans would still all be shown.
  const spans: Span[] = []
  let lowTraceId: string | undefined
  for (const entry of json.data as unknown[]) {
    const attributes = isObject(entry) ? entry.attributes : undefined
    if (!isObject(attributes) || !Array.isArray(attributes.spans)) throw noTrace('it holds no list of spans')
    const reporters = readReporters(entry as JsonObject)
    for (const item of attributes.spans as unknown[]) {
      if (!isObject(item)) throw noTrace(`span ${spans.length + 1} is not an object`)
      lowTraceId ??= hexId(item['trace-id'], 16) ?? hexId(item['trace-id'], 32)
      spans.push(readSpan(item, reporters))
    }
  }
  const traceId = wholeTraceId(spans) ?? lowTraceId ?? (spans.length > 0 ? undefined : '0'.repeat(16))
  if (traceId === undefined) throw noTrace('no span names its trace')
  const self = isObject(json.links) ? json.links.self : undefined
  return {
    traceId,
    spans,
    ...(typeof self === 'string' && { selfLink: self }),
    // The answer does not say that it was cut off, but hardly any trace has exactly so many spans by chance.
    ...(spans.length === MOST_SPANS &&
      json.data.length === 1 && { partial: 'Lightstep gives at most 4,000 spans of a trace' }),
  }
}

/** The JSON value of this text with exact integers; parsed again only where one was rounded. */
export const exactLightstep = (json: unknown, text: () => string): unknown =>
  holdsRounded(json) ? withLongIntegers(JSON.parse(quoteLongIntegers(text())), json) : json

/** Whether a JSON value looks like an answer of `stored-traces`, whole or damaged; so does an empty one. */
export function isLightstepTrace(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.data)) return false
  const entries = value.data as unknown[]
  return (
    entries.length === 0 ||
    entries.some((one) => isObject(one) && isObject(one.attributes) && 'spans' in one.attributes)
  )
}

/** Whether it is a list of spans of Datadog's API, which has no whole traces. */
export function isDatadogList(value: unknown): boolean {
  const first: unknown = isObject(value) && Array.isArray(value.data) ? value.data[0] : undefined
  return isObject(first) && first.type === 'spans'
}

/** The same for a document that may be one of several; its trace, if there is one, is added to `into`. */
export function readLightstep(document: JsonObject, into: Collection): void {
  const trace = readLightstepTrace(document)
  into.recognised = true
  into.inexact ||= holdsRounded(document)
  if (!trace) return
  into.add(trace.traceId, trace.spans)
  if (trace.partial !== undefined) into.cut(trace.traceId, trace.partial)
}

function readReporters(entry: JsonObject): Map<string, Reporter> {
  const reporters = new Map<string, Reporter>()
  const list = isObject(entry.relationships) ? entry.relationships.reporters : undefined
  for (const item of Array.isArray(list) ? (list as unknown[]) : []) {
    const id = isObject(item) ? textOrNumber(item['reporter-id']) : undefined
    if (!isObject(item) || id === undefined) continue
    const attributes = asAttributes(item.attributes)
    const service =
      textOrNumber(attribute(attributes, 'lightstep.component_name')) ??
      textOrNumber(attribute(attributes, 'service.name'))
    reporters.set(id, { attributes, service })
  }
  return reporters
}

function readSpan(item: JsonObject, reporters: ReadonlyMap<string, Reporter>): Span {
  const tags = asAttributes(item.tags)
  const reporter = reporters.get(textOrNumber(item['reporter-id']) ?? '')
  const parent = readParent(tags)
  const times = readTimes(item)
  const marks = [...times.marks, ...(parent === 'unreadable' ? (['parent-unreadable'] as const) : [])]
  const scope = textOrNumber(attribute(tags, 'instrumentation.name'))
  const version = textOrNumber(attribute(tags, 'instrumentation.version'))
  return {
    spanId: hexId(item['span-id'], 16) ?? NO_SPAN_ID,
    ...(parent && parent !== 'unreadable' && { parentId: parent }),
    name: textOrNumber(item['span-name']) ?? '(no name)',
    service: reporter?.service ?? textOrNumber(attribute(tags, 'service.name')) ?? UNKNOWN_SERVICE,
    kind: readKind(tags),
    ...readStatus(item['is-error'], tags),
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    attributes: tags,
    events: times.events,
    links: NONE,
    resource: reporter?.attributes ?? NONE,
    ...(scope !== undefined && { scope: { name: scope, ...(version && { version }), attributes: NONE } }),
    marks: marks.length > 0 ? marks : NONE,
  }
}

function readParent(tags: Attributes): string | undefined | 'unreadable' {
  const value = attribute(tags, PARENT_TAG)
  if (value === undefined || value === null || value === '' || value === 0) return undefined
  if (typeof value === 'string' && /^(0x)?0+$/.test(value)) return undefined
  return hexId(value, 16) ?? 'unreadable'
}

function wholeTraceId(spans: readonly Span[]): string | undefined {
  for (const { attributes } of spans) {
    const id = hexId(attribute(attributes, TRACE_ID_TAG), 32)
    if (id !== undefined) return id
  }
  return undefined
}

const KINDS: ReadonlySet<string> = new Set<SpanKind>(['internal', 'server', 'client', 'producer', 'consumer'])

/** From the tag `span.kind`, in OpenTracing's spelling (`server`) or OTLP's (`SPAN_KIND_SERVER`). */
function readKind(tags: Attributes): SpanKind {
  const kind = textOrNumber(attribute(tags, 'span.kind'))
    ?.toLowerCase()
    .replace(/^span_kind_/, '')
  return kind !== undefined && KINDS.has(kind) ? (kind as SpanKind) : 'unspecified'
}

/** `is-error` decides; without it the tags `error` and `otel.status_code` are asked. */
function readStatus(isError: unknown, tags: Attributes): { status: SpanStatus; statusMessage?: string } {
  const message =
    textOrNumber(attribute(tags, 'otel.status_description')) ??
    textOrNumber(attribute(tags, 'status.message'))
  const status = statusOf(isError, tags)
  return message === undefined ? { status } : { status, statusMessage: message }
}

function statusOf(isError: unknown, tags: Attributes): SpanStatus {
  if (isError === true) return 'error'
  const code = textOrNumber(attribute(tags, 'otel.status_code'))?.toLowerCase()
  if (typeof isError !== 'boolean') {
    const error = attribute(tags, 'error')
    if (error === true || error === 'true' || code === 'error') return 'error'
  }
  return code === 'ok' ? 'ok' : 'unset'
}

/** Nanoseconds, from the API's microseconds. */
interface LightstepTimes {
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly marks: readonly SpanMark[]
  readonly events: readonly SpanEvent[]
}

/** Start, duration and logs of a span; the API counts whole microseconds since the epoch. */
function readTimes(item: JsonObject): LightstepTimes {
  const start = micros(item['start-time-micros'])
  const end = micros(item['end-time-micros'])
  const marks: SpanMark[] = []
  if (start === undefined) marks.push('start-missing')
  if (end === undefined) marks.push('end-missing')
  const lasted = start === undefined || end === undefined ? 0 : end - start
  if (lasted < 0) marks.push('end-before-start')
  return {
    startNanos: BigInt(start ?? 0) * 1000n,
    durationNanos: Math.max(0, lasted) * 1000,
    marks,
    events: readLogs(item.logs),
  }
}

/** What 64 bits of nanoseconds hold; JSON allows 1e308. */
const MOST_MICROS = 2 ** 64 / 1000

/** Zero is what an unset time looks like in this API. */
function micros(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number > 0 && number < MOST_MICROS ? Math.round(number) : undefined
}

const LOG_TIMES = ['timestamp-micros', 'timestamp_micros']
const LOG_NAMES = ['event', 'message', 'name']

/** No capture shows `logs`; the vendor's own client reads them. So: any object is an event, nothing is required. */
function readLogs(logs: unknown): readonly SpanEvent[] {
  if (!Array.isArray(logs) || logs.length === 0) return NONE
  return (logs as unknown[]).filter(isObject).map((log) => {
    const time = LOG_TIMES.map((key) => micros(log[key])).find((value) => value !== undefined)
    const name = LOG_NAMES.map((key) => textOrNumber(log[key])).find((value) => value !== undefined)
    const rest = Object.entries(log).filter(([key]) => !LOG_TIMES.includes(key))
    const attributes = rest as [string, AttributeValue][]
    return { name: name ?? 'log', timeNanos: eventMomentOfMicros(time), attributes }
  })
}
