import { longestTop, lostPart } from '../tree/known-times.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import {
  type CriticalPath,
  criticalPath,
  type KnownTimes,
  knownTimes,
  type Part,
  wholePart,
} from './critical-path.ts'

/** The critical path of all the time that a trace is said to have taken. */
export interface RootsPath {
  readonly path: CriticalPath
  /** That time, in nanoseconds: exactly the sections of the path and what is between roots. */
  readonly nanos: number
  /** When that time ends, as far as it is known, in nanoseconds after the tree's start. */
  readonly endNanos: number
  /** How much of it no root ran. */
  readonly gapNanos: number
}

/** The same, and beside it a path for each part that the time of the trace leaves out. */
export interface DrawnPath {
  /** The sections of all of them: that of the trace, and those of the parts beside it. */
  readonly path: CriticalPath
  /** See {@link RootsPath.nanos}. */
  readonly nanos: number
  /** Whether the part of the tree that this node is in counts in the time of the trace; else it has a path of its own. */
  isOfTrace(node: number): boolean
  /** Until when this top is on it, in nanoseconds after the tree's start; undefined: never, or it is beside. */
  endOf(top: number): number | undefined
}

/**
 * From the start of the first root to the end of the last: back from there, always into the root that ended last before the moment
 * reached. Roots that overlap are clipped, since nothing above them could have been waited for instead. Without a root, or where
 * it was lost, it is that of the longest part.
 */
export function rootsPath(tree: TraceTree): RootsPath {
  const times = knownTimes(tree)
  const { parts, nanos, endNanos, gapNanos } = partsOfTrace(tree, times)
  return { path: criticalPath(tree, parts, times), nanos, endNanos, gapNanos }
}

/** What is drawn and told of single spans: {@link rootsPath}, and of parts beside the roots each its own from end to start. */
export function drawnPath(tree: TraceTree): DrawnPath {
  const times = knownTimes(tree)
  const { tops, parts, nanos } = partsOfTrace(tree, times)
  const ofTrace = new Set(tops)
  const beside = [...tree.roots, ...tree.detached].filter((top) => !ofTrace.has(top))
  const path = criticalPath(tree, [...parts, ...beside.map((top) => wholePart(top, times))], times)
  const ends = new Map(parts.map(({ node, hi }) => [node, hi]))
  // 1 by node: asked of each row, and the way up to a top may be 72,000 levels long.
  const isBeside = new Uint8Array(beside.length === 0 ? 0 : tree.count)
  for (const top of beside) isBeside.fill(1, top, tree.after(top))
  return { path, nanos, isOfTrace: (node) => isBeside[node] !== 1, endOf: (top) => ends.get(top) }
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
  const lost = lostPart(tree)
  if (lost === undefined && tree.roots.length > 1) return partsOfRoots(tree, times)
  const top = lost ?? longestTop(tree)
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
