import { isAwaited } from './awaited.ts'
import { isEndless, type Unfinished, whyEndless } from './endless.ts'
import { isStartless, type TraceTree } from './trace-tree.ts'

/**
 * By node: how long it took; one without a usable end at least, from its {@link knownStarts} to its {@link lastKnownEnds}.
 */
export function leastTimes(tree: TraceTree): Float64Array {
  const starts = knownStarts(tree)
  return lastKnownEnds(tree).map((end, node) => {
    const span = tree.span(node)
    return isEndless(span) ? Math.max(0, end - starts[node]!) : span.durationNanos
  })
}

/**
 * By node: its start; of a span without a start and without a duration, the first that is known below it, since where the tree
 * places it is a guess. Infinite: none is known. Nanoseconds after the tree's start. One pass.
 */
export function knownStarts(tree: TraceTree): Float64Array {
  const first = Float64Array.from(tree.spans, (span, node) =>
    isStartless(span) ? Number.POSITIVE_INFINITY : tree.startOf(node),
  )
  for (let node = first.length - 1; node > 0; node--) {
    const parent = tree.parent(node)
    if (parent >= 0 && isStartless(tree.span(parent))) first[parent] = Math.min(first[parent]!, first[node]!)
  }
  return first.map((start, node) => (isEndless(tree.span(node)) ? start : tree.startOf(node)))
}

/**
 * By node: its end; of a span without a usable end, the last one that is known below it. What nobody waited for tells
 * nothing about its caller (a consumer of a message, what only follows). Nanoseconds after the tree's start. One pass.
 */
export function lastKnownEnds(tree: TraceTree): Float64Array {
  const last = new Float64Array(tree.count)
  for (let node = last.length - 1; node >= 0; node--) {
    last[node] = Math.max(last[node]!, tree.endOf(node))
    const parent = tree.parent(node)
    if (parent >= 0 && isAwaited(tree.span(node))) last[parent] = Math.max(last[parent]!, last[node]!)
  }
  return last.map((end, node) => (isEndless(tree.span(node)) ? end : tree.endOf(node)))
}

/** A trace that nobody can tell the duration of. */
export interface UnfinishedTrace {
  /** What has no usable end; `a part`: of a trace without a root, one of the tops that are there. */
  readonly top: 'the root' | 'a root' | 'a part'
  readonly why: Unfinished
}

/** Undefined: the trace has a duration. One of several roots is enough, since it may be the one that took longest. */
export function unfinishedOf({
  roots,
  detached,
  spans,
}: Pick<TraceTree, 'roots' | 'detached' | 'spans'>): UnfinishedTrace | undefined {
  const top = roots.length === 0 ? 'a part' : roots.length === 1 ? 'the root' : 'a root'
  for (const node of roots.length > 0 ? roots : detached) {
    const why = whyEndless(spans[node]!)
    if (why) return { top, why }
  }
  return undefined
}

/** How many traces are unfinished, and how many of these have no root. */
export interface UnfinishedCount {
  readonly unfinished: number
  readonly rootless: number
}

/** `5 of 12 traces have a root without a usable end`. */
export const unfinishedText = ({ all, ...count }: UnfinishedCount & { readonly all: number }): string =>
  `${count.unfinished} of ${all} traces ${haveNoEnd(count)}`

/** `have a root without a usable end`. */
export function haveNoEnd({ unfinished, rootless }: UnfinishedCount): string {
  const some = rootless === 0 ? 'a root' : rootless === unfinished ? 'a part' : 'a root or a part'
  return `${unfinished === 1 ? 'has' : 'have'} ${some} without a usable end`
}
