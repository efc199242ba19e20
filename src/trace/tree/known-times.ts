import type { TraceTree } from './trace-tree.ts'

/**
 * By node: how long it took; one without a usable end at least, from its {@link knownStarts} to its {@link lastKnownEnds}.
 */
export function leastTimes(tree: TraceTree): Float64Array {
  const starts = knownStarts(tree)
  return lastKnownEnds(tree).map((end, node) =>
    tree.isEndless(node) ? Math.max(0, end - starts[node]!) : tree.durationNanos(node),
  )
}

/**
 * By node: its start; of a span without a start and without a duration, the first that is known below it, since where the tree
 * places it is a guess. Infinite: none is known. Nanoseconds after the tree's start. One pass.
 */
export function knownStarts(tree: TraceTree): Float64Array {
  if (!tree.hasEndless) return tree.copyOfStarts()
  const first = new Float64Array(tree.count)
  for (let node = 0; node < first.length; node++) {
    first[node] = tree.isStartless(node) ? Number.POSITIVE_INFINITY : tree.startOf(node)
  }
  for (let node = first.length - 1; node > 0; node--) {
    const parent = tree.parent(node)
    if (parent >= 0 && tree.isStartless(parent)) first[parent] = Math.min(first[parent]!, first[node]!)
  }
  return first.map((start, node) => (tree.isEndless(node) ? start : tree.startOf(node)))
}

/**
 * By node: its end; of a span without a usable end, the last one that is known below it. What nobody waited for tells
 * nothing about its caller (a consumer of a message, what only follows). Nanoseconds after the tree's start. One pass.
 */
export function lastKnownEnds(tree: TraceTree): Float64Array {
  if (!tree.hasEndless) return tree.copyOfEnds()
  const last = new Float64Array(tree.count)
  for (let node = last.length - 1; node >= 0; node--) {
    last[node] = Math.max(last[node]!, tree.endOf(node))
    const parent = tree.parent(node)
    if (parent >= 0 && tree.isAwaited(node)) last[parent] = Math.max(last[parent]!, last[node]!)
  }
  return last.map((end, node) => (tree.isEndless(node) ? end : tree.endOf(node)))
}
