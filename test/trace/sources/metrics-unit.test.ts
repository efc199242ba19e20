import { expect, test } from 'vitest'
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
  ['{} | rate()', undefined],
  ['{ name = "| sum_over_time(duration)" } | rate()', undefined],
  ['{ name = `| sum_over_time(duration)` } | rate()', undefined],
  ['{ name = "\\"| sum_over_time(duration)" } | rate()', undefined],
])('the unit is by what is computed, not by what a string says: %s', async (text, unit) => {
  expect(await unitOf(text)).toBe(unit)
})
