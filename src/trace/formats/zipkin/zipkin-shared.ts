import type { JsonObject } from '../../../json-object.ts'
import { groupBy } from '../../group.ts'
import type { SpanMark } from '../../model.ts'
import { hexOrMadeId, textOrNumber } from '../foreign-json.ts'
import { FreeIds } from './free-ids.ts'
import { SharedCall } from './shared-call.ts'

/** A Zipkin span with an id of its own. */
export interface ZipkinSpan {
  readonly item: JsonObject
  readonly spanId: string
  /** The source has it under the id of another span, and this one is made. */
  readonly sharesId: boolean
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
 * half that came in parts are merged. Spans of one trace, in the order of their ids in the source.
 */
export function separateHalves(items: readonly JsonObject[]): ZipkinSpan[] {
  const byId = groupBy(items, zipkinId)
  const free = new FreeIds(byId.keys())
  const calls = new Map<string, SharedCall>()
  // Sorted: which ids are made must not depend on the order of the source.
  const shared = [...byId].filter(([, parts]) => parts.length > 1)
  for (const [id, parts] of shared.sort(([a], [b]) => (a < b ? -1 : 1)))
    calls.set(id, new SharedCall(id, parts, free))
  return [...byId].flatMap(([id, parts]) => {
    const call = calls.get(id)
    if (call) return call.spans.map(({ item, spanId }) => spanOf(item, spanId, id, calls))
    return [spanOf(parts[0]!, id, id, calls)]
  })
}

/** `given`: the id in the source. */
function spanOf(
  item: JsonObject,
  spanId: string,
  given: string,
  calls: ReadonlyMap<string, SharedCall>,
): ZipkinSpan {
  const named = hexOrMadeId(item.parentId, 16)
  if (spanId !== given && calls.get(given)?.isBelow(spanId)) {
    return { item, spanId, sharesId: true, parentId: given, parentMark: undefined }
  }
  const own = {
    item,
    spanId,
    sharesId: spanId !== given,
    parentMark: parentMark(item.parentId, named, given),
  }
  // A span that is its own parent is a root, as in Zipkin's UI.
  if (named === undefined || named === given) return { ...own, parentId: undefined }
  return { ...own, parentId: calls.get(named)?.parentOf(item) ?? named }
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
