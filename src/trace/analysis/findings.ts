import { groupBy } from '../group.ts'
import { endedDurations, percentile } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** More siblings of one name than this are a suspect (the threshold of Jaeger's N+1 check). */
const REPEATED_OVER = 10

/**
 * Many calls of one kind and of similar length, made by one span: what a loop around a query looks like. Nodes of the
 * tree. Durations are of the calls that have a usable end.
 */
export interface RepeatedCalls {
  readonly caller: number
  /** By start. */
  readonly calls: readonly number[]
  readonly sumNanos: number
  readonly p50Nanos: number
  readonly unfinished: number
  /** The known number that ran at one moment at most; 1 = one after another, where all have an end. */
  readonly atOnce: number
}

/** The nodes with the most self time, longest first, without those that have none, or of which it is not known. */
export function slowestSelf(tree: TraceTree, count: number): number[] {
  // A top-k selection instead of a sort: of 100,000 spans three are shown.
  const slowest: number[] = []
  const selfOf = (node: number) => tree.selfNanos(node) ?? 0
  let least = 0
  for (let node = 0; node < tree.count; node++) {
    const selfNanos = selfOf(node)
    if (selfNanos <= least) continue
    const at = slowest.findIndex((slower) => selfOf(slower) < selfNanos)
    slowest.splice(at < 0 ? slowest.length : at, 0, node)
    if (slowest.length > count) slowest.pop()
    if (slowest.length === count) least = selfOf(slowest[count - 1]!)
  }
  return slowest
}

/**
 * Failed spans below which nothing failed: where an error began. First those whose error reached the top, since others were
 * dealt with on the way; then deepest first, then earliest.
 */
export function rootCauses(tree: TraceTree): number[] {
  const causes: number[] = []
  for (let node = 0; node < tree.count; node++) {
    if (tree.errorsBelow(node) === 1 && tree.hasFailed(node)) causes.push(node)
  }
  const reached = reachedTop(tree)
  return causes.sort(
    (a, b) => reached[b]! - reached[a]! || tree.depth(b) - tree.depth(a) || tree.startOf(a) - tree.startOf(b),
  )
}

/** By node: 1 where it failed and all spans above it did. */
function reachedTop(tree: TraceTree): Uint8Array {
  const reached = new Uint8Array(tree.count)
  const queue = [...tree.roots, ...tree.detached]
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (!tree.hasFailed(node)) continue
    reached[node] = 1
    for (const child of tree.children(node)) queue.push(child)
  }
  return reached
}

/** Suspected N+1 groups, the costliest first. */
export function repeatedCalls(tree: TraceTree): RepeatedCalls[] {
  const found: RepeatedCalls[] = []
  for (let caller = 0; caller < tree.count; caller++) {
    if (tree.size(caller) <= REPEATED_OVER + 1) continue
    const children = tree.children(caller)
    if (children.length <= REPEATED_OVER) continue
    for (const calls of groupBy(children, (node) => tree.callKey(node)).values()) {
      if (calls.length <= REPEATED_OVER) continue
      const durations = endedDurations(tree, calls)
      if (!areAlike(durations, calls.length)) continue
      const sumNanos = durations.reduce((sum, nanos) => sum + nanos, 0)
      const p50Nanos = percentile(durations, 50)
      const unfinished = calls.length - durations.length
      found.push({ caller, calls, sumNanos, p50Nanos, unfinished, atOnce: mostAtOnce(tree, calls) })
    }
  }
  return found.sort((a, b) => b.sumNanos - a.sumNanos)
}

/**
 * At least half of all lie within a factor of two of the median: one slow call among many does not rule out a loop. Calls
 * without a usable end don't count among these.
 */
function areAlike(sorted: Float64Array, all: number): boolean {
  const median = percentile(sorted, 50)
  const near = sorted.filter((nanos) => nanos >= median / 2 && nanos <= median * 2)
  return near.length * 2 >= all
}

function mostAtOnce(tree: TraceTree, calls: readonly number[]): number {
  const ends = Float64Array.from(calls, (call) => tree.endOf(call)).sort()
  let most = 1
  let ended = 0
  for (const [i, call] of calls.entries()) {
    while (ends[ended]! <= tree.startOf(call) && ended < i) ended++
    most = Math.max(most, i + 1 - ended)
  }
  return most
}
