import type { TimeSeries } from '../../series.ts'

/** Spans that took at most `seconds`, and more than half of it. */
interface Bucket {
  readonly seconds: number
  readonly spans: number
}

/** Where a percentile lies, in nanoseconds. */
export interface Percentile {
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
export function percentileOf(series: readonly TimeSeries[], percentile: number): Percentile | undefined {
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
