import type { ComparedAttribute, Comparison, GroupSize, ValueCounts } from '../../causes/comparison.ts'
import { withoutRepeated } from '../../causes/no-cause.ts'
import { splitScope } from '../../conditions/attribute-scope.ts'
import type { TimeSeries } from '../../series.ts'
import { STRINGS } from './traceql.ts'

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
export function readComparison(series: readonly TimeSeries[], most: number): Comparison {
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
