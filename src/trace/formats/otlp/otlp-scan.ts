import { isObject } from '../../../json-object.ts'
import { type Attributes, NONE, UNKNOWN_SERVICE } from '../../model.ts'
import { Collection, type Explain } from '../collection.ts'
import { FALLBACK, OPEN_LIST } from '../json-scan/json-bytes.ts'
import { JsonCursor } from '../json-scan/json-cursor.ts'
import { RepeatedMember } from '../json-scan/repeated-member.ts'
import { ScannedObjects } from '../json-scan/scanned-objects.ts'
import { type Vocabulary, vocabularyOf } from '../json-scan/vocabulary.ts'
import { scansWhole } from '../json-scan/whole-document.ts'
import { type Details, explained, LazySpan } from '../lazy-span.ts'
import { type OtlpStatus, readOtlpStatus } from './otlp-enums.ts'
import {
  NO_TRACE_ID,
  otlpDetails,
  readPartial,
  readResource,
  readScope,
  readSkeleton,
  readTraceId,
  type Shared,
} from './otlp-json.ts'

/** Envelopes nested deeper fall back to `JSON.parse`. */
const MOST_ENVELOPES = 4

/** The keys it looks for; the last two are Jaeger's. */
const KEYS = [
  ...['resourceSpans', 'batches', 'trace', 'result', 'traces', 'status', 'message', 'resource', 'scopeSpans'],
  ...['instrumentationLibrarySpans', 'scope', 'instrumentationLibrary', 'spans', 'traceId', 'spanId', 'name'],
  ...['parentSpanId', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'data', 'traceID'],
]

/** Keys by the names that they have in the schema: protobuf's printers can write them, and its parsers take both. */
const SCHEMA_NAMES = {
  resource_spans: 'resourceSpans',
  scope_spans: 'scopeSpans',
  instrumentation_library_spans: 'instrumentationLibrarySpans',
  instrumentation_library: 'instrumentationLibrary',
  trace_id: 'traceId',
  span_id: 'spanId',
  parent_span_id: 'parentSpanId',
  start_time_unix_nano: 'startTimeUnixNano',
  end_time_unix_nano: 'endTimeUnixNano',
}

/** A vocabulary for {@link scanOtlpJson} alone: in other formats these names are not those of the schema. */
export const otlpVocabulary = (): Vocabulary => vocabularyOf(KEYS, SCHEMA_NAMES)

/**
 * Reads one document of OTLP/JSON from its bytes: of each span its skeleton, the rest lazily. The result equals that of
 * {@link readOtlpJson} after `JSON.parse`, for less time and memory (figures in json-bytes.ts) and for a text of any
 * length. `undefined` means "fall back to JSON.parse": JSON of another kind, broken JSON, and OTLP written in an
 * unusual way (spans before their resource, integers that `JSON.parse` would round).
 */
export function scanOtlpJson(
  bytes: Buffer,
  vocabulary: Vocabulary,
  explain?: Explain,
): Collection | undefined {
  const cursor = new JsonCursor(bytes, vocabulary.keys, vocabulary.texts)
  const into = new Collection(explain)
  const objects = new ScannedObjects(bytes)
  const scan: Scan = {
    cursor,
    into,
    objects,
    details: explained(detailsOf(objects), into.explain),
    traceId: new RepeatedMember(readTraceId),
    status: new RepeatedMember(readOtlpStatus),
  }
  if (!scansWhole(cursor, () => scanDocument(scan, 0))) return undefined
  into.recognised = true
  return into
}

const UNSET: OtlpStatus = { status: 'unset' }

interface Scan {
  readonly cursor: JsonCursor
  readonly into: Collection
  readonly objects: ScannedObjects
  readonly details: Details<number>
  readonly traceId: RepeatedMember<string>
  readonly status: RepeatedMember<OtlpStatus>
}

/** The list of spans, bare or in an envelope. Exactly one: with several, `readOtlpJson` decides about their order. */
function scanDocument(scan: Scan, depth: number): void {
  const { cursor, into } = scan
  let [status, message, lists]: [unknown, unknown, number] = [undefined, undefined, 0]
  if (depth > MOST_ENVELOPES) throw FALLBACK
  for (let key = cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    if (key === 'resourceSpans' || key === 'batches') {
      lists++
      cursor.objects(() => scanResourceSpans(scan))
    } else if (key === 'trace' || key === 'result' || key === 'traces') {
      lists++
      scanDocument(scan, depth + 1)
    } else if (key === 'status') status = cursor.value()
    else if (key === 'message') message = cursor.value()
    // Jaeger's: not to walk through all of it in vain.
    else if (key === 'data' || key === 'traceID') throw FALLBACK
    else cursor.skip()
  }
  if (lists !== 1) throw FALLBACK
  into.partial ??= readPartial(status, message)
}

function scanResourceSpans(scan: Scan): void {
  const { cursor } = scan
  let shared: { resource: Attributes; service: string } = { resource: NONE, service: UNKNOWN_SERVICE }
  let lists = 0
  for (let key = cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    if (key === 'resource') {
      if (lists > 0) throw FALLBACK
      const resource = cursor.value()
      shared = readResource(isObject(resource) ? resource.attributes : undefined)
    } else if (key === 'scopeSpans' || key === 'instrumentationLibrarySpans') {
      if (lists++ > 0) throw FALLBACK
      const { resource, service } = shared
      scanList(cursor, () => scanScopeSpans(scan, resource, service))
    } else cursor.skip()
  }
}

function scanScopeSpans(scan: Scan, resource: Attributes, service: string): void {
  const { cursor } = scan
  let [scope, library, lists]: [unknown, unknown, number] = [undefined, undefined, 0]
  for (let key = cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    // A scope that comes after its spans would apply to them, too.
    if (lists > 0 && (key === 'scope' || key === 'instrumentationLibrary' || key === 'spans')) throw FALLBACK
    if (key === 'scope') scope = cursor.value()
    else if (key === 'instrumentationLibrary') library = cursor.value()
    else if (key === 'spans') {
      lists++
      const shared: Shared = { resource, service, scope: readScope(scope ?? library) }
      scanList(cursor, () => scanSpan(scan, shared))
    } else cursor.skip()
  }
}

/** A member that is no list counts as absent. */
function scanList(cursor: JsonCursor, read: () => void): void {
  if (cursor.peek() === OPEN_LIST) cursor.objects(read)
  else cursor.skip()
}

function scanSpan(scan: Scan, shared: Shared): void {
  const { cursor } = scan
  const start = cursor.at
  let [traceId, status] = [NO_TRACE_ID, UNSET]
  let [spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano]: unknown[] = []
  for (let key = cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    if (key === 'attributes') cursor.skip()
    else if (key === 'traceId') traceId = scan.traceId.read(cursor)
    else if (key === 'spanId') spanId = cursor.id()
    else if (key === 'parentSpanId') parentSpanId = cursor.id()
    else if (key === 'name') name = cursor.value()
    else if (key === 'kind') kind = cursor.value()
    else if (key === 'startTimeUnixNano') startTimeUnixNano = cursor.time()
    else if (key === 'endTimeUnixNano') endTimeUnixNano = cursor.time()
    else if (key === 'status') status = scan.status.read(cursor)
    else cursor.skip()
  }
  const members = { spanId, parentSpanId, name, kind, startTimeUnixNano, endTimeUnixNano }
  const span = new LazySpan(
    readSkeleton(members, status, shared),
    scan.details,
    scan.objects.add(start, cursor.at),
  )
  scan.into.spansOf(traceId).push(span)
}

function detailsOf(objects: ScannedObjects): Details<number> {
  return {
    attributes: (place) => otlpDetails.attributes(objects.at(place)),
    events: (place) => otlpDetails.events(objects.at(place)),
    links: (place) => otlpDetails.links(objects.at(place)),
    dropped: (place) => otlpDetails.dropped?.(objects.at(place)),
  }
}
