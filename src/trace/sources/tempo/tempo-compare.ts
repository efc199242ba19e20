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
      throw error instanceof Failure && error.code === 'usage' ? refusal(error, filter.query) : error
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

/**
 * What a refusal means, by Tempo's words. Failure `cannot-do` where it makes no such comparison: what can be searched for can be
 * compared here. The limit of its time (three hours before 3.0) is far below that of a search. `query`: of the person's own.
 */
function refusal(failure: Failure, query: string | undefined): Failure {
  const said = failure.detail.join(' ')
  const { detail } = failure
  const cannot = (what: string, hint: string) => new Failure('cannot-do', what, { hint, detail })
  if (/multi-tenant/i.test(said))
    return cannot('Tempo does not compare the spans of several tenants', 'Name one of them with --tenant.')
  if (/range .*exceeds/i.test(said)) {
    const shorter = 'Ask for a shorter time with --since, or --from and --to.'
    if (query !== undefined) return failure.withHint(shorter)
    return cannot('Tempo does not compare the spans of so long a time', shorter)
  }
  // The filter that is made of flags is one that it can read: the function is not (release notes 2.5 and 2.6).
  if (query === undefined && /parse error|syntax error/i.test(said)) {
    return cannot(
      'this Tempo does not know compare() of TraceQL, which 2.6 and later have',
      'ls-auth trace search works without.',
    )
  }
  return failure.withHint(query === undefined ? 'Check the names of --attr.' : FILTER_ONLY)
}

/** The function is ours: what can be wrong is the filter. */
const FILTER_ONLY =
  'Check the query: --query takes a filter of spans without a function: { resource.service.name = "shop" }'

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
