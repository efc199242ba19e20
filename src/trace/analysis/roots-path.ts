import { longestTop } from '../tree/longest-top.ts'
import { lostPart } from '../tree/roots-time.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { type CriticalPath, criticalPath, knownTimes, type Part, pathWithin } from './critical-path.ts'

/** The critical path of all the time that a trace is said to have taken. */
export interface RootsPath {
  readonly path: CriticalPath
  /** That time, in nanoseconds: exactly the sections of the path and what is between roots. */
  readonly nanos: number
  /** How much of it no root ran. */
  readonly gapNanos: number
}

/**
 * From the start of the first root to the end of the last: back from there, always into the root that ended last before the moment
 * reached. Roots that overlap are clipped, since nothing above them could have been waited for instead. Without a root, or where
 * it was lost, it is that of the longest part.
 */
export function rootsPath(tree: TraceTree): RootsPath {
  const lost = lostPart(tree)
  if (lost === undefined && tree.roots.length > 1) return pathOverRoots(tree)
  const top = lost ?? longestTop(tree)
  const path = criticalPath(tree, top === undefined ? [] : [top])
  let nanos = 0
  for (const { startNanos, endNanos } of path) nanos += endNanos - startNanos
  return { path, nanos, gapNanos: 0 }
}

function pathOverRoots(tree: TraceTree): RootsPath {
  const times = knownTimes(tree)
  const latestFirst = tree.roots
    .map((node) => ({ node, lo: times.starts[node]!, hi: times.ends[node]! }))
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
  return { path: pathWithin(tree, parts, times), nanos: last - cur, gapNanos }
}
