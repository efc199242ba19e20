import type { TraceTree } from './trace-tree.ts'

/** The root that took longest; of a trace whose root is missing, the longest detached part. */
export function longestTop({
  roots,
  detached,
  spans,
}: Pick<TraceTree, 'roots' | 'detached' | 'spans'>): number | undefined {
  const time = (node: number) => spans[node]?.durationNanos ?? 0
  const tops = roots.length > 0 ? roots : detached
  return tops.reduce<number | undefined>(
    (longest, node) => (longest === undefined || time(node) > time(longest) ? node : longest),
    undefined,
  )
}
