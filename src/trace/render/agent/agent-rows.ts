import type { CriticalPath } from '../../analysis/critical-path.ts'
import { rootCauses } from '../../analysis/findings.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Rows } from '../waterfall/rows.ts'
import { waitedFor } from './critical-lines.ts'

/** Of the rows at most this share is for errors, and twice of it for errors and the critical path. */
const SHARE = 0.25

/**
 * Which rows to show when there is room for `most` only: where errors began, then what the answer waited for, then what
 * took longest; each with the rows above it, so that they form a tree. In the order of the tree.
 */
export function chooseRows(tree: TraceTree, rows: Rows, path: CriticalPath, most: number): number[] {
  const all = rows.groups.flatMap(({ nodes }) => nodes)
  if (all.length <= most) return all
  const hasRow = new Uint8Array(tree.count)
  for (const node of all) hasRow[node] = 1
  const chosen = new Set<number>()
  const part = Math.ceil(most * SHARE)
  const onPath = waitedFor(path).sort((a, b) => b.nanos - a.nanos || a.node - b.node)
  take(rootCauses(tree), part)
  take(
    onPath.map(({ node }) => node),
    2 * part,
  )
  const took = (node: number) => rows.fold(node)?.sumNanos ?? tree.durationNanos(node)
  const times = Float64Array.from(all, took)
  const byTime = [...all.keys()].sort((a, b) => times[b]! - times[a]! || a - b)
  take(
    byTime.map((i) => all[i]!),
    most,
  )
  return all.filter((node) => chosen.has(node))

  /** Adds nodes that have a row while there is room for them and for the rows above. */
  function take(nodes: readonly number[], upTo: number): void {
    for (const node of nodes) {
      if (chosen.size >= upTo) return
      if (hasRow[node] !== 1) continue
      const way: number[] = []
      // Chains of 72,000 levels exist: no further than there is room.
      for (let at = node; at >= 0 && !chosen.has(at) && way.length <= upTo; at = tree.parent(at)) way.push(at)
      if (chosen.size + way.length <= upTo) for (const one of way) chosen.add(one)
    }
  }
}
