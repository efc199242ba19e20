import { leastTimes } from './known-times.ts'
import type { TraceTree } from './trace-tree.ts'

/**
 * The root that took longest; of a trace whose root is missing, the longest detached part. One without a usable end counts as far
 * as its time is known, so that a stray span of a moment is not taken for the root.
 */
export function longestTop(tree: TraceTree): number | undefined {
  const tops = tree.roots.length > 0 ? tree.roots : tree.detached
  if (tops.length < 2) return tops[0]
  const least = leastTimes(tree)
  let [longest, most]: [number | undefined, number] = [undefined, -1]
  for (const top of tops) {
    const nanos = least[top]!
    if (nanos > most) [longest, most] = [top, nanos]
  }
  return longest
}
