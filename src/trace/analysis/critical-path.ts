import { knownStarts, lastKnownEnds, longestTop } from '../tree/known-times.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/**
 * Sections of time, each with the node that is on the critical path, in flat arrays. Nanoseconds after the tree's
 * start. In the order found: for each top span from its end back to its start.
 */
export class CriticalPath {
  readonly #nodes: number[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  /** By node: 1 + the index of its first section in time; 0 = not on the path. With `#nexts` a linked list. */
  readonly #firsts: Int32Array
  /** By section: 1 + the index of its node's next section. */
  readonly #nexts: number[] = []

  constructor(nodes: number) {
    this.#firsts = new Int32Array(nodes)
  }

  /** Adds a section; those of one node must be added latest first. Empty sections are ignored. */
  add(node: number, startNanos: number, endNanos: number): void {
    if (endNanos <= startNanos) return
    this.#starts.push(startNanos)
    this.#ends.push(endNanos)
    this.#nexts.push(this.#firsts[node]!)
    this.#firsts[node] = this.#nodes.push(node)
  }

  sectionsOf(node: number): [startNanos: number, endNanos: number][] {
    const sections: [number, number][] = []
    for (let at = this.#firsts[node]!; at > 0; at = this.#nexts[at - 1]!) {
      sections.push([this.#starts[at - 1]!, this.#ends[at - 1]!])
    }
    return sections
  }

  *[Symbol.iterator](): Generator<{
    readonly node: number
    readonly startNanos: number
    readonly endNanos: number
  }> {
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const [node, startNanos, endNanos] = [this.#nodes[i], this.#starts[i], this.#ends[i]] as [
        number,
        number,
        number,
      ]
      yield { node, startNanos, endNanos }
    }
  }
}

/** Siblings that overlap by no more than this share of their parent count as sequential: clocks are no more exact. */
const OVERLAP_TOLERANCE = 0.01

/**
 * The critical path below each of these tops, within its part (Uber's CRISP, USENIX ATC '22). It walks back from the end,
 * always into the child that finished last before the moment reached. Sections are disjoint, leave no gap, and sum to the
 * part's duration exactly.
 *
 * Differences from Jaeger's and CRISP's code: a child that ends exactly where the next begins counts (`<=`; they lose
 * back-to-back siblings). Children are consumed in order, so a child of no length cannot be met twice. Of siblings that overlap
 * within the tolerance the earlier is clipped (CRISP counts the overlap twice). Spans that no caller waits for are left out:
 * consumers, and `FOLLOWS_FROM`. A child that outlives its parent is clipped to it.
 *
 * A span without a usable end counts up to the last end that is known below it: it ran at least so long. Without a start
 * either, it counts from the first start that is known below it. The rest of that time stays the caller's, since it may not
 * have waited.
 */
export function criticalPath(tree: TraceTree, parts: readonly Part[], times: KnownTimes): CriticalPath {
  const path = new CriticalPath(tree.count)
  for (const part of parts) walkBack(tree, part, times, path)
  return path
}

interface Part {
  readonly node: number
  readonly lo: number
  readonly hi: number
}

export const wholePart = (node: number, { starts, ends }: KnownTimes): Part => ({
  node,
  lo: starts[node]!,
  hi: ends[node]!,
})

export const knownTimes = (tree: TraceTree): KnownTimes => ({
  starts: knownStarts(tree),
  ends: lastKnownEnds(tree),
})

interface KnownTimes {
  readonly starts: Float64Array
  readonly ends: Float64Array
}

/** A span on the path, clipped to its ancestors: from `lo` to `hi`. */
interface Frame extends Part {
  /** Everything after this moment is accounted for. */
  cur: number
  readonly children: readonly number[]
  next: number
}

function walkBack(tree: TraceTree, top: Part, times: KnownTimes, path: CriticalPath): void {
  const { starts, ends } = times
  const stack = [frameOf(tree, top.node, times, top.lo, top.hi)]
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const child = frame.children[frame.next++]
    if (child === undefined) {
      path.add(frame.node, frame.lo, frame.cur)
      stack.pop()
      continue
    }
    const lo = Math.max(frame.lo, starts[child]!)
    const end = Math.min(frame.hi, ends[child]!)
    const hi = Math.min(end, frame.cur)
    if (lo >= hi || end - hi > (frame.hi - frame.lo) * OVERLAP_TOLERANCE) continue
    path.add(frame.node, hi, frame.cur)
    frame.cur = lo
    stack.push(frameOf(tree, child, times, lo, hi))
  }
}

/** Children by their clipped end, the last first; of two that end together the longer. */
function frameOf(tree: TraceTree, node: number, { starts, ends }: KnownTimes, lo: number, hi: number): Frame {
  const children: number[] = []
  for (let child = node + 1; child < tree.after(node); child = tree.after(child)) {
    if (!tree.isAwaited(child)) continue
    if (Math.max(lo, starts[child]!) < Math.min(hi, ends[child]!)) children.push(child)
  }
  const endOf = (child: number) => Math.min(hi, ends[child]!)
  const startOf = (child: number) => Math.max(lo, starts[child]!)
  if (children.length > 1) children.sort((a, b) => endOf(b) - endOf(a) || startOf(a) - startOf(b))
  return { node, lo, hi, cur: hi, children, next: 0 }
}

/** The critical path of all the time that a trace is said to have taken. */
export interface RootsPath {
  readonly path: CriticalPath
  /** That time, in nanoseconds: exactly the sections of the path and what is between roots. */
  readonly nanos: number
  /** The known end of that time, in nanoseconds after the tree's start. */
  readonly endNanos: number
  /** How much of it no root ran. */
  readonly gapNanos: number
}

/** The same, and beside it a path for each part that the time of the trace leaves out. */
export interface DrawnPath {
  /** The sections of all of them: that of the trace, and those of the parts beside it. */
  readonly path: CriticalPath
  readonly nanos: number
  /** Whether the part of the tree that this node is in counts in the time of the trace; else it has a path of its own. */
  isOfTrace(node: number): boolean
}

/**
 * From the start of the first root to the end of the last. Back from there, always into the root that ended last before the
 * moment reached. Roots that overlap are clipped, since they have no caller that could have waited for another. Without a root
 * it is that of the longest part.
 */
export function rootsPath(tree: TraceTree): RootsPath {
  const times = knownTimes(tree)
  const { parts, nanos, endNanos, gapNanos } = partsOfTrace(tree, times)
  return { path: criticalPath(tree, parts, times), nanos, endNanos, gapNanos }
}

/**
 * The path in drawings and notes of single spans: {@link rootsPath}, and of parts beside the roots each its own from end to
 * start.
 */
export function drawnPath(tree: TraceTree): DrawnPath {
  const times = knownTimes(tree)
  const { tops, parts, nanos } = partsOfTrace(tree, times)
  const ofTrace = new Set(tops)
  const beside = [...tree.roots, ...tree.detached].filter((top) => !ofTrace.has(top))
  const path = criticalPath(tree, [...parts, ...beside.map((top) => wholePart(top, times))], times)
  // 1 by node: asked of each row, and the way up to a top may be 72,000 levels long.
  const isBeside = new Uint8Array(beside.length === 0 ? 0 : tree.count)
  for (const top of beside) isBeside.fill(1, top, tree.after(top))
  return { path, nanos, isOfTrace: (node) => isBeside[node] !== 1 }
}

interface PartsOfTrace {
  /** The tops that count in the time of the trace. */
  readonly tops: readonly number[]
  /** Of these the parts that are on its path, the last first. */
  readonly parts: readonly Part[]
  readonly nanos: number
  readonly endNanos: number
  readonly gapNanos: number
}

function partsOfTrace(tree: TraceTree, times: KnownTimes): PartsOfTrace {
  if (tree.roots.length > 1) return partsOfRoots(tree, times)
  const top = longestTop(tree)
  if (top === undefined) return { tops: [], parts: [], nanos: 0, endNanos: 0, gapNanos: 0 }
  const part = wholePart(top, times)
  return { tops: [top], parts: [part], nanos: Math.max(0, part.hi - part.lo), endNanos: part.hi, gapNanos: 0 }
}

function partsOfRoots(tree: TraceTree, times: KnownTimes): PartsOfTrace {
  const latestFirst = tree.roots
    .map((node) => wholePart(node, times))
    // Of a root without a usable start and end, and without anything known below it, there is no time to count.
    .filter(({ lo, hi }) => lo <= hi)
    .sort((a, b) => b.hi - a.hi || a.lo - b.lo)
  const last = latestFirst[0]?.hi ?? 0
  const parts: Part[] = []
  let cur = last
  let gapNanos = 0
  for (const { node, lo, hi } of latestFirst) {
    const to = Math.min(hi, cur)
    if (lo > to) continue
    gapNanos += cur - to
    parts.push({ node, lo, hi: to })
    cur = lo
  }
  return { tops: tree.roots, parts, nanos: last - cur, endNanos: last, gapNanos }
}

/** How long spans are on the critical path, and of how much that is a share. In nanoseconds. */
export class TimeOnPath {
  readonly #tree: TraceTree
  readonly #path: DrawnPath
  /** How long the nodes before each node are on it, one number more than there are nodes. */
  readonly #before: Float64Array

  constructor(tree: TraceTree, path: DrawnPath) {
    this.#tree = tree
    this.#path = path
    this.#before = new Float64Array(tree.count + 1)
    for (const { node, startNanos, endNanos } of path.path) this.#before[node + 1]! += endNanos - startNanos
    for (let node = 0; node < tree.count; node++) this.#before[node + 1]! += this.#before[node]!
  }

  own(node: number): number {
    return this.#before[node + 1]! - this.#before[node]!
  }

  below(node: number): number {
    return this.#before[this.#tree.after(node)]! - this.#before[node]!
  }

  /** The whole path behind a top's share: that of the trace, or of its own part. */
  wholeOf(top: number): number {
    return this.isOfTrace(top) ? this.#path.nanos : this.below(top)
  }

  isOfTrace(node: number): boolean {
    return this.#path.isOfTrace(node)
  }
}
