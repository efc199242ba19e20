import { type Attributes, attribute, NONE, type Scope, UNKNOWN_SERVICE } from '../model.ts'
import type { Collection } from './collect.ts'
import { type Details, LazySpan, type Skeleton } from './lazy-span.ts'
import { asText } from './loose.ts'
import { OTLP_KINDS, OTLP_STATUSES } from './otlp-enums.ts'
import { NO_SPAN_ID, NO_TRACE_ID } from './otlp-json.ts'
import { protobufDetails, readAttributesUnder, readScope } from './protobuf-values.ts'
import { BYTES, FIXED64, VARINT, WireCursor } from './protobuf-wire.ts'
import { timesBetween, withMark } from './span-times.ts'

// Tags (`field number * 8 + wire type`) of opentelemetry-proto trace/v1 and tempopb TraceByIDResponse.
const FIRST = 1 * 8 + BYTES
const SECOND = 2 * 8 + BYTES
/** `instrumentation_library_spans`, renamed in OTLP 0.15; the messages are alike. */
const OLD_SCOPE_SPANS = 1000 * 8 + BYTES

/**
 * Reads OTLP protobuf into `into`: `TracesData` (Tempo's v1 answer, a collector's file) or Tempo's v2
 * `TraceByIDResponse`. Of each span only what a tree needs is read; the rest stays in `bytes` until asked for.
 * Failure `api-failed` on anything that is not well-formed. Which of the two it is follows from the structure: a
 * `ResourceSpans` has spans in field 2, a `Trace` has nothing but field 1.
 */
export function readOtlpProtobuf(bytes: Buffer, into: Collection): void {
  const cursor = new WireCursor(bytes)
  const reading: Reading = { cursor, into, details: protobufDetails(bytes), lastTraceId: '' }
  if (isTraceResponse(bytes)) readTraceResponse(reading)
  else readResourceSpansList(reading)
  into.known = true
}

interface Reading {
  readonly cursor: WireCursor
  readonly into: Collection
  readonly details: Details<number>
  /** Spans of one trace come together: its id is made into text once. */
  lastTraceId: string
}

function isTraceResponse(bytes: Buffer): boolean {
  const cursor = new WireCursor(bytes)
  let spans = false
  let inner = false
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag !== FIRST) return true
    cursor.message((below) => {
      if (below === SECOND || below === OLD_SCOPE_SPANS) spans = true
      else if (below === FIRST) inner = true
      return false
    })
    if (spans) return false
  }
  return inner
}

function readTraceResponse(reading: Reading): void {
  const { cursor, into } = reading
  let partial = false
  let message = ''
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag === FIRST) {
      const outer = cursor.end
      cursor.end = cursor.chunk()
      readResourceSpansList(reading)
      cursor.end = outer
    } else if (tag === 3 * 8 + VARINT) partial = cursor.small() === 1
    else if (tag === 4 * 8 + BYTES) message = cursor.text()
    else cursor.skip(tag)
  }
  if (partial) into.partial = message === '' ? 'the answer is partial' : message
}

function readResourceSpansList(reading: Reading): void {
  const { cursor } = reading
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag === FIRST) readResourceSpans(reading)
    else cursor.skip(tag)
  }
}

/** In two passes: nothing promises that the resource stands before its spans. */
function readResourceSpans(reading: Reading): void {
  const { cursor } = reading
  const start = cursor.at
  let resource: Attributes = NONE
  cursor.message((tag) => {
    if (tag !== FIRST) return false
    resource = readAttributesUnder(cursor, 1)
    return true
  })
  const service = asText(attribute(resource, 'service.name')) ?? UNKNOWN_SERVICE
  cursor.at = start
  cursor.message((tag) => {
    if (tag !== SECOND && tag !== OLD_SCOPE_SPANS) return false
    readScopeSpans(reading, resource, service)
    return true
  })
}

function readScopeSpans(reading: Reading, resource: Attributes, service: string): void {
  const { cursor } = reading
  const start = cursor.at
  let scope: Scope | undefined
  cursor.message((tag) => {
    if (tag !== FIRST) return false
    scope = readScope(cursor)
    return true
  })
  cursor.at = start
  const outer = cursor.end
  cursor.end = cursor.chunk()
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag === SECOND) readSpan(reading, resource, service, scope)
    else cursor.skip(tag)
  }
  cursor.end = outer
}

type Draft = { -readonly [Key in keyof Skeleton]: Skeleton[Key] }

function readSpan(reading: Reading, resource: Attributes, service: string, scope: Scope | undefined): void {
  const { cursor, details } = reading
  const offset = cursor.at
  const span: Draft = {
    spanId: NO_SPAN_ID,
    name: '',
    service,
    kind: 'unspecified',
    status: 'unset',
    startNanos: 0n,
    durationNanos: 0,
    resource,
    marks: NONE,
  }
  if (scope !== undefined) span.scope = scope
  const outer = cursor.end
  cursor.end = cursor.chunk()
  const traceId = readFields(reading, span)
  cursor.end = outer
  reading.into.spansOf(traceId).push(new LazySpan(span, details, offset))
}

/** The fields of one span, up to `cursor.end`. Returns the trace id. */
function readFields(reading: Reading, span: Draft): string {
  const { cursor } = reading
  let traceId = NO_TRACE_ID
  let end = 0n
  let unreadable = false
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag === 1 * 8 + BYTES) traceId = readTraceId(reading)
    else if (tag === 2 * 8 + BYTES) span.spanId = spanIdOf(cursor.hex()) ?? NO_SPAN_ID
    else if (tag === 4 * 8 + BYTES) {
      const parent = cursor.hex()
      const parentId = spanIdOf(parent)
      if (parentId !== undefined) span.parentId = parentId
      else unreadable = /[^0]/.test(parent)
    } else if (tag === 5 * 8 + BYTES) span.name = cursor.text()
    else if (tag === 6 * 8 + VARINT) span.kind = OTLP_KINDS[Number(cursor.int64())] ?? 'unspecified'
    else if (tag === 7 * 8 + FIXED64) span.startNanos = cursor.fixed64()
    else if (tag === 8 * 8 + FIXED64) end = cursor.fixed64()
    else if (tag === 15 * 8 + BYTES) readStatus(cursor, span)
    else cursor.skip(tag)
  }
  const times = timesBetween(span.startNanos, end)
  span.startNanos = times.startNanos
  span.durationNanos = times.durationNanos
  span.marks = withMark(times.marks, unreadable ? 'parent-unreadable' : undefined)
  return traceId
}

function readTraceId(reading: Reading): string {
  const hex = reading.cursor.hex()
  if (hex === reading.lastTraceId) return hex
  const id = hex.length === 0 || hex.length > 32 ? NO_TRACE_ID : hex.padStart(32, '0')
  reading.lastTraceId = id
  return id
}

function spanIdOf(hex: string): string | undefined {
  return hex.length === 16 && hex !== NO_SPAN_ID ? hex : undefined
}

function readStatus(cursor: WireCursor, span: Draft): void {
  cursor.message((tag) => {
    if (tag === 2 * 8 + BYTES) {
      const message = cursor.text()
      if (message !== '') span.statusMessage = message
    } else if (tag === 3 * 8 + VARINT) span.status = OTLP_STATUSES[Number(cursor.int64())] ?? 'unset'
    else return false
    return true
  })
}
