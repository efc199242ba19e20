import { whyEndless } from './endless.ts'
import { leastTimes } from './known-times.ts'
import type { TraceTree } from './trace-tree.ts'

/** A stretch of time, in nanoseconds after the tree's start. */
export interface RootsTime {
  readonly startNanos: number
  readonly endNanos: number
}

/**
 * The time that a trace is said to have taken: from the start of its first root to the end of its last, since several roots may
 * be one request whose top is missing. Of one whose root was lost that of its {@link lostPart}. Undefined: it has no root.
 */
export function rootsTime(tree: TraceTree): RootsTime | undefined {
  const lost = lostPart(tree)
  return lost === undefined
    ? timeOfRoots(tree)
    : { startNanos: tree.startOf(lost), endNanos: tree.endOf(lost) }
}

function timeOfRoots(tree: TraceTree): RootsTime | undefined {
  // Roots are sorted by start.
  const [first] = tree.roots
  if (first === undefined) return undefined
  const endNanos = tree.roots.reduce((end, root) => Math.max(end, tree.endOf(root)), 0)
  return { startNanos: tree.startOf(first), endNanos }
}

/**
 * The longest part whose parent is missing, where it began before all roots, took longer than they do together, and nothing is
 * below them: the root of the request was lost, and the roots that are here are strays (a beacon of a moment). Undefined: the roots
 * tell the time, or there is none. A part that began later may be work that the root has left behind; one that nobody would have
 * waited for (a consumer) says nothing about the root, and a root without an end may have taken longer.
 */
export function lostPart(tree: TraceTree): number | undefined {
  const time = timeOfRoots(tree)
  if (time === undefined || !tree.roots.every((root) => isStray(tree, root))) return undefined
  const parts = tree.detached.filter((node) => tree.startOf(node) < time.startNanos && tree.isAwaited(node))
  if (parts.length === 0) return undefined
  const least = leastTimes(tree)
  let [longest, most]: [number | undefined, number] = [undefined, time.endNanos - time.startNanos]
  for (const part of parts) {
    const nanos = least[part]!
    if (nanos > most) [longest, most] = [part, nanos]
  }
  return longest
}

const isStray = (tree: TraceTree, root: number): boolean =>
  tree.isLeaf(root) && whyEndless(tree.span(root)) === undefined
