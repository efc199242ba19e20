import { Failure } from '../../../errors.ts'
import { withoutRepeated } from '../../analysis/rank-causes.ts'
import type {
  ComparedAttribute,
  Comparison,
  GroupSize,
  SelectedSpans,
  ValueCounts,
} from '../../analysis/selection-counts.ts'
import { splitScope } from '../../attribute-scope.ts'
import type { TraceFilter } from '../../search.ts'
import { type QueryResult, type TimeSeries, usualStep } from '../../series.ts'
import type { BackendComparison, Send } from '../trace-source.ts'
import { queryTempo } from './tempo-metrics.ts'
import { extendedQuery, STRINGS, traceql } from './traceql.ts'

/** Values of an attribute that Tempo lists, the most frequent of each group. The answer grows with it. */
const MOST_VALUES = 100

/**
 * One request with `compare()`, which counts the attribute values of two groups of spans (TraceQL metrics functions; the
 * shape of the answer was recorded from 2.10 and 3.0). A percentile needs another request before it, and one more where no
 * span is over what Tempo estimates.
 */
export async function compareInTempo(
  filter: TraceFilter,
  selected: SelectedSpans,
  ask: Send,
): Promise<BackendComparison> {
  const population = filter.query ?? traceql(filter)
  const range = { fromMillis: filter.fromMillis, toMillis: filter.toMillis }
  const seconds = usualStep(range)
  const query: Query = async (functions) => {
    const asked = extendedQuery(population, functions)
    const result = await queryTempo({ text: asked, ...range, stepSeconds: seconds }, ask).catch((error) => {
      throw error instanceof Failure ? refusal(error, filter.query) : error
    })
    return { ...result, asked }
  }
  const compare = async (condition: string, limitNanos?: number): Promise<BackendComparison> => {
    const { series, partial, asked } = await query(`| compare({ ${condition} }, ${MOST_VALUES})`)
    return {
      comparison: readComparison(series, MOST_VALUES),
      limitNanos,
      asked,
      ...(filter.query === undefined && { selectedQuery: traceql(filter, condition) }),
      ...(partial !== undefined && { partial }),
    }
  }
  if (selected.by === 'errors') return compare('status = error')
  const over = (nanos: number) => compare(`duration > ${nanos}ns`, nanos)
  return 'nanos' in selected.over
    ? over(selected.over.nanos)
    : overPercentile(selected.over.percentile, query, over)
}

type Query = (functions: string) => Promise<QueryResult & { readonly asked: string }>

/**
 * Slow spans that are alike lie close together, and an estimate may be above all of them: then those in its bucket of the
 * histogram are the slow ones, where they are fewer than the rest. Failure `not-found`: no span fits.
 */
async function overPercentile(
  wanted: number,
  query: Query,
  over: (nanos: number) => Promise<BackendComparison>,
): Promise<BackendComparison> {
  const { series, partial, asked } = await query('| histogram_over_time(duration)')
  const percentile = percentileOf(series, wanted)
  // Spans may be in what is missing.
  if (percentile === undefined && partial !== undefined)
    return { comparison: readComparison([], MOST_VALUES), limitNanos: undefined, asked, partial }
  if (percentile === undefined) {
    throw new Failure('not-found', 'no span fits, so durations have no percentile', {
      hint: 'Look further back with --since, or drop a filter.',
    })
  }
  const ofPart = partial !== undefined && { partial }
  const estimated = await over(percentile.nanos)
  if (estimated.comparison.selection.spans === 0) {
    const ofBucket = await over(percentile.atLeastNanos)
    const { selection, baseline } = ofBucket.comparison
    if (selection.spans > 0 && selection.spans < baseline.spans)
      return { ...ofPart, ...ofBucket, loweredFromNanos: percentile.nanos, limitIsEstimated: true }
  }
  return { ...ofPart, ...estimated, limitIsEstimated: true }
}

/**
 * What a refusal means, by Tempo's words. Failure `cannot-do` where it makes no such comparison: what can be searched for can be
 * compared here. The limit of its time (three hours before 3.0) is far below that of a search. `query`: of the person's own.
 */
function refusal(failure: Failure, query: string | undefined): Failure {
  const said = failure.detail.join(' ')
  const { detail } = failure
  const cannot = (what: string, hint: string) => new Failure('cannot-do', what, { hint, detail })
  // The status was one of a server error: its metrics may fail where its search works.
  if (failure.code === 'api-failed' && query === undefined)
    return cannot(`Tempo made no comparison: ${failure.message}`, failure.hint)
  if (failure.code !== 'usage') return failure
  const isOfTenants = /multi-tenant/i.test(said)
  const isOfTime = /range .*exceeds/i.test(said)
  const [one, shorter] = [
    'Name one of them with --tenant.',
    'Use a shorter time with --since, or --from and --to.',
  ]
  if (query !== undefined) return failure.withHint(isOfTenants ? one : isOfTime ? shorter : FILTER_ONLY)
  if (isOfTenants) return cannot('Tempo does not compare the spans of several tenants', one)
  if (isOfTime) {
    return cannot('Tempo does not compare spans over that long a range', shorter)
  }
  // The filter that is made of flags is one that it can read: the function is not (release notes 2.5 and 2.6).
  if (/parse error|syntax error/i.test(said)) {
    return cannot(
      "this Tempo lacks TraceQL's compare(), which 2.6 and later have",
      'ls-auth trace search works without it.',
    )
  }
  return cannot('Tempo made no comparison', 'Check the names of --attr.')
}

/** The function is ours: what can be wrong is the filter. */
const FILTER_ONLY =
  'Check the query. --query takes a span filter without a function: { resource.service.name = "shop" }'

/** Spans that took at most `seconds`, and more than half of it. */
interface Bucket {
  readonly seconds: number
  readonly spans: number
}

interface Percentile {
  /** As Tempo estimates it. */
  readonly nanos: number
  /** It is not below this, the lower end of its bucket: a span that took longer than this is there for certain. */
  readonly atLeastNanos: number
}

/**
 * A percentile of all spans of a time, from the series of `histogram_over_time(duration)`: how many spans each
 * step has in each power of two. `quantile_over_time` has one value a step and not how many spans are behind it, so that nothing
 * follows for the whole time; and `/api/metrics/query`, as recorded from 2.10, leaves out a part of the spans.
 *
 * Within a bucket it is where Tempo puts it, as if durations were spread evenly by their logarithms (pkg/traceql,
 * engine_metrics.go: Log2Quantile; so it gives what was recorded from 3.0 for one step). Undefined: no span is counted.
 */
function percentileOf(series: readonly TimeSeries[], percentile: number): Percentile | undefined {
  const buckets = series.flatMap(readBucket).sort((a, b) => a.seconds - b.seconds)
  const spans = buckets.reduce((sum, bucket) => sum + bucket.spans, 0)
  if (spans === 0) return undefined
  // 99.9 % of 1,000 are 999, and not one more because 0.999 is no binary fraction.
  const share = Number(((percentile * spans) / 100).toPrecision(12))
  const wanted = Math.max(1, Math.ceil(share))
  let below = 0
  for (const bucket of buckets) {
    const ofBucket = (wanted - below) / bucket.spans
    const at = (exponent: number) => Math.round(bucket.seconds * 2 ** exponent * 1e9)
    if (ofBucket <= 1) return { nanos: at(ofBucket - 1), atLeastNanos: at(-1) }
    below += bucket.spans
  }
  return undefined
}

function readBucket({ labels, points }: TimeSeries): Bucket[] {
  const seconds = Number(new Map(labels).get('__bucket') ?? Number.NaN)
  const spans = points.reduce((sum, [, value]) => sum + (value ?? 0), 0)
  return Number.isFinite(seconds) && spans > 0 ? [{ seconds, spans }] : []
}

/** Tempo's word for an attribute that a span has not, and for the values of a total. */
const NIL = 'nil'

/** An attribute that every span has once: its total is the size of the group. */
const OF_EVERY_SPAN = 'name'

/** Values that `compare({…})` lists when its query does not say how many (TraceQL metrics functions). */
const USUAL_VALUES = 10

/**
 * What the answer to a query of the person's own compares, without the attributes that its selection names: they only say it
 * again. Undefined: it is no answer of `compare()`.
 */
export function comparisonOfQuery(text: string, series: readonly TimeSeries[]): Comparison | undefined {
  if (!series.some(({ labels }) => labels.some(([name]) => name === '__meta_type'))) return undefined
  const asked = /\bcompare\s*\((.*)/s.exec(text.replaceAll(STRINGS, '""'))?.[1] ?? ''
  const most = /\}\s*,\s*(\d+)/.exec(asked)?.[1]
  const all = readComparison(series, most === undefined ? USUAL_VALUES : Number(most))
  const attributes = all.attributes.filter(({ name }) => !isNamedIn(asked, name))
  let comparison: Comparison = { ...all, attributes }
  if (isNamedIn(asked, 'status')) comparison = withoutRepeated(comparison, { by: 'errors' })
  if (isNamedIn(asked, 'duration')) comparison = withoutRepeated(comparison, { by: 'duration' })
  return comparison
}

/** Whether a query names an attribute, with or without its scope: the name as a whole word. */
function isNamedIn(asked: string, name: string): boolean {
  const { bare } = splitScope(name)
  return asked.split(/[^\w.-]+/).some((word) => word === bare || splitScope(word).bare === bare)
}

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
