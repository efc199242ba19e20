import type { TraceTree } from '../tree/trace-tree.ts'

/** Nanoseconds after the tree's start, `[from, to]`. */
export type Stretch = readonly [fromNanos: number, toNanos: number]

/** Where time went by, and where something ran. */
export interface Activity {
  /** Stretches between two spans in which none ran, or only such whose children do not run; in order of time. */
  readonly idle: readonly Stretch[]
  /** How long something ran, all together. */
  readonly busyNanos: number
}

/**
 * What happened between two moments. A top of the tree is busy all the time (the critical path lies in it), a span
 * without children, too. Of a span that has children and runs longer than what called it, a consumer for instance, nobody can
 * tell what it does while none of them runs: it waits, or works itself. {@link ranIn} tells how long that was.
 */
export function activityOf(tree: TraceTree, fromNanos: number, toNanos: number): Activity {
  const tops = mergeBusy(tree, [...tree.roots, ...tree.detached], fromNanos, toNanos)
  // Most traces: the root runs all the time, and no more spans need to be looked at.
  if (tops.busyNanos >= toNanos - fromNanos) return tops
  const busy = [...tree.spans.keys()].filter((node) => tree.isLeaf(node) || tree.parent(node) < 0)
  return mergeBusy(tree, busy, fromNanos, toNanos)
}

/** How long any span ran in a stretch. Of one that is idle that is self time of spans with children. */
export const ranIn = (tree: TraceTree, [fromNanos, toNanos]: Stretch): number =>
  mergeBusy(tree, [...tree.spans.keys()], fromNanos, toNanos).busyNanos

function mergeBusy(tree: TraceTree, nodes: readonly number[], fromNanos: number, toNanos: number): Activity {
  const sorted = nodes
    .filter((node) => tree.startOf(node) <= toNanos && tree.endOf(node) >= fromNanos)
    .sort((a, b) => tree.startOf(a) - tree.startOf(b))
  const idle: Stretch[] = []
  let busyNanos = 0
  let reached: number | undefined
  for (const node of sorted) {
    const start = Math.max(fromNanos, tree.startOf(node))
    const end = Math.min(toNanos, tree.endOf(node))
    if (reached !== undefined && start > reached) idle.push([reached, start])
    busyNanos += Math.max(0, end - Math.max(start, reached ?? start))
    reached = Math.max(end, reached ?? end)
  }
  return { idle, busyNanos }
}
