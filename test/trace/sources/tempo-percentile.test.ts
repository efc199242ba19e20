import { describe, expect, it, test } from 'vitest'
import type { TimeSeries } from '../../../src/trace/series.ts'
import { percentileOf } from '../../../src/trace/sources/tempo/tempo-compare.ts'

/** What `histogram_over_time(duration)` answers: how many spans each step has in a bucket. */
const bucket = (seconds: number, ...spans: (number | null)[]): TimeSeries => ({
  labels: [['__bucket', String(seconds)]],
  points: spans.map((value, i) => [i * 60_000, value]),
})

/** As recorded from 3.0, all spans in one step: its `quantile_over_time(duration, .5, .99)` was 0.6384507… and 4.294967296. */
const RECORDED: readonly TimeSeries[] = [
  ...[0.002097152, 0.004194304, 0.008388608, 0.016777216, 0.067108864].map((seconds) => bucket(seconds, 1)),
  bucket(0.268435456, 2),
  bucket(0.536870912, 3),
  bucket(1.073741824, 4),
  bucket(2.147483648, 5),
  bucket(4.294967296, 2),
]

describe('the percentile of all spans of a time', () => {
  it.each([
    [50, 638_450_708],
    [99, 4_294_967_296],
  ])('p%d is that of Tempo for one step', (percentile, nanos) => {
    expect(percentileOf(RECORDED, percentile)?.nanos).toBe(nanos)
  })

  it('does not depend on how the spans are spread over the steps', () => {
    const inSteps = [bucket(0.5, 3, null, 4, 0, 3), bucket(0.25, 30, 50, 0, 10, null)]
    const inOne = [bucket(0.25, 90), bucket(0.5, 10)]
    for (const percentile of [1, 50, 90, 95, 99.9])
      expect(percentileOf(inSteps, percentile)).toEqual(percentileOf(inOne, percentile))
    expect(percentileOf(inOne, 90)).toEqual({ nanos: 0.25e9, atLeastNanos: 0.125e9 })
    expect(percentileOf(inOne, 100)).toEqual({ nanos: 0.5e9, atLeastNanos: 0.25e9 })
  })

  it('p99.9 of whole thousands is the last of the 99.9 %, however decimals are rounded', () => {
    for (let thousands = 1; thousands <= 1000; thousands++) {
      const series = [bucket(0.25, 999 * thousands), bucket(0.5, thousands)]
      expect(percentileOf(series, 99.9), `${thousands},000 spans`).toEqual({
        nanos: 0.25e9,
        atLeastNanos: 0.125e9,
      })
    }
    expect(percentileOf([bucket(0.25, 998), bucket(0.5, 2)], 99.9)?.atLeastNanos).toBe(0.25e9)
  })

  it('lies where a few slow spans begin, however few spans a step has', () => {
    const usual = bucket(0.134217728, ...Array.from({ length: 60 }, () => 3))
    const slow = bucket(1.073741824, ...Array.from({ length: 60 }, (_, i) => (i % 6 === 0 ? 1 : 0)))
    const nanos = percentileOf([usual, slow], 95)?.nanos
    expect(nanos).toBeGreaterThan(0.13e9)
    expect(nanos).toBeLessThan(0.6e9)
  })
})

test.each([
  ['no series', []],
  ['no spans', [bucket(0.5, 0, null)]],
  ['series of something else', [{ labels: [['service', 'shop']], points: [[0, 3]] }] satisfies TimeSeries[]],
])('of %s there is none', (_, series) => {
  expect(percentileOf(series, 95)).toBeUndefined()
})
