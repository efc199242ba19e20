import { isObject, type JsonObject } from '../../../json-object.ts'
import { groupBy } from '../../group.ts'
import type { SpanMark } from '../../model.ts'
import { hexOrMadeId, textOrNumber } from '../foreign-json.ts'
import { FreeIds } from './free-ids.ts'

/** A Zipkin span with an id of its own. */
export interface ZipkinSpan {
  readonly item: JsonObject
  readonly spanId: string
  readonly parentId: string | undefined
  readonly parentMark: ParentMark | undefined
}

/**
 * Says of each of these trace ids which trace its spans belong to. A program that knows ids of 64 bits alone drops the
 * high half, so spans of one trace may come with both: an id of 64 bits belongs to the one of 128 bits with its low half.
 * Among several of those none is known to be the right one, and in a wrong one its spans would be believed: then it is a
 * trace of its own. Two ids of 128 bits are two traces, whatever their halves.
 */
export function wholeTraceIds(ids: Iterable<string>): (id: string) => string {
  const byHalf = groupBy(
    [...ids].filter((id) => !isHalf(id)),
    (id) => id.slice(16),
  )
  return (id) => {
    const [whole, ...others] = (isHalf(id) ? byHalf.get(id.slice(16)) : undefined) ?? []
    return whole !== undefined && others.length === 0 ? whole : id
  }
}

/** Of 64 bits: the zeros in front are padding. */
const isHalf = (traceId: string): boolean => traceId.startsWith('0'.repeat(16))

/**
 * Zipkin's B3 lets the server side of a call report under the client's span id. Here each half gets an id of its own:
 * the server half a new one under the client half, and it takes the children that belong to its side. Reports of one
 * half that came in parts are merged. Spans of one trace; the result is in their order.
 */
export function separateHalves(items: readonly JsonObject[]): ZipkinSpan[] {
  const byId = groupBy(mergeParts(items), zipkinId)
  const free = new FreeIds(byId.keys())
  const ids = new Map<JsonObject, string>()
  const serverOf = new Map<string, { id: string; client: JsonObject }>()
  for (const [id, halves] of byId) {
    const [client] = halves.filter((half) => !isServerHalf(half))
    for (const half of halves) ids.set(half, id)
    if (client === undefined) continue
    for (const server of halves.filter(isServerHalf)) {
      const own = free.instead(id)
      ids.set(server, own)
      if (!serverOf.has(id)) serverOf.set(id, { id: own, client })
    }
  }
  return [...byId.values()].flat().map((item) => {
    const spanId = ids.get(item) as string
    const given = zipkinId(item)
    const parent = spanId === given ? parentOf(item, given, serverOf) : given
    const named = spanId === given ? hexOrMadeId(item.parentId, 16) : parent
    return { item, spanId, parentId: parent, parentMark: parentMark(item.parentId, named, spanId) }
  })
}

/** What is broken about a parent that is named. */
export type ParentMark = Extract<SpanMark, 'parent-unreadable' | 'own-parent'>

/** `parent` is what was made of the parent id that is `given`; undefined where it cannot be read. */
export function parentMark(given: unknown, parent: string | undefined, own: string): ParentMark | undefined {
  if (parent !== undefined) return parent === own ? 'own-parent' : undefined
  const named = given ?? ''
  return named !== '' && !/^0+$/.test(textOrNumber(named) ?? '') ? 'parent-unreadable' : undefined
}

function zipkinId(item: JsonObject): string {
  return hexOrMadeId(item.id, 16) as string
}

function isServerHalf(item: JsonObject): boolean {
  return item.shared === true || item.kind === 'SERVER'
}

function serviceOf(item: JsonObject): unknown {
  return isObject(item.localEndpoint) ? item.localEndpoint.serviceName : undefined
}

/** A span that is its own parent is a root, as in Zipkin's UI. */
function parentOf(
  item: JsonObject,
  own: string,
  serverOf: ReadonlyMap<string, { id: string; client: JsonObject }>,
): string | undefined {
  const parent = hexOrMadeId(item.parentId, 16)
  if (parent === undefined || parent === own) return undefined
  const server = serverOf.get(parent)
  // A child on the client's side of the call stays there; everything else was called by the server.
  if (server === undefined || serviceOf(item) === serviceOf(server.client)) return parent
  return server.id
}

/** One half may be reported in parts (an early report, then a late one): the same id, side and service. */
function mergeParts(items: readonly JsonObject[]): JsonObject[] {
  const byHalf = groupBy(items, (item) =>
    JSON.stringify([zipkinId(item), isServerHalf(item), serviceOf(item) ?? null]),
  )
  return [...byHalf.values()].map((parts) => (parts.length === 1 ? parts[0]! : merged(parts)))
}

/** All parts at once: one after the other, each would go through all that came before it. */
function merged(parts: readonly JsonObject[]): JsonObject {
  const annotations = parts.flatMap((part) =>
    Array.isArray(part.annotations) ? (part.annotations as unknown[]) : [],
  )
  const longest = parts.reduce((a, b) => (durationOf(b) > durationOf(a) ? b : a))
  return {
    ...firstOfEach(parts),
    tags: firstOfEach(parts.map(({ tags }) => (isObject(tags) ? tags : {}))),
    annotations: [...new Map(annotations.map((entry) => [JSON.stringify(entry), entry])).values()],
    timestamp: parts.find(({ timestamp }) => timestamp !== undefined && timestamp !== null)?.timestamp,
    duration: longest.duration,
  }
}

const durationOf = ({ duration }: JsonObject): number => Number(textOrNumber(duration) ?? 0)

/** Of each member the value that is the first. */
function firstOfEach(parts: readonly JsonObject[]): JsonObject {
  return Object.fromEntries(parts.toReversed().flatMap(Object.entries))
}
