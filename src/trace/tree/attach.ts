import type { Span, Trace } from '../model.ts'
import { isStartless, STARTLESS } from './span-facts.ts'

/** Starts and ends in nanoseconds, by the index of the span in its source. */
export interface Times {
  readonly starts: Float64Array
  readonly ends: Float64Array
  /** The order of two siblings with the same start and end, below 0 where `a` comes first; absent: as in the source. */
  readonly ofTwo?: (a: number, b: number) => number
}

/**
 * All spans in depth-first order, as source indexes: a span, then each child with its subtree. Siblings are sorted by
 * start, then the longer first, then by {@link Times.ofTwo}; `tops` keep the order given. Flat arrays and no recursion: traces
 * 72,000 levels deep are on record, and one of 100,000 spans needs no object here.
 */
export function depthFirst(tops: readonly number[], parents: Int32Array, times: Times): Int32Array {
  const { offsets, children } = childLists(parents, times)
  const order = new Int32Array(parents.length)
  const stack = new Int32Array(parents.length)
  let height = 0
  let count = 0
  for (let i = tops.length - 1; i >= 0; i--) stack[height++] = tops[i]!
  while (height > 0) {
    const at = stack[--height]!
    order[count++] = at
    const first = offsets[at]!
    for (let i = offsets[at + 1]! - 1; i >= first; i--) stack[height++] = children[i]!
  }
  return order
}

/** Sorts siblings as {@link depthFirst} wants them. */
export function sortByStart<List extends number[] | Int32Array>(siblings: List, times: Times): List {
  siblings.sort((a, b) => compare(a, b, times))
  return siblings
}

function compare(a: number, b: number, { starts, ends, ofTwo }: Times): number {
  return starts[a]! - starts[b]! || ends[b]! - ends[a]! || (ofTwo?.(a, b) ?? 0)
}

/** The children of span `i` are `children` from `offsets[i]` up to `offsets[i + 1]`, sorted. */
function childLists(
  parents: Int32Array,
  times: Times,
): { readonly offsets: Int32Array; readonly children: Int32Array } {
  const offsets = new Int32Array(parents.length + 1)
  for (let i = 0; i < parents.length; i++) if (parents[i]! >= 0) offsets[parents[i]! + 1]! += 1
  for (let i = 0; i < parents.length; i++) offsets[i + 1] = offsets[i + 1]! + offsets[i]!
  const next = offsets.slice()
  const children = new Int32Array(offsets[parents.length]!)
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i]!
    if (parent < 0) continue
    children[next[parent]!] = i
    next[parent]! += 1
  }
  for (let i = 0; i < parents.length; i++) {
    sortStretch(children, offsets[i]!, offsets[i + 1]!, times)
  }
  return { offsets, children }
}

/**
 * Skips the sort where it is already sorted: most sources write siblings in order, and most spans have few children.
 */
function sortStretch(children: Int32Array, from: number, to: number, times: Times): void {
  for (let i = from + 1; i < to; i++) {
    if (compare(children[i - 1]!, children[i]!, times) <= 0) continue
    sortByStart(children.subarray(from, to), times)
    return
  }
}

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
const compareNames = (a: Span, b: Span): number =>
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

/** The values of each span that are read once, by its index in the source. */
export interface SpanTimes extends Times {
  /** Bits, see `factsOf`. */
  readonly facts: Uint8Array
  /** Nanoseconds. */
  readonly durations: Float64Array
}

/** The earliest start of spans that have one, nanoseconds since the epoch; 0 when none has. */
export function earliestStart(spans: readonly Span[]): bigint {
  let least: bigint | undefined
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!
    if (!isStartless(span) && (least === undefined || span.startNanos < least)) least = span.startNanos
  }
  return least ?? 0n
}

/**
 * Starts and ends after `zero`, nanoseconds. A span without a start begins with its nearest ancestor that has one (as Jaeger's UI does), else with
 * the trace.
 */
export function relativeTimes(
  spans: readonly Span[],
  facts: Uint8Array,
  zero: bigint,
  parents: Int32Array,
): SpanTimes {
  const starts = new Float64Array(spans.length)
  const durations = new Float64Array(spans.length)
  const startless: number[] = []
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!
    const isTimed = (facts[i]! & STARTLESS) === 0
    starts[i] = isTimed ? Number(span.startNanos - zero) : Number.NaN
    durations[i] = span.durationNanos
    if (!isTimed) startless.push(i)
  }
  for (const first of startless) {
    const chain: number[] = []
    let at = first
    for (; at >= 0 && Number.isNaN(starts[at]); at = parents[at]!) chain.push(at)
    for (const i of chain) starts[i] = at < 0 ? 0 : starts[at]!
  }
  const ends = starts.map((start, i) => start + durations[i]!)
  return { facts, starts, ends, durations, ofTwo: (a, b) => compareNames(spans[a]!, spans[b]!) }
}
