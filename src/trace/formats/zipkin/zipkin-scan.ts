import { Collection, type Explain } from '../collection.ts'
import { hexOrMadeId } from '../foreign-json.ts'
import { FALLBACK, OPEN_LIST, OPEN_OBJECT } from '../json-scan/json-bytes.ts'
import { JsonCursor } from '../json-scan/json-cursor.ts'
import { OTHER_KEY } from '../json-scan/json-keys.ts'
import { KnownSequence } from '../json-scan/known-sequence.ts'
import { RepeatedHead } from '../json-scan/repeated-head.ts'
import { RepeatedMember } from '../json-scan/repeated-member.ts'
import { RepeatedValues } from '../json-scan/repeated-values.ts'
import { ScannedObjects } from '../json-scan/scanned-objects.ts'
import type { Vocabulary } from '../json-scan/vocabulary.ts'
import { scansWhole } from '../json-scan/whole-document.ts'
import { type Details, explained, LazySpan } from '../lazy-span.ts'
import { Scopes } from '../scopes.ts'
import { parentMark, wholeTraceIds } from './zipkin-shared.ts'
import {
  type Endpoint,
  Endpoints,
  FACT_TAGS,
  type ZipkinFacts,
  zipkinDetails,
  zipkinFacts,
  zipkinSkeleton,
} from './zipkin-span.ts'

/** The keys it looks for. */
export const ZIPKIN_KEYS = [
  ...['traceId', 'id', 'parentId', 'kind', 'name', 'timestamp', 'duration', 'localEndpoint', 'tags'],
  ...FACT_TAGS,
  ...['annotations', 'binaryAnnotations'],
]

/**
 * Reads a list of spans of Zipkin v2, or a list of such lists, from its bytes: of each span its skeleton, the rest lazily.
 * The result equals that of `readZipkin` after `JSON.parse`, for less time and memory. `undefined` means "fall back to
 * JSON.parse": JSON of another kind, broken JSON, Zipkin v1, and spans that share an id or have none.
 */
export function scanZipkinJson(
  bytes: Buffer,
  vocabulary: Vocabulary,
  explain?: Explain,
): Collection | undefined {
  const cursor = new JsonCursor(bytes, vocabulary.keys, vocabulary.texts)
  const into = new Collection(explain)
  const endpoints = new Endpoints()
  const objects = new ScannedObjects(bytes)
  const scan: Scan = {
    cursor,
    objects,
    details: explained(
      zipkinDetails((place: number) => objects.at(place)),
      into.explain,
    ),
    traceId: new RepeatedMember((value) => hexOrMadeId(value, 32)),
    endpoints: new RepeatedValues(vocabulary.texts, (value) => endpoints.read(value)),
    noEndpoint: endpoints.read(undefined),
    untold: new KnownSequence(factsIn),
    heads: new RepeatedHead(),
    scopes: new Scopes(),
    groups: new Map(),
    last: undefined,
  }
  if (!scansWhole(cursor, () => scanList(scan, 0)) || !addTraces(scan.groups, into)) return undefined
  into.recognised = true
  return into
}

interface Scan {
  readonly cursor: JsonCursor
  readonly objects: ScannedObjects
  readonly details: Details<number>
  readonly traceId: RepeatedMember<string | undefined>
  readonly endpoints: RepeatedValues<Endpoint>
  readonly noEndpoint: Endpoint
  /** Keys and values of the tags that tell facts, then the kind. */
  readonly untold: KnownSequence<unknown, ZipkinFacts>
  /** Of tags, by the endpoint. */
  readonly heads: RepeatedHead<KnownSequence<unknown, ZipkinFacts>>
  readonly scopes: Scopes
  /** By the trace id. */
  readonly groups: Map<string, Group>
  /** The group of the span before: mostly the same. */
  last: Group | undefined
}

/** Spans of one trace id. */
interface Group {
  readonly traceId: string
  readonly ids: Set<string>
  readonly spans: LazySpan<number>[]
}

function scanList(scan: Scan, depth: number): void {
  const { cursor } = scan
  // An empty list says nothing about its format.
  if (cursor.peek() !== OPEN_LIST || !cursor.enter(OPEN_LIST)) throw FALLBACK
  do {
    if (cursor.peek() === OPEN_OBJECT) scanSpan(scan)
    else if (depth === 0) scanList(scan, 1)
    else throw FALLBACK
  } while (cursor.nextItem(OPEN_LIST))
}

function scanSpan(scan: Scan): void {
  const { cursor } = scan
  const start = cursor.at
  let id: unknown
  let spanId: string | undefined
  let parentId: unknown
  let parent: string | undefined
  let kind: unknown
  let name: unknown
  let timestamp: unknown
  let duration: unknown
  let tags = scan.untold
  let traceId: string | undefined
  let endpoint: Endpoint | undefined
  let isAnnotated = false
  for (let key = cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    if (key === 'tags') tags = scanFacts(scan, endpoint)
    else if (key === 'traceId') traceId = scan.traceId.read(cursor)
    else if (key === 'id') {
      spanId = cursor.plainId()
      id = spanId ?? cursor.value()
      spanId ??= hexOrMadeId(id, 16)
    } else if (key === 'parentId') {
      parent = cursor.plainId()
      parentId = parent ?? cursor.value()
      parent ??= hexOrMadeId(parentId, 16)
    } else if (key === 'kind') kind = cursor.value()
    else if (key === 'name') name = cursor.value()
    else if (key === 'timestamp') timestamp = cursor.integer()
    else if (key === 'duration') duration = cursor.integer()
    else if (key === 'localEndpoint') endpoint = scan.endpoints.read(cursor)
    // Of v1.
    else if (key === 'binaryAnnotations') throw FALLBACK
    else {
      isAnnotated ||= key === 'annotations'
      cursor.skip()
    }
  }
  if (isAnnotated && !endpoint) throw FALLBACK
  // Those without an id, or a trace id, are counted by the reader of objects.
  if (spanId === undefined || traceId === undefined) throw FALLBACK
  const group = groupOf(scan, traceId)
  if (group.ids.add(spanId).size === group.spans.length) throw FALLBACK
  const mark = parentMark(parentId, parent, spanId)
  if (mark === 'own-parent') parent = undefined
  const facts = tags.with(kind).value
  const members = { spanId, parentId: parent, parentMark: mark, id, name, timestamp, duration, facts }
  const skeleton = zipkinSkeleton(members, endpoint ?? scan.noEndpoint, scan.scopes)
  group.spans.push(new LazySpan(skeleton, scan.details, scan.objects.add(start, cursor.at)))
}

function groupOf(scan: Scan, traceId: string): Group {
  if (traceId === scan.last?.traceId) return scan.last
  const group = scan.groups.get(traceId) ?? { traceId, ids: new Set<string>(), spans: [] }
  scan.groups.set(traceId, group)
  scan.last = group
  return group
}

/** False when spans of two ids that are one trace share an id. */
function addTraces(groups: Scan['groups'], into: Collection): boolean {
  const wholeId = wholeTraceIds(groups.keys())
  for (const { traceId, ids, spans } of groups.values()) {
    const whole = wholeId(traceId)
    // No more than two ids are one trace.
    if (whole !== traceId && [...ids].some((id) => groups.get(whole)?.ids.has(id))) return false
    into.add(whole, spans)
  }
  return true
}

/** Of the tags those of {@link FACT_TAGS}, mostly none. */
function scanFacts({ cursor, untold, heads }: Scan, endpoint: Endpoint | undefined): Scan['untold'] {
  if (cursor.peek() !== OPEN_OBJECT) {
    cursor.skip()
    return untold
  }
  const head = heads.skip(cursor, endpoint)
  let tags = head ?? untold
  for (let key = head ? cursor.nextKey() : cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
    if (key !== OTHER_KEY && isFact(key)) tags = tags.with(key).with(cursor.value())
    else cursor.skip()
    heads.member(cursor, tags)
  }
  heads.end(cursor)
  return tags
}

function factsIn(told: readonly unknown[]): ZipkinFacts {
  const tags: Record<string, unknown> = {}
  for (let i = 0; i + 1 < told.length; i += 2) tags[told[i] as string] = told[i + 1]
  return zipkinFacts(told.at(-1), tags)
}

const isFact = (key: string): boolean => FACT_TAGS.includes(key)
