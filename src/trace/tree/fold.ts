import { groupBy } from '../group.ts'
import { isEndless } from './span-facts.ts'
import type { TraceTree } from './trace-tree.ts'

/** From this many on, equal siblings are folded into one row (Grafana Tempo's default for the same idea). */
export const FOLD_FROM = 5

/** Leaf siblings of one service, name and outcome, folded into one row. Durations in nanoseconds, of those with a usable end. */
export interface Fold {
  /** At least {@link FOLD_FROM} nodes, by start. */
  readonly members: readonly number[]
  readonly p50Nanos: number
  readonly p99Nanos: number
  readonly sumNanos: number
  /** Members without a usable end, so of unknown duration. */
  readonly unfinished: number
}

/**
 * The folds among siblings, each shown in place of its first member. Failed and good spans are never folded together,
 * so that no error is hidden in a count.
 */
export function foldSiblings(tree: TraceTree, siblings: readonly number[]): Fold[] {
  if (siblings.length < FOLD_FROM) return []
  const leaves = siblings.filter((node) => tree.isLeaf(node))
  if (leaves.length < FOLD_FROM) return []
  return [...groupBy(leaves, (node) => outcomeOf(tree, node)).values()]
    .filter((members) => members.length >= FOLD_FROM)
    .map((members) => foldOf(tree, members))
}

/** A grouping key: the same for all spans of one service, name and outcome. */
function outcomeOf(tree: TraceTree, node: number): number {
  return tree.callKey(node) * 2 + Number(tree.hasFailed(node))
}

function foldOf(tree: TraceTree, members: readonly number[]): Fold {
  const durations = endedDurations(tree, members)
  return {
    members,
    unfinished: members.length - durations.length,
    p50Nanos: percentile(durations, 50),
    p99Nanos: percentile(durations, 99),
    sumNanos: durations.reduce((sum, nanos) => sum + nanos, 0),
  }
}

/** Of the nodes that have a usable end, the shortest first. */
export function endedDurations(tree: TraceTree, nodes: readonly number[]): Float64Array {
  const ended = nodes.map((node) => tree.span(node)).filter((span) => !isEndless(span))
  return Float64Array.from(ended, ({ durationNanos }) => durationNanos).sort()
}

/**
 * Nearest rank: always one of the values, so that a span with it exists. `p` has at most three decimals; in whole numbers,
 * since `99.9 / 100 * 1000` is a little more than 999.
 */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.max(0, Math.ceil((Math.round(p * 1000) * sorted.length) / 100_000) - 1)] ?? 0
}
