import { describe, expect, test } from 'vitest'
import { queryTempo } from '../../../src/trace/sources/tempo/tempo-metrics.ts'
import type { Send } from '../../../src/trace/sources/trace-source.ts'

const BODY = { series: [] }
const none: Send = async () => ({
  status: 200,
  headers: {},
  body: Buffer.alloc(0),
  maxBytes: 0,
  json: () => BODY,
})
const unitOf = async (text: string) =>
  (await queryTempo({ text, fromMillis: 0, toMillis: 60_000, stepSeconds: 60 }, none)).unit

test.each([
  ['{} | avg_over_time(duration)', 'seconds'],
  ['{ name = "a \\" b" } | quantile_over_time(span:duration, .9)', 'seconds'],
  ['{ name = `"` } | max_over_time(traceDuration) by (span.`"`)', 'seconds'],
  ['{} | quantile_over_time(event:timeSinceStart, .99)', 'seconds'],
  ['{} | quantile_over_time(span.http.response_content_length, .99)', undefined],
  ['{} | rate()', undefined],
  ['{ name = "| sum_over_time(duration)" } | rate()', undefined],
  ['{ name = `| sum_over_time(duration)` } | rate()', undefined],
  ['{ name = "\\"| sum_over_time(duration)" } | rate()', undefined],
])('the unit is by what is computed, not by what a string says: %s', async (text, unit) => {
  expect(await unitOf(text)).toBe(unit)
})

describe('a step whose value the answer leaves out', () => {
  // Recorded from Tempo 3.0.3: three steps without a span, then one with some.
  const samples = [
    { timestampMs: '1795602900000' },
    { timestampMs: '1795603200000', value: 0.6384507083883997 },
    { timestampMs: '1795603500000', value: 'NaN' },
  ]
  const send: Send = async (request) => ({
    ...(await none(request)),
    json: () => ({ series: [{ labels: [], samples }] }),
  })
  const first = async (text: string) => {
    const { series } = await queryTempo({ text, fromMillis: 0, toMillis: 6e4, stepSeconds: 300 }, send)
    expect(series[0]?.points.slice(1).map(([, value]) => value)).toEqual([0.6384507083883997, null])
    return series[0]?.points[0]?.[1]
  }

  test.each([
    '{} | quantile_over_time(duration,.5,.99)',
    '{} | quantile_over_time(span.http.response_content_length, .99)',
    '{} | quantile_over_time(event:timeSinceStart, .99) by (name)',
    '{} | min_over_time(span:duration)',
    '{} | max_over_time( trace:duration )',
    '{} | avg_over_time(traceDuration) by (name)',
  ])('has no value: %s', async (text) => {
    expect(await first(text)).toBeNull()
  })

  test.each([
    '{} | rate()',
    '{} | count_over_time()',
    '{} | sum_over_time(duration)',
    '{} | histogram_over_time(duration)',
    '{} | min_over_time(span.size)',
    '{ name = "| min_over_time(duration)" } | rate()',
  ])('is zero: %s', async (text) => {
    expect(await first(text)).toBe(0)
  })
})
