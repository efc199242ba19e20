import { isObject, type JsonObject } from '../../../json-object.ts'
import { type Attributes, attribute, type Dropped, NONE, type Scope, UNKNOWN_SERVICE } from '../../model.ts'
import { Collection, type Details, explained, LazySpan, type Skeleton } from '../collection.ts'
import { asInteger, isLowerHex, textOrNumber } from '../foreign-json.ts'
import { knownMoment, timesBetween, withMark } from '../span-times.ts'
import { type OtlpStatus, readKeyValues, readOtlpKind, readOtlpStatus } from './otlp-values.ts'

const BASE64_BYTES: Readonly<Record<number, number>> = { 24: 16, 22: 16, 12: 8, 11: 8 }

/**
 * An id of OTLP/JSON as lower-case hex of `length` digits. The specification wants hex; Tempo and other protobuf-JSON writers
 * give base64, recognized by its length. All zeros (OTLP's "invalid id") and the empty string aren't ids.
 */
export function otlpId(value: unknown, length: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined
  if (value.length === length && isLowerHex(value) && !isZero(value)) return value
  const hex = value.length === length ? value.toLowerCase() : undefined
  if (hex !== undefined && isHex(hex)) return isZero(hex) ? undefined : hex
  const decoded = fromBase64(value, length) ?? shortHex(value, length)
  return decoded === undefined || isZero(decoded) ? undefined : decoded
}

/** Whether an id is absent (missing, empty or all zeros): tells a root from a parent id that cannot be read. */
function isBlankId(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'string' && (isZero(value) || (value.charCodeAt(0) === 0x41 && isBase64Zero(value)))
}

function isHex(text: string): boolean {
  return /^[0-9a-f]+$/.test(text)
}

function isZero(text: string): boolean {
  return text.charCodeAt(0) === 0x30 && /^0+$/.test(text)
}

/** Of another length it is an id of hex digits in upper case. */
const isBase64Zero = (text: string): boolean => text.length in BASE64_BYTES && /^A+={0,2}$/.test(text)

function fromBase64(text: string, length: 16 | 32): string | undefined {
  if (BASE64_BYTES[text.length] !== length / 2 || !/^[A-Za-z0-9+/_-]+=*$/.test(text)) return undefined
  // Eleven hex digits without padding are likelier an id that lost its zeros.
  if (!text.endsWith('=') && /^[0-9a-f]+$/i.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length / 2 ? bytes.toString('hex') : undefined
}

/** Hex without its leading zeros; a 64-bit trace id is padded to the 128 bits OTLP has. */
function shortHex(text: string, length: 16 | 32): string | undefined {
  const hex = text.toLowerCase()
  return hex !== '' && hex.length < length && isHex(hex) ? hex.padStart(length, '0') : undefined
}

/** Placeholder for a missing or unreadable id: the span is shown anyway. */
export const NO_SPAN_ID = '0'.repeat(16)
export const NO_TRACE_ID = '0'.repeat(32)

const ENVELOPES = ['trace', 'result', 'traces']
const LISTS = ['resourceSpans', 'batches']
const SCOPES = ['scopeSpans', 'instrumentationLibrarySpans']

/** Whether a JSON value looks like OTLP, in one of the shapes {@link readOtlpJson} reads. */
export function isOtlpJson(value: unknown): boolean {
  if (!isObject(value)) return false
  if (LISTS.some((key) => Array.isArray(value[key]))) return true
  // A missing trace of Tempo is {"trace":{},"metrics":{}}: OTLP too, without spans.
  return ENVELOPES.some((key) => isOtlpJson(value[key]) || isEmptyObject(value[key]))
}

function isEmptyObject(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

/**
 * Reads OTLP/JSON (opentelemetry-proto, "OTLP/JSON encoding") into `into`: `resourceSpans` or Tempo's `batches`, bare
 * or in Tempo's `trace` or Jaeger's `result`. Ids in hex or base64, enums as numbers or names, the old
 * `instrumentationLibrarySpans`. Members of the wrong type count as absent.
 */
export function readOtlpJson(document: JsonObject, into: Collection): void {
  const partial = readPartial(document.status, document.message)
  if (partial === undefined) readLists(document, into)
  else {
    // A document of its own: others that are read into the same collection may be whole.
    const part = new Collection(into.explain)
    part.partial = partial
    readLists(document, part)
    into.absorb(part)
  }
}

function readLists(document: JsonObject, into: Collection): void {
  into.recognised = true
  for (const key of ENVELOPES) {
    const inner = document[key]
    if (isOtlpJson(inner)) readOtlpJson(inner as JsonObject, into)
  }
  for (const key of LISTS) for (const item of objects(document[key])) readResourceSpans(item, into)
}

/** Why the answer is not the whole trace, from the status and message of Tempo's v2 answer. */
export function readPartial(status: unknown, message: unknown): string | undefined {
  if (status !== 'PARTIAL' && status !== 1) return undefined
  return textOrNumber(message) ?? 'the answer is partial'
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isObject) : []
}

function readResourceSpans(item: JsonObject, into: Collection): void {
  const given = isObject(item.resource) ? item.resource.attributes : undefined
  into.check(given)
  const { resource, service } = readResource(given)
  const details = explained(otlpDetails, into.explain)
  for (const key of SCOPES) {
    for (const group of objects(item[key])) {
      const scope = readScope(group.scope ?? group.instrumentationLibrary)
      const shared: Shared = { resource, service, scope }
      for (const span of objects(group.spans)) readSpan(span, shared, details, into)
    }
  }
}

/** What the spans of one scope have in common. */
export interface Shared {
  readonly resource: Attributes
  readonly service: string
  readonly scope: Scope | undefined
}

/** The attributes of a `Resource`, and the name of its service. */
export function readResource(given: unknown): { resource: Attributes; service: string } {
  const resource = readKeyValues(given)
  return { resource, service: textOrNumber(attribute(resource, 'service.name')) ?? UNKNOWN_SERVICE }
}

/** An `InstrumentationScope`; `undefined` when it says nothing. */
export function readScope(value: unknown): Scope | undefined {
  if (!isObject(value)) return undefined
  const name = textOrNumber(value.name) ?? ''
  const version = textOrNumber(value.version)
  const attributes = readKeyValues(value.attributes)
  if (name === '' && version === undefined && attributes.length === 0) return undefined
  return { name, ...(version !== undefined && { version }), attributes }
}

/** The members of a span that its skeleton is made of, as JSON has them. */
export interface SkeletonMembers {
  readonly spanId?: unknown
  readonly parentSpanId?: unknown
  readonly name?: unknown
  readonly kind?: unknown
  readonly startTimeUnixNano?: unknown
  readonly endTimeUnixNano?: unknown
}

/** The skeleton of a span from its members; `shared` is what all spans of its scope have in common. */
export function readSkeleton(item: SkeletonMembers, status: OtlpStatus, shared: Shared): Skeleton {
  const times = timesBetween(asInteger(item.startTimeUnixNano) ?? 0n, asInteger(item.endTimeUnixNano) ?? 0n)
  const parentId = isBlankId(item.parentSpanId) ? undefined : otlpId(item.parentSpanId, 16)
  const unreadable = parentId === undefined && !isBlankId(item.parentSpanId)
  return {
    spanId: otlpId(item.spanId, 16) ?? NO_SPAN_ID,
    parentId,
    name: typeof item.name === 'string' ? item.name : '',
    service: shared.service,
    kind: readOtlpKind(item.kind),
    status: status.status,
    statusMessage: status.statusMessage,
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    resource: shared.resource,
    scope: shared.scope,
    marks: withMark(times.marks, unreadable ? 'parent-unreadable' : undefined),
  }
}

/** A trace id of OTLP/JSON; {@link NO_TRACE_ID} for what is none. */
export function readTraceId(value: unknown): string {
  return otlpId(value, 32) ?? NO_TRACE_ID
}

const HOLDING_INTEGERS = ['startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'events', 'links']

function readSpan(item: JsonObject, shared: Shared, details: Details<JsonObject>, into: Collection): void {
  for (const key of HOLDING_INTEGERS) into.check(item[key])
  const skeleton = readSkeleton(item, readOtlpStatus(item.status), shared)
  into.spansOf(readTraceId(item.traceId)).push(new LazySpan(skeleton, details, item))
}

/** Undefined where none of the counts says anything. */
export function droppedOf(attributes: number, events: number, links: number): Dropped | undefined {
  return attributes > 0 || events > 0 || links > 0 ? { attributes, events, links } : undefined
}

/** A count of OTLP (`uint32`); 0 for what is none. */
function readCount(value: unknown): number {
  const count = asInteger(value)
  return count !== undefined && count > 0n && count < 1n << 32n ? Number(count) : 0
}

export const otlpDetails: Details<JsonObject> = {
  attributes: (item) => readKeyValues(item.attributes),
  events(item) {
    const events = objects(item.events)
    if (events.length === 0) return NONE
    return events.map((event) => ({
      name: typeof event.name === 'string' ? event.name : '',
      timeNanos: knownMoment(asInteger(event.timeUnixNano)),
      attributes: readKeyValues(event.attributes),
      // A member of ours, of sources that give logs apart.
      ...(event.isLog === true && { isLog: true as const }),
    }))
  },
  links(item) {
    const links = objects(item.links)
    if (links.length === 0) return NONE
    return links.map((link) => ({
      traceId: readTraceId(link.traceId),
      spanId: otlpId(link.spanId, 16) ?? NO_SPAN_ID,
      attributes: readKeyValues(link.attributes),
    }))
  },
  dropped: (item) =>
    droppedOf(
      readCount(item.droppedAttributesCount),
      readCount(item.droppedEventsCount),
      readCount(item.droppedLinksCount),
    ),
}
