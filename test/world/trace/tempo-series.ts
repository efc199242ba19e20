import type { SpanData, TraceData } from '../trace-data.ts'
import { typed } from './tempo-compare.ts'
import { groupsOf, matchingSpans, readField, UnknownQuery } from './traceql-match.ts'

/** `{ … } | FUNCTION(…) by (…) | topk(1)`. */
const METRICS =
  /^(\{.*?\})\s*\|\s*(\w+)\(([^)]*)\)(?:\s*by\s*\(([^)]*)\))?(?:\s*\|\s*(topk|bottomk)\((\d+)\))?\s*$/

interface Label {
  readonly key: string
  readonly value: Record<string, unknown>
}

export interface Series {
  readonly labels: readonly Label[]
  readonly samples: readonly unknown[]
}

/** The numbers of one step: a label where a function makes several series of a group (`p`, `__bucket`). */
type Step = readonly { readonly label?: Label; readonly value: number }[]
type Aggregate = (values: readonly number[], seconds: number) => Step

/**
 * The series of a metrics query, counted from the spans: a sample at T stands for what started after T minus one step
 * and not after T, as in Tempo. A quantile is exact here (Tempo interpolates between powers of two).
 * Throws UnknownQuery for what this emulation cannot read.
 * @param times of the samples, in milliseconds, one step apart.
 */
export function metricsSeries(
  q: string,
  times: readonly number[],
  stepMillis: number,
  traces: readonly TraceData[],
): Series[] {
  const [, population = '', name = '', args = '', by = '', ranked, most] = METRICS.exec(q) ?? []
  if (name === '') throw new UnknownQuery(`syntax error: no metrics query: ${q}`)
  const [field = '', ...numbers] = list(args)
  const aggregate = aggregateOf(name, numbers.map(Number))
  const readValue = field === '' ? () => 1 : readField(field)
  const fields = list(by)
  const groups = groupsOf(fields, matchingSpans(traces, population))
  const all = groups.flatMap(({ values, spans }) => {
    // A span without the attribute is in a group of its own.
    const labels = fields.map((key, i) => ({ key, value: typed(values[i] ?? 'nil') }))
    return seriesOf(labels, stepsOf(spans, readValue, times, stepMillis), aggregate, times, stepMillis / 1000)
  })
  if (ranked === undefined) return all
  const total = ({ samples }: Series) =>
    samples.reduce<number>((sum, sample) => sum + ((sample as { value?: number }).value ?? 0), 0)
  const sorted = all.sort((a, b) => (ranked === 'topk' ? total(b) - total(a) : total(a) - total(b)))
  return sorted.slice(0, Number(most))
}

const list = (text: string): string[] => text.split(',').flatMap((one) => one.trim() || [])

function aggregateOf(name: string, quantiles: readonly number[]): Aggregate {
  const one =
    (of: (values: readonly number[], seconds: number) => number): Aggregate =>
    (values, seconds) => [{ value: of(values, seconds) }]
  const orNaN = (of: (values: readonly number[]) => number) =>
    one((values) => (values.length === 0 ? Number.NaN : of(values)))
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  const known: Readonly<Record<string, Aggregate>> = {
    rate: one((values, seconds) => values.length / seconds),
    count_over_time: one((values) => values.length),
    sum_over_time: orNaN(sum),
    avg_over_time: orNaN((values) => sum(values) / values.length),
    min_over_time: orNaN((values) => Math.min(...values)),
    max_over_time: orNaN((values) => Math.max(...values)),
    quantile_over_time: (values) =>
      quantiles.map((p) => ({ label: { key: 'p', value: { doubleValue: p } }, value: rank(values, p) })),
    histogram_over_time: (values) =>
      [...new Set(values.map(bucketOf))].map((bucket) => ({
        label: { key: '__bucket', value: { doubleValue: bucket } },
        value: values.filter((value) => bucketOf(value) === bucket).length,
      })),
  }
  const aggregate = known[name]
  if (aggregate === undefined) throw new UnknownQuery(`syntax error: unexpected IDENTIFIER ${name}`)
  return aggregate
}

function rank(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0
}

/** The next power of two of nanoseconds, in seconds. */
const bucketOf = (seconds: number): number => 2 ** Math.ceil(Math.log2(seconds * 1e9)) / 1e9

/** The values of the spans by step. Durations are in seconds; a span whose value is no number is left out. */
function stepsOf(
  spans: readonly SpanData[],
  readValue: (span: SpanData) => unknown,
  times: readonly number[],
  stepMillis: number,
): number[][] {
  const steps = times.map((): number[] => [])
  for (const span of spans) {
    const at = Math.ceil((span.startMicros / 1000 - (times[0] as number)) / stepMillis)
    const value = readValue(span)
    if (typeof value === 'number') steps[at]?.push(value)
  }
  return steps
}

/** ProtoJSON leaves out what is zero and writes NaN as text. */
const sample = (at: number, value: number) => ({
  timestampMs: String(at),
  ...(value !== 0 && { value: Number.isNaN(value) ? 'NaN' : value }),
})

function seriesOf(
  labels: readonly Label[],
  steps: readonly (readonly number[])[],
  aggregate: Aggregate,
  times: readonly number[],
  seconds: number,
): Series[] {
  const made = aggregate(steps.flat(), seconds).map(({ label }) => label)
  const ofStep = steps.map((values) => aggregate(values, seconds))
  return made.map((label) => ({
    labels: label === undefined ? labels : [...labels, label],
    samples: times.map((at, i) => {
      const same = ofStep[i]?.find(({ label: its }) => its?.value.doubleValue === label?.value.doubleValue)
      return sample(at, same?.value ?? 0)
    }),
  }))
}
