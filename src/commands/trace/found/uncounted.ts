import type { SelectedSpans } from '../../../trace/causes/selected-spans.ts'
import type { TraceFilter } from '../../../trace/search.ts'
import type { CapableSource } from '../../../trace/sources/capabilities.ts'

/**
 * Whether the search finds spans of which the back end has counted none: Tempo's metrics are of server and root spans alone unless
 * it is told otherwise (`filter_server_spans`). `limitNanos`: the duration that those to be explained are over, where it is known.
 */
export async function isUncounted(
  source: CapableSource<'search'>,
  filter: TraceFilter,
  selected: SelectedSpans,
  limitNanos?: number,
): Promise<boolean> {
  // What fits a query of its own nobody can tell in the traces that are found.
  if (filter.query !== undefined) return false
  const minNanos = limitNanos === undefined ? filter.minNanos : Math.max(limitNanos + 1, filter.minNanos ?? 0)
  const { maxNanos = Number.POSITIVE_INFINITY } = filter
  if (minNanos !== undefined && minNanos > maxNanos) return false
  const { traces } = await source.search({
    ...filter,
    ...(minNanos !== undefined && { minNanos }),
    errors: filter.errors || selected.by === 'errors',
    limit: 1,
  })
  return traces.length > 0
}
