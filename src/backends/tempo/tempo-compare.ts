import { Failure } from '../../errors.ts'
import type {
  ComparedAttribute,
  Comparison,
  GroupSize,
  SelectedSpans,
  ValueCounts,
} from '../../trace/analysis/population.ts'
import type { TraceFilter } from '../../trace/search.ts'
import { type TimeSeries, usualStep } from '../../trace/series.ts'
import type { BackendComparison, Send } from '../trace-source.ts'
import { queryTempo } from './tempo-metrics.ts'
import { extendedQuery, traceql } from './tempo-search.ts'

/** Values of an attribute that Tempo lists, the most frequent of each group. The answer grows with it. */
const MOST_VALUES = 100

/**
 * One request with `compare()`, which counts the attribute values of two groups of spans (TraceQL metrics functions; the
 * shape of the answer was recorded from 2.10 and 3.0). Failure `cannot-do` where it makes no such comparison, and for a
 * percentile, which Tempo only estimates: what can be searched for can be compared here.
 */
export async function compareInTempo(
  filter: TraceFilter,
  selected: SelectedSpans,
  ask: Send,
): Promise<BackendComparison> {
  if (selected.by === 'duration' && 'percentile' in selected.over)
    throw new Failure('cannot-do', 'Tempo only estimates percentiles')
  const limitNanos = selected.by === 'duration' && 'nanos' in selected.over ? selected.over.nanos : undefined
  const condition = limitNanos === undefined ? 'status = error' : `duration > ${limitNanos}ns`
  const range = { fromMillis: filter.fromMillis, toMillis: filter.toMillis }
  const functions = `| compare({ ${condition} }, ${MOST_VALUES})`
  const asked = extendedQuery(filter.query ?? traceql(filter), functions)
  const query = { text: asked, ...range, stepSeconds: usualStep(range) }
  const { series, partial } = await queryTempo(query, ask).catch((error) => {
    throw error instanceof Failure ? refusal(error, filter.query) : error
  })
  return {
    comparison: readComparison(series, MOST_VALUES),
    limitNanos,
    ...(filter.query === undefined && { selectedQuery: traceql(filter, condition) }),
    ...(partial !== undefined && { partial }),
  }
}

/** The limit of its time (three hours before 3.0) is far below that of a search. `query`: of the person's own. */
function refusal(failure: Failure, query: string | undefined): Failure {
  if (query !== undefined) return failure.code === 'usage' ? failure.withHint(FILTER_ONLY) : failure
  if (failure.code !== 'usage' && failure.code !== 'api-failed') return failure
  const { message, hint, detail } = failure
  return new Failure('cannot-do', `Tempo made no comparison: ${message}`, { hint, detail })
}

/** The function is ours: what can be wrong is the filter. */
const FILTER_ONLY =
  'Check the query. --query takes a span filter without a function: { resource.service.name = "shop" }'

/** Tempo's word for an attribute that a span has not, and for the values of a total. */
const NIL = 'nil'

/** An attribute that every span has once: its total is the size of the group. */
const OF_EVERY_SPAN = 'name'

interface ListedValues {
  readonly total: number
  readonly values: ReadonlyMap<string, number>
}

type Listed = Map<string, { total: number; values: Map<string, number> }>

/**
 * The series of `compare()` as counts. `most`: so many values of an attribute Tempo was to list. Attributes with more values than Tempo counts are left out (`__meta_error`).
 */
function readComparison(series: readonly TimeSeries[], most: number): Comparison {
  const groups: Record<string, Listed> = { selection: new Map(), baseline: new Map() }
  for (const { labels, points } of series) {
    const type = labels.find(([name]) => name === '__meta_type')?.[1] ?? ''
    const [name, value] = labels.find(([label]) => !label.startsWith('__meta')) ?? []
    const group = groups[type.replace('_total', '')]
    if (name === undefined || value === undefined || group === undefined) continue
    const attribute = group.get(name) ?? { total: 0, values: new Map<string, number>() }
    group.set(name, attribute)
    const spans = points.reduce((sum, [, one]) => sum + (one ?? 0), 0)
    if (type.endsWith('_total')) attribute.total += spans
    // A number and a text that read alike have a series each.
    else attribute.values.set(value, (attribute.values.get(value) ?? 0) + spans)
  }
  const sizes = {
    selection: groups.selection?.get(OF_EVERY_SPAN)?.total ?? 0,
    baseline: groups.baseline?.get(OF_EVERY_SPAN)?.total ?? 0,
  }
  const none: ListedValues = { total: 0, values: new Map() }
  const names = new Set(Object.values(groups).flatMap((group) => [...group.keys()]))
  return {
    selection: sizeOf(sizes.selection),
    baseline: sizeOf(sizes.baseline),
    attributes: [...names].filter(isOfSpan).map((name) => {
      const selection = scaled(groups.selection?.get(name) ?? none, sizes.selection)
      const baseline = scaled(groups.baseline?.get(name) ?? none, sizes.baseline)
      return attributeOf(name, selection, baseline, most)
    }),
  }
}

/** Intrinsics other than the name say again what was asked, or are of the trace. */
const isOfSpan = (name: string): boolean =>
  (name === OF_EVERY_SPAN || /^(?:span|resource)\./.test(name)) && name !== 'span.service.name'

/** Only spans are counted: of traces Tempo tells nothing. */
const sizeOf = (spans: number): GroupSize => ({ spans, traces: spans })

/** Tempo counts `resource.service.name` twice for each span: then its total is larger than the group. */
function scaled({ total, values }: ListedValues, size: number): ListedValues {
  const times = size > 0 && total > size ? total / size : 1
  return {
    total: total / times,
    values: new Map([...values].map(([value, n]) => [value, Math.round(n / times)])),
  }
}

function attributeOf(
  name: string,
  selection: ListedValues,
  baseline: ListedValues,
  most: number,
): ComparedAttribute {
  const all = new Set([...selection.values.keys(), ...baseline.values.keys()])
  all.delete(NIL)
  const values = new Map<string, ValueCounts>()
  for (const value of all) {
    values.set(value, {
      selection: sizeOf(selection.values.get(value) ?? 0),
      baseline: sizeOf(baseline.values.get(value) ?? mostUnlisted(baseline, most)),
    })
  }
  return { name, isOfTrace: false, values }
}

/** How many spans may have a value that is not listed: where the list was cut, as many as the least frequent that is. */
function mostUnlisted({ total, values }: ListedValues, most: number): number {
  if (values.size < most) return 0
  let [listed, least] = [0, total]
  for (const spans of values.values()) {
    listed += spans
    least = Math.min(least, spans)
  }
  return Math.max(0, Math.min(least, Math.round(total) - listed))
}
