import type { TraceTree } from './trace-tree.ts'

/** A stretch of time, in nanoseconds after the tree's start. */
export interface RootsTime {
  readonly startNanos: number
  readonly endNanos: number
}

/**
 * The time that a trace is said to have taken: from the start of its first root to the end of its last, since several roots may
 * be one request whose top is missing. Undefined: it has no root.
 */
export function rootsTime(tree: Pick<TraceTree, 'roots' | 'startOf' | 'endOf'>): RootsTime | undefined {
  // Roots are sorted by start.
  const [first] = tree.roots
  if (first === undefined) return undefined
  const endNanos = tree.roots.reduce((end, root) => Math.max(end, tree.endOf(root)), 0)
  return { startNanos: tree.startOf(first), endNanos }
}
