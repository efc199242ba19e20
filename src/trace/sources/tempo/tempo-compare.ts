import { Failure } from '../../../errors.ts'
import type { SelectedSpans } from '../../causes/selected-spans.ts'
import type { TraceFilter } from '../../search.ts'
import { type QueryResult, usualStep } from '../../series.ts'
import type { BackendComparison, Send } from '../trace-source.ts'
import { extendedQuery } from './extended-query.ts'
import { readComparison } from './tempo-comparison.ts'
import { queryTempo } from './tempo-metrics.ts'
import { traceql } from './traceql.ts'

/** Values of an attribute that Tempo lists, the most frequent of each group. The answer grows with it. */
const MOST_VALUES = 100

/**
 * One request with `compare()`, which counts the attribute values of two groups of spans (TraceQL metrics functions; the
 * shape of the answer was recorded from 2.10 and 3.0). A percentile needs another request before it.
 */
export async function compareInTempo(
  filter: TraceFilter,
  selected: SelectedSpans,
  ask: Send,
): Promise<BackendComparison> {
  const population = filter.query ?? traceql(filter)
  const range = { fromMillis: filter.fromMillis, toMillis: filter.toMillis }
  const seconds = usualStep(range)
  const query = (text: string): Promise<QueryResult> =>
    queryTempo({ text, ...range, stepSeconds: seconds }, ask).catch((error) => {
      throw error instanceof Failure && error.code === 'usage' ? error.withHint(FILTER_ONLY) : error
    })
  const limitNanos =
    selected.by === 'errors'
      ? undefined
      : 'nanos' in selected.over
        ? selected.over.nanos
        : percentileOf(
            await query(
              extendedQuery(population, `| quantile_over_time(duration, ${selected.over.percentile / 100})`),
            ),
          )
  const selection = limitNanos === undefined ? '{ status = error }' : `{ duration > ${limitNanos}ns }`
  const asked = extendedQuery(population, `| compare(${selection}, ${MOST_VALUES})`)
  const { series, partial } = await query(asked)
  const comparison = readComparison(series, MOST_VALUES)
  return {
    comparison,
    limitNanos,
    asked,
    ...(selected.by === 'duration' &&
      'percentile' in selected.over && { steps: { percentile: selected.over.percentile, seconds } }),
    ...(partial !== undefined && { partial }),
  }
}

/** The function is ours: what can be wrong is the filter. */
const FILTER_ONLY =
  'Check the names of --attr. --query takes a filter of spans without a function: { resource.service.name = "shop" }'

/**
 * Tempo gives one value a step, in seconds, and not how many spans are behind each: the largest leaves out none of them, and is
 * at least that of the whole time. `/api/metrics/query` is to give one value for the whole time, but that of 2.10, as recorded,
 * leaves out a part of the spans.
 */
function percentileOf({ series }: QueryResult): number {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value ?? 0))
  const most = values.reduce((a, b) => Math.max(a, b), 0)
  if (most > 0) return Math.round(most * 1e9)
  throw new Failure('not-found', 'no span fits, so there is no percentile of durations', {
    hint: 'Look further back with --since, or leave out a filter.',
  })
}
