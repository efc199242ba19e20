import { groupBy } from './group.ts'
import type { TraceNode } from './tree.ts'

/** From this many on, equal siblings are told as one (Grafana Tempo's default for the same idea). */
export const FOLD_FROM = 5

/** Leaf siblings with one service, name and outcome, told as one. Durations in nanoseconds. */
export interface Fold {
  /** At least {@link FOLD_FROM}, by start. */
  readonly members: readonly TraceNode[]
  readonly p50Nanos: number
  readonly p99Nanos: number
  readonly sumNanos: number
}

/**
 * Siblings in their order, with runs of equal leaves folded at the place of the first. Failed and good spans are
 * never folded together, so that no error is hidden in a count.
 */
export function foldSiblings(siblings: readonly TraceNode[]): (TraceNode | Fold)[] {
  if (siblings.length < FOLD_FROM) return [...siblings]
  const groups = groupBy(siblings, groupKey)
  const items: (TraceNode | Fold)[] = []
  for (const node of siblings) {
    const members = groups.get(groupKey(node)) as TraceNode[]
    if (members.length < FOLD_FROM || node.children.length > 0) items.push(node)
    else if (members[0] === node) items.push(foldOf(members))
  }
  return items
}

/** Tells a fold from a single span. */
export function isFold(item: TraceNode | Fold): item is Fold {
  return 'members' in item
}

// JSON keeps names that hold any separator apart.
function groupKey({ span, children }: TraceNode): string {
  if (children.length > 0) return ''
  return JSON.stringify([span.service, span.name, span.status === 'error'])
}

function foldOf(members: readonly TraceNode[]): Fold {
  const durations = members.map((node) => node.span.durationNanos).sort((a, b) => a - b)
  return {
    members,
    p50Nanos: percentile(durations, 50),
    p99Nanos: percentile(durations, 99),
    sumNanos: durations.reduce((sum, nanos) => sum + nanos, 0),
  }
}

/** Nearest rank: always one of the values, so nobody looks for a span that does not exist. */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0
}
