import { type Attributes, attribute, NONE, type Scope, UNKNOWN_SERVICE } from '../../model.ts'
import type { Collection } from '../collection.ts'
import { type Details, explained, LazySpan, type Skeleton } from '../collection.ts'
import { textOrNumber } from '../foreign-json.ts'
import { type SpanTimes, timesBetweenHalves, withMark } from '../span-times.ts'
import { NO_SPAN_ID, NO_TRACE_ID } from './otlp-json.ts'
import { OTLP_KINDS, OTLP_STATUSES, type OtlpStatus } from './otlp-values.ts'
import {
  BYTES,
  FIXED64,
  protobufDetails,
  readResourceMessage,
  readScopeMessage,
  VARINT,
  WireCursor,
} from './protobuf-wire.ts'

// Tags (`field number * 8 + wire type`) of opentelemetry-proto trace/v1 and tempopb TraceByIDResponse.
const FIRST = 1 * 8 + BYTES
const SECOND = 2 * 8 + BYTES
/** `instrumentation_library_spans`, renamed in OTLP 0.15; the messages are alike. */
const OLD_SCOPE_SPANS = 1000 * 8 + BYTES

/**
 * Reads OTLP protobuf into `into`: `TracesData` (Tempo's v1 answer, a collector's file) or Tempo's v2
 * `TraceByIDResponse`. Of each span only what a tree needs is parsed; the rest is parsed lazily from `bytes`. Failure
 * `api-failed` on anything that is not well-formed. Which of the two it is follows from the structure: a
 * `ResourceSpans` has spans in field 2, a `Trace` has nothing but field 1.
 */
export function readOtlpProtobuf(bytes: Buffer, into: Collection): void {
  const cursor = new WireCursor(bytes)
  const reading: Reading = {
    cursor,
    into,
    details: explained(protobufDetails(bytes), into.explain),
  }
  if (isTraceResponse(bytes)) readTraceResponse(reading)
  else readResourceSpansList(reading)
  into.recognised = true
}

const UNSET: OtlpStatus = { status: 'unset' }

interface Reading {
  readonly cursor: WireCursor
  readonly into: Collection
  readonly details: Details<number>
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
    resource = readResourceMessage(cursor)
    return true
  })
  const service = textOrNumber(attribute(resource, 'service.name')) ?? UNKNOWN_SERVICE
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
    scope = readScopeMessage(cursor)
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

function readSpan(reading: Reading, resource: Attributes, service: string, scope: Scope | undefined): void {
  const { cursor, details } = reading
  const offset = cursor.at
  const outer = cursor.end
  cursor.end = cursor.chunk()
  const draft: Draft = {
    traceId: NO_TRACE_ID,
    spanId: NO_SPAN_ID,
    parent: '',
    name: '',
    kind: 0,
    status: UNSET,
  }
  const times = readFields(reading, draft)
  cursor.end = outer
  const parentId = spanIdOf(draft.parent)
  const unreadable = parentId === undefined && /[^0]/.test(draft.parent)
  const skeleton: Skeleton = {
    spanId: draft.spanId,
    parentId,
    name: draft.name,
    service,
    kind: OTLP_KINDS[draft.kind] ?? 'unspecified',
    status: draft.status.status,
    statusMessage: draft.status.statusMessage,
    startNanos: times.startNanos,
    durationNanos: times.durationNanos,
    resource,
    scope,
    marks: withMark(times.marks, unreadable ? 'parent-unreadable' : undefined),
  }
  reading.into.spansOf(draft.traceId).push(new LazySpan(skeleton, details, offset))
}

interface Draft {
  traceId: string
  spanId: string
  /** As given, in hex. */
  parent: string
  name: string
  kind: number
  status: OtlpStatus
}

/** The fields of one span, up to `cursor.end`. Returns its times. */
function readFields(reading: Reading, span: Draft): SpanTimes {
  const { cursor } = reading
  let [startLow, startHigh, endLow, endHigh] = [0, 0, 0, 0]
  for (let tag = cursor.tag(); tag !== 0; tag = cursor.tag()) {
    if (tag === 1 * 8 + BYTES) span.traceId = traceIdOf(cursor.hex())
    else if (tag === 2 * 8 + BYTES) span.spanId = spanIdOf(cursor.hex()) ?? NO_SPAN_ID
    else if (tag === 4 * 8 + BYTES) span.parent = cursor.hex()
    else if (tag === 5 * 8 + BYTES) span.name = cursor.text()
    else if (tag === 6 * 8 + VARINT) span.kind = cursor.enum()
    else if (tag === 7 * 8 + FIXED64) {
      startLow = cursor.half()
      startHigh = cursor.half()
    } else if (tag === 8 * 8 + FIXED64) {
      endLow = cursor.half()
      endHigh = cursor.half()
    } else if (tag === 15 * 8 + BYTES) span.status = readStatus(cursor)
    else cursor.skip(tag)
  }
  return timesBetweenHalves(startHigh, startLow, endHigh, endLow)
}

const traceIdOf = (hex: string): string =>
  hex.length === 0 || hex.length > 32 ? NO_TRACE_ID : hex.padStart(32, '0')

function spanIdOf(hex: string): string | undefined {
  return hex.length === 16 && hex !== NO_SPAN_ID ? hex : undefined
}

function readStatus(cursor: WireCursor): OtlpStatus {
  let status: OtlpStatus = UNSET
  cursor.message((tag) => {
    if (tag === 2 * 8 + BYTES) {
      const statusMessage = cursor.text()
      if (statusMessage !== '') status = { ...status, statusMessage }
    } else if (tag === 3 * 8 + VARINT) status = { ...status, status: OTLP_STATUSES[cursor.enum()] ?? 'unset' }
    else return false
    return true
  })
  return status
}
