import type { TraceTree } from '../../tree/trace-tree.ts'

/** The id of each row's element, by node: `s-` and the span id, with a number where spans share one. */
export function anchorsOf(tree: TraceTree): string[] {
  const seen = new Map<string, number>()
  return tree.spans.map(({ spanId }) => {
    const times = (seen.get(spanId) ?? 0) + 1
    seen.set(spanId, times)
    return times === 1 ? `s-${spanId}` : `s-${spanId}-${times}`
  })
}
