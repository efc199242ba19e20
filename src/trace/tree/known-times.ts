import { type Unfinished, whyEndless } from './span-facts.ts'
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
 * By node: its start; of a span without a start and without a duration, the first known one below it. Its own place in the tree
 * is a guess. Infinite: none is known. Nanoseconds after the tree's start. One pass.
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
 * By node: its end; of a span without a usable end, the last known one below it. Spans without a waiting caller (a consumer,
 * `FOLLOWS_FROM`) don't count for it. Nanoseconds after the tree's start. One pass.
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

/**
 * The root that took longest; of a trace whose root is missing, the longest detached part. An unfinished one counts as far as
 * its time is known, so that a stray span of a moment is not taken for the root.
 */
export function longestTop(tree: TraceTree): number | undefined {
  const tops = tree.roots.length > 0 ? tree.roots : tree.detached
  if (tops.length < 2) return tops[0]
  const least = leastTimes(tree)
  let [longest, most]: [number | undefined, number] = [undefined, -1]
  for (const top of tops) {
    const nanos = least[top]!
    if (nanos > most) [longest, most] = [top, nanos]
  }
  return longest
}

/** A stretch of time, in nanoseconds after the tree's start. */
interface RootsTime {
  readonly startNanos: number
  readonly endNanos: number
}

/**
 * The time of a trace, from the start of its first root to the end of its last. Several roots may be one request without its
 * top. Undefined: it has no root.
 */
export function rootsTime(tree: TraceTree): RootsTime | undefined {
  // Roots are sorted by start.
  const [first] = tree.roots
  if (first === undefined) return undefined
  const endNanos = tree.roots.reduce((end, root) => Math.max(end, tree.endOf(root)), 0)
  return { startNanos: tree.startOf(first), endNanos }
}

/** A trace of unknown duration. */
export interface UnfinishedTrace {
  /** The top without a usable end; `a part`: of a trace without its root. */
  readonly top: 'the root' | 'a root' | 'a part'
  readonly why: Unfinished
}

/** Undefined: the trace has a duration. An unfinished root is enough, since it may have taken longest. */
export function unfinishedOf({ roots, detached, spans }: TraceTree): UnfinishedTrace | undefined {
  const top = roots.length === 0 ? 'a part' : roots.length === 1 ? 'the root' : 'a root'
  for (const node of roots.length > 0 ? roots : detached) {
    const why = whyEndless(spans[node]!)
    if (why) return { top, why }
  }
  return undefined
}

/** `5 of 12 traces have a root without a usable end`. */
export const unfinishedText = (unfinished: number, all: number): string =>
  `${unfinished} of ${all} traces ${unfinished === 1 ? 'has' : 'have'} a root without a usable end`
