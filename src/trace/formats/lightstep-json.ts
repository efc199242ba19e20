import { isObject, type JsonObject } from '../../json-object.ts'
import {
  type Attributes,
  attribute,
  NONE,
  type Span,
  type SpanEvent,
  type Trace,
  UNKNOWN_SERVICE,
} from '../model.ts'
import type { Collection } from './collection.ts'
import { asAttributes, asInteger, hexId, noTrace, textOrNumber } from './foreign-json.ts'
import { NO_SPAN_ID } from './otlp/otlp-json.ts'
import { type OtlpStatus, readOtlpKind, readOtlpStatus } from './otlp/otlp-values.ts'
import { eventMomentOfMicros, timesBetween, withMark } from './span-times.ts'

/** Of one trace; Lightstep assembles no more (its answers to the survey of query languages). */
const MOST_SPANS = 4_000

interface Reporter {
  readonly attributes: Attributes
  readonly service: string | undefined
}

/**
 * Reads the answer of `GET …/stored-traces` (public API v0.2), `undefined` when its `data` is empty. Tolerant where the API
 * varies: no tags, tags of any JSON type, unpadded ids, spans without one, unknown reporters, times missing or reversed.
 * Failure `api-failed` where it holds no trace. Integers beyond 2^53 in tags are as precise as they come; as texts they keep
 * their digits.
 */
export function readLightstepTrace(json: unknown): Trace | undefined {
  if (!isObject(json)) throw noTrace('the answer is not a JSON object')
  if (!Array.isArray(json.data)) throw noTrace('"data" is not an array')
  if (json.data.length === 0) return undefined
  // One element per answer in all captures; of more, it would show all spans.
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
  if (traceId === undefined) throw noTrace('no span has a trace id')
  const self = isObject(json.links) ? json.links.self : undefined
  return {
    traceId,
    spans,
    ...(typeof self === 'string' && { selfLink: self }),
    // The answer does not say that it was cut off, but hardly any trace has exactly so many spans by chance.
    ...(spans.length === MOST_SPANS &&
      json.data.length === 1 && { partial: 'Lightstep returns at most 4,000 spans of a trace' }),
  }
}

/** Whether a JSON value looks like an answer of `stored-traces`, whole or damaged; so does an empty one. */
export function isLightstepTrace(value: unknown): boolean {
  if (!isObject(value) || !Array.isArray(value.data)) return false
  const entries = value.data as unknown[]
  return (
    entries.length === 0 ||
    entries.some((one) => isObject(one) && isObject(one.attributes) && 'spans' in one.attributes)
  )
}

/** The same for a document that may be one of several; its trace, if there is one, is added to `into`. */
export function readLightstep(document: JsonObject, into: Collection): void {
  const trace = readLightstepTrace(document)
  into.recognised = true
  into.check(document)
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
    const service = textOf(attributes, 'lightstep.component_name') ?? textOf(attributes, 'service.name')
    reporters.set(id, { attributes, service })
  }
  return reporters
}

const textOf = (tags: Attributes, key: string): string | undefined => textOrNumber(attribute(tags, key))

function readSpan(item: JsonObject, reporters: ReadonlyMap<string, Reporter>): Span {
  const tags = asAttributes(item.tags)
  const reporter = reporters.get(textOrNumber(item['reporter-id']) ?? '')
  const parent = readParent(tags)
  // Whole microseconds since the epoch; zero is what an unset time looks like.
  const times = timesBetween(nanos(item['start-time-micros']), nanos(item['end-time-micros']))
  const [scope, version] = [textOf(tags, 'instrumentation.name'), textOf(tags, 'instrumentation.version')]
  return {
    spanId: hexId(item['span-id'], 16) ?? NO_SPAN_ID,
    ...(parent && parent !== 'unreadable' && { parentId: parent }),
    name: textOrNumber(item['span-name']) ?? '(no name)',
    service: reporter?.service ?? textOf(tags, 'service.name') ?? UNKNOWN_SERVICE,
    // In OpenTracing's spelling or OTLP's.
    kind: readOtlpKind(attribute(tags, 'span.kind')),
    ...readStatus(item['is-error'], tags),
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    attributes: tags,
    events: readLogs(item.logs),
    links: NONE,
    resource: reporter?.attributes ?? NONE,
    ...(scope !== undefined && { scope: { name: scope, ...(version && { version }), attributes: NONE } }),
    marks: withMark(times.marks, parent === 'unreadable' ? 'parent-unreadable' : undefined),
  }
}

const nanos = (micros: unknown): bigint => (asInteger(micros) ?? 0n) * 1000n

/** From the tag of Lightstep's tracers. */
function readParent(tags: Attributes): string | undefined | 'unreadable' {
  const value = attribute(tags, 'parent_span_guid')
  if (value === undefined || value === null || value === '' || value === 0) return undefined
  if (typeof value === 'string' && /^(0x)?0+$/.test(value)) return undefined
  return hexId(value, 16) ?? 'unreadable'
}

/** The whole id of spans that came in as OTLP; `trace-id` is its low half. */
const wholeTraceId = (spans: readonly Span[]): string | undefined =>
  spans
    .map(({ attributes }) => hexId(attribute(attributes, 'otlp.trace_id'), 32))
    .find((id) => id !== undefined)

/** `is-error` decides; without it the tags `error` and `otel.status_code` are asked. */
function readStatus(isError: unknown, tags: Attributes): OtlpStatus {
  const message = textOf(tags, 'otel.status_description') ?? textOf(tags, 'status.message')
  const { status, ...rest } = readOtlpStatus({ code: attribute(tags, 'otel.status_code'), message })
  const byTags = status === 'error' || [true, 'true'].includes(attribute(tags, 'error') as string)
  const failed = typeof isError === 'boolean' ? isError : byTags
  return { status: failed ? 'error' : status === 'ok' ? 'ok' : 'unset', ...rest }
}

/** No capture shows `logs`; the vendor's own client reads them. So any object is an event, without required members. */
function readLogs(logs: unknown): readonly SpanEvent[] {
  if (!Array.isArray(logs) || logs.length === 0) return NONE
  return (logs as unknown[]).filter(isObject).map(({ 'timestamp-micros': time, ...rest }) => ({
    name: textOrNumber(rest.event) ?? textOrNumber(rest.message) ?? 'log',
    timeNanos: eventMomentOfMicros(time),
    attributes: asAttributes(rest),
  }))
}
