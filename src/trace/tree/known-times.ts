import { isAwaited } from './awaited.ts'
import { isEndless } from './endless.ts'
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
