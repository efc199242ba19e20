import { isObject, type JsonObject } from '../../json-object.ts'
import {
  type Attributes,
  type AttributeValue,
  NONE,
  type Scope,
  type SpanMark,
  UNKNOWN_SERVICE,
} from '../model.ts'
import type { Collection } from './collection.ts'
import { type Details, LazySpan } from './collection.ts'
import { asAttributes, asInteger, hexId, quoteLongIntegers, textOrNumber } from './foreign-json.ts'
import { isJaegerEnvelope, isJaegerTrace, readJaeger } from './jaeger-json.ts'
import { isLightstepTrace, readLightstep } from './lightstep-json.ts'
import { isOtlpJson, NO_SPAN_ID, NO_TRACE_ID, readOtlpJson } from './otlp/otlp-json.ts'
import { readOtlpKind, readOtlpStatus } from './otlp/otlp-values.ts'
import { knownMoment } from './span-times.ts'
import { isZipkinSpan, readZipkin } from './zipkin-json.ts'

/** Reads one JSON value of any format. `lenient`: a line without spans (metrics, logs) is skipped, not an error. */
export function readValue(value: unknown, into: Collection, lenient = false): void {
  if (Array.isArray(value)) readList(value as unknown[], into)
  else if (!isObject(value)) return
  else if (isOtlpJson(value)) readOtlpJson(value, into)
  else if (isJaegerTrace(value) || isJaegerEnvelope(value)) readJaeger(value, into)
  else if (isOwnTrace(value) || isOwnSpan(value)) readOwnJson(value, into)
  else if (isZipkinSpan(value)) readZipkin([value], into)
  else if (isLightstepTrace(value)) readLightstep(value, into)
  else if (lenient && isMetricsOrLogs(value)) into.recognised = true
}

/** The value of this text again, for what `JSON.parse` has rounded: long integers are texts, of which a format with types makes numbers. */
export const exactValue = (text: string): unknown => JSON.parse(quoteLongIntegers(text))

function readList(values: readonly unknown[], into: Collection): void {
  if (values.length === 0) into.recognised = true
  const flat = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]))
  if (flat.some(isZipkinSpan))
    readZipkin(
      flat.filter((value) => isZipkinSpan(value) || lacksId(value)),
      into,
    )
  for (const value of flat) if (!isZipkinSpan(value)) readValue(value, into, true)
}

/** Whether a value among spans of Zipkin is one, too, that lacks an id, or the id of its trace: no other format has it. */
function lacksId(value: unknown): boolean {
  if (!isObject(value) || !('traceId' in value || 'localEndpoint' in value)) return false
  const isOther = [isOfCollector, isJaegerTrace, isJaegerEnvelope, isOwnTrace, isOwnSpan, isLightstepTrace]
  return !isOther.some((is) => is(value))
}

/** OpenTelemetry's collector writes metrics and logs beside spans, and documents without any of them. */
export const isOfCollector = (value: unknown): boolean => isOtlpJson(value) || isMetricsOrLogs(value)

const isMetricsOrLogs = (value: unknown): boolean =>
  isObject(value) && (Array.isArray(value.resourceMetrics) || Array.isArray(value.resourceLogs))

/** Whether a JSON value is what `ls-auth trace get -o json` writes. */
function isOwnTrace(value: unknown): boolean {
  return (
    isObject(value) && typeof value.traceId === 'string' && Array.isArray(value.spans) && 'spanCount' in value
  )
}

/** Whether it is a line of `-o ndjson`. */
function isOwnSpan(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.traceId === 'string' &&
    typeof value.durationNanos === 'string' &&
    'spanId' in value
  )
}

/**
 * Reads our own JSON back (docs/json.md, json-export.ts). Types that JSON cannot express stay as JSON has them:
 * bytes are base64 text, integers beyond 2^53 decimal text.
 */
function readOwnJson(document: JsonObject, into: Collection): void {
  into.recognised = true
  const traceId = traceIdOf(document.traceId)
  if (typeof document.partial === 'string') into.cut(traceId, document.partial)
  const spans = Array.isArray(document.spans) ? (document.spans as unknown[]) : [document]
  // Equal resources share one array, as with the other readers; a line of NDJSON has no other to share with.
  const resources = new Map<string, Attributes>()
  for (const item of spans) if (isObject(item)) readSpan(item, traceId, resources, into)
}

function traceIdOf(value: unknown): string {
  return hexId(value, 16) ?? hexId(value, 32) ?? NO_TRACE_ID
}

const MARKS: ReadonlySet<unknown> = new Set<SpanMark>([
  'start-missing',
  'end-missing',
  'end-before-start',
  'parent-unreadable',
  'own-parent',
  'id-rewritten',
  'id-shared',
  'follows-parent',
  'attributes-withheld',
])

function readSpan(
  item: JsonObject,
  traceId: string,
  resources: Map<string, Attributes>,
  into: Collection,
): void {
  const parentId = hexId(item.parentSpanId, 16)
  const marks = Array.isArray(item.marks)
    ? (item.marks as SpanMark[]).filter((mark) => MARKS.has(mark))
    : NONE
  const key = JSON.stringify(item.resource)
  const resource = resources.get(key) ?? asAttributes(item.resource)
  resources.set(key, resource)
  const scope = readOwnScope(item.scope)
  const skeleton = {
    spanId: hexId(item.spanId, 16) ?? NO_SPAN_ID,
    ...(parentId !== undefined && { parentId }),
    name: typeof item.name === 'string' ? item.name : '',
    service: textOrNumber(item.service) ?? UNKNOWN_SERVICE,
    kind: readOtlpKind(item.kind),
    ...readOtlpStatus({ code: item.status, message: item.statusMessage }),
    startNanos: asInteger(item.startTimeUnixNano) ?? 0n,
    durationNanos: Math.max(0, Number(asInteger(item.durationNanos) ?? 0n)),
    resource,
    ...(scope && { scope }),
    marks: marks.length > 0 ? marks : NONE,
  }
  into.spansOf(traceId).push(new LazySpan(skeleton, details, item))
}

function readOwnScope(value: unknown): Scope | undefined {
  if (!isObject(value) || typeof value.name !== 'string') return undefined
  const version = textOrNumber(value.version)
  return {
    name: value.name,
    ...(version !== undefined && { version }),
    attributes: asAttributes(value.attributes),
  }
}

const details: Details<JsonObject> = {
  attributes: (item) => asAttributes(item.attributes),
  events(item) {
    const list = (value: unknown) => (Array.isArray(value) ? (value as unknown[]).filter(isObject) : [])
    const [events, logs] = [list(item.events), list(item.logs)]
    if (events.length + logs.length === 0) return NONE
    return [...events, ...logs].map((event, i) => ({
      name: typeof event.name === 'string' ? event.name : '',
      timeNanos: knownMoment(asInteger(event.timeUnixNano)),
      attributes: asAttributes(event.attributes) as readonly [string, AttributeValue][],
      ...(i >= events.length && { isLog: true as const }),
    }))
  },
  links(item) {
    const links = Array.isArray(item.links) ? (item.links as unknown[]).filter(isObject) : []
    if (links.length === 0) return NONE
    return links.map((link) => ({
      traceId: traceIdOf(link.traceId),
      spanId: hexId(link.spanId, 16) ?? NO_SPAN_ID,
      attributes: asAttributes(link.attributes),
    }))
  },
}
