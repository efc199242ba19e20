import type { TraceFilter } from '../../../trace/search.ts'
import type { CapableSource } from '../../../trace/sources/capabilities.ts'
import type { BackendComparison } from '../../../trace/sources/trace-source.ts'

/**
 * Whether the search finds spans to be explained of which the back end has counted none: Tempo's metrics are of server and root
 * spans alone unless it is told otherwise (`filter_server_spans`). Without `compared` it has counted none of all that fit.
 */
export async function isUncounted(
  source: CapableSource<'search'>,
  filter: TraceFilter,
  compared?: BackendComparison,
): Promise<boolean> {
  // What fits a query of its own nobody can tell in the traces that are found.
  if (filter.query !== undefined) return false
  if (compared !== undefined && hasCounted(compared)) return false
  const query = compared?.selectedQuery
  const { traces } = await source.search({ ...filter, ...(query !== undefined && { query }), limit: 1 })
  return traces.length > 0
}

/** Whether it has counted spans to be explained, or may have: an estimate is made of spans that it counted. */
const hasCounted = ({ partial, comparison, limitIsEstimated = false }: BackendComparison): boolean =>
  partial !== undefined || comparison.selection.spans > 0 || limitIsEstimated
