import type { Span, Trace } from '../model.ts'

/**
 * Why a span stands where it stands.
 * - `orphan`: the parent it names is not in the trace.
 * - `cycle`: its parents lead back to itself; the earliest span of the cycle is detached and marked so.
 */
export type Place = 'child' | 'root' | 'orphan' | 'cycle'

/** For each span by its index: the index of its parent (-1 for a top span) and why it stands there. */
export interface Attachment {
  readonly parents: Int32Array
  readonly places: readonly Place[]
  /** 1 where another span has the same id. */
  readonly duplicate: Uint8Array
}

/**
 * Finds each span's parent. The result has no cycle and loses no span. Children of a duplicate id go to the first span that has
 * it. Where the two are client and server of one call (Zipkin's shared spans) the server half becomes the client half's child
 * and takes the children.
 */
export function attachSpans(spans: readonly Span[]): Attachment {
  const { owners, duplicate, sharedParent } = indexIds(spans)
  const parents = new Int32Array(spans.length).fill(-1)
  const places = new Array<Place>(spans.length).fill('child')
  for (let i = 0; i < spans.length; i++) {
    const { parentId } = spans[i]!
    const parent = sharedParent.get(i) ?? (parentId === undefined ? undefined : owners.get(parentId))
    if (parent !== undefined) parents[i] = parent
    else places[i] = parentId === undefined ? 'root' : 'orphan'
  }
  for (const cut of cyclesOf(spans, parents)) {
    parents[cut] = -1
    places[cut] = 'cycle'
  }
  return { parents, places, duplicate }
}

interface Ids {
  /** Which span stands for an id when a child names it. */
  readonly owners: Map<string, number>
  readonly duplicate: Uint8Array
  /** Server half → client half. */
  readonly sharedParent: Map<number, number>
}

function indexIds(spans: readonly Span[]): Ids {
  const owners = new Map<string, number>()
  for (let i = 0; i < spans.length; i++) owners.set(spans[i]!.spanId, i)
  // Fast path: ids are nearly always unique, and a lookup before each insert would double the cost.
  if (owners.size < spans.length) return indexShared(spans)
  return { owners, duplicate: new Uint8Array(spans.length), sharedParent: new Map() }
}

function indexShared(spans: readonly Span[]): Ids {
  const owners = new Map<string, number>()
  const duplicate = new Uint8Array(spans.length)
  const sharedParent = new Map<number, number>()
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!
    const first = owners.get(span.spanId)
    if (first === undefined) {
      owners.set(span.spanId, i)
      continue
    }
    duplicate[i] = duplicate[first] = 1
    const kinds = `${spans[first]!.kind}+${span.kind}`
    if (kinds === 'client+server' && !sharedParent.has(first)) {
      sharedParent.set(i, first)
      owners.set(span.spanId, i)
    } else if (kinds === 'server+client' && !sharedParent.has(first)) sharedParent.set(first, i)
  }
  return { owners, duplicate, sharedParent }
}

/** One span of each cycle of parents: its earliest, ties by their names. */
function cyclesOf(spans: readonly Span[], parents: Int32Array): number[] {
  const cuts: number[] = []
  // 0 = not visited, else the number of the walk that visited it. A walk that meets its own number has found a cycle.
  const seen = new Int32Array(spans.length)
  for (let first = 0; first < spans.length; first++) {
    let at = first
    while (at >= 0 && seen[at] === 0) {
      seen[at] = first + 1
      at = parents[at]!
    }
    if (at >= 0 && seen[at] === first + 1) cuts.push(earliestOfCycle(spans, parents, at))
  }
  return cuts
}

function earliestOfCycle(spans: readonly Span[], parents: Int32Array, entry: number): number {
  let least = entry
  for (let at = parents[entry]!; at !== entry; at = parents[at]!) {
    const [a, b] = [spans[at]!, spans[least]!]
    if (a.startNanos < b.startNanos || (a.startNanos === b.startNanos && compareNames(a, b) < 0)) least = at
  }
  return least
}

/**
 * The order of two spans with equal times: by service, name and id. A back end may send a trace in another order each time; its
 * drawing stays the same.
 */
export const compareNames = (a: Span, b: Span): number =>
  compareTexts(a.service, b.service) || compareTexts(a.name, b.name) || compareTexts(a.spanId, b.spanId)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * The trace without spans that came again, from exporters that deliver at least once. They have the id, the times and the name
 * of an earlier one. `trace.redelivered` counts them. The halves of Zipkin's shared spans stay. `shares`: 1 where another span
 * has the same id.
 */
export function withoutRedelivered(
  trace: Trace,
  shares: Uint8Array = attachSpans(trace.spans).duplicate,
): Trace {
  if (!shares.includes(1)) return trace
  const met = new Set<string>()
  const spans = trace.spans.filter(({ spanId, startNanos, durationNanos, kind, service, name }, i) => {
    const key = [spanId, startNanos, durationNanos, kind, service, name].join(' ')
    return shares[i] === 0 || (!met.has(key) && met.add(key))
  })
  const left = trace.spans.length - spans.length
  return left === 0 ? trace : { ...trace, spans, redelivered: (trace.redelivered ?? 0) + left }
}

/** The note about them; undefined: there are none. */
export function redeliveredText(spans = 0): string | undefined {
  if (spans === 0) return undefined
  return spans === 1 ? '1 duplicate span was dropped' : `${spans} duplicate spans were dropped`
}
