import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { formatNumber } from '../../../src/trace/render/format-duration.ts'
import { renderChart } from '../../../src/trace/render/tables/chart.ts'
import type { SeriesOptions } from '../../../src/trace/render/tables/series-table.ts'
import { renderTable, toSeriesCsv } from '../../../src/trace/render/tables/series-table.ts'
import { type Point, sortedPoints, type TimeSeries } from '../../../src/trace/series.ts'
import { runsOf } from '../../property-runs.ts'

const FROM = Date.parse('2026-09-22T17:00:00Z')
const MINUTE = 60_000
const options = (members: Partial<SeriesOptions> = {}): SeriesOptions => ({
  width: 80,
  unicode: true,
  style: UNSTYLED,
  fromMillis: FROM,
  toMillis: FROM + 60 * MINUTE,
  stepSeconds: 60,
  ...members,
})
const series = (name: string, ...values: (number | null)[]): TimeSeries => ({
  labels: name === '' ? [] : [['service', name]],
  points: values.map((value, i): Point => [FROM + i * MINUTE, value]),
})

describe('a chart', () => {
  test('an area has whole steps at the left, times below, eighths at its top and gaps where nothing is', () => {
    const values = Array.from({ length: 60 }, (_, i) => (i >= 30 && i < 45 ? null : i < 30 ? 20 : 10))
    const lines = renderChart([series('', ...values)], options({ width: 64 }))
    expect(lines[0]).toBe('2026-09-22 17:00:00 to 18:00:00 UTC, step 1m')
    const plot = lines.slice(1, lines.indexOf(''))
    expect(plot[0]).toBe(`20 ┤${'█'.repeat(30)}`)
    expect(plot[6]).toBe(`10 ┤${'█'.repeat(30)}${' '.repeat(15)}${'█'.repeat(15)}`)
    expect(plot.at(-2)).toMatch(/^ 0 └┬─+┬─+┬/)
    expect(plot.at(-1)).toMatch(/^ {4}17:00 +17:\d\d/)
    expect(lines.slice(-2)).toEqual(['         last  max  mean  min', '● (all)    10   20  16.7   10'])
  })

  test('zero is drawn, and is no gap', () => {
    const lines = renderChart(
      [series('', 0, null, 0, 4)],
      options({ toMillis: FROM + 4 * MINUTE, width: 23 }),
    )
    expect(lines.find((line) => line.includes('└'))).toMatch(/└▁{5}[┬─]{5}▁{5}[┬─]{5}$/)
  })

  test('no escape sequence of a label reaches the terminal', () => {
    const evil = series('\u001b[2J\u202egnp', 1, 2)
    for (const render of [renderChart, renderTable]) {
      expect(render([evil], options()).join('')).not.toMatch(/[\u0000-\u001f\u202a-\u202e]/)
    }
  })
})

const values = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1e308, -1e308, 5e-324, 0.1, 1e-7, null),
  fc.integer({ min: -1e6, max: 1e6 }),
)
/** Mostly in the hour that is asked for; now and then one that no calendar has. */
const times = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: FROM - 5 * MINUTE, max: FROM + 65 * MINUTE }) },
  { weight: 1, arbitrary: fc.constantFrom(8.64e15 + 1, -1e300, 1e300) },
)
const anySeries = fc.array(
  fc.record({
    labels: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
      maxLength: 3,
    }),
    points: fc.array(fc.tuple(times, values), { maxLength: 80 }),
  }),
  { maxLength: 12 },
)
/** As a back end hands it over: in order, and no number that is none. */
const clean = (
  all: readonly { labels: [string, string][]; points: [number, number | null][] }[],
): TimeSeries[] =>
  all.map(({ labels, points }) => ({
    labels,
    points: sortedPoints(points.map(([at, value]): Point => [at, Number.isFinite(value) ? value : null])),
  }))

test('whatever the answer holds, no line is wider than the terminal', () => {
  fc.assert(
    fc.property(anySeries, fc.integer({ min: 40, max: 250 }), fc.boolean(), (all, width, unicode) => {
      for (const render of [renderChart, renderTable]) {
        const lines = render(clean(all), options({ width, unicode }))
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
        if (!unicode && all.every(({ labels }) => labels.length === 0)) {
          expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/)
        }
      }
    }),
    { numRuns: runsOf(300) },
  )
})

test.each([
  [0, '0'],
  [-0, '0'],
  [1.234, '1.23'],
  [12.5, '12.5'],
  [999.6, '1k'],
  [1234, '1.23k'],
  [-12_345, '-12.3k'],
  [1e6, '1M'],
  [1.5e19, '15E'],
  [0.0125, '0.0125'],
  [1e-7, '1.0e-7'],
  [1e300, '1.0e300'],
])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text))

test('a number takes at most nine columns and is right to three digits', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(formatNumber(value).length).toBeLessThanOrEqual(9)
    }),
  )
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 999, noNaN: true }), (value) => {
      expect(Math.abs(Number(formatNumber(value).replace('k', 'e3')) - value)).toBeLessThanOrEqual(
        value * 0.005 + 1e-9,
      )
    }),
  )
})

test('CSV: a line a point, labels of all series, formulas made harmless', () => {
  const csv = [
    ...toSeriesCsv([series('=1+1', 1.5, null), { labels: [['a,b', 'x"y']], points: [[FROM, 2]] }]),
  ].join('')
  expect(csv).toBe(
    'time,service,"a,b",value\r\n' +
      "2026-09-22T17:00:00.000Z,'=1+1,,1.5\r\n" +
      "2026-09-22T17:01:00.000Z,'=1+1,,\r\n" +
      '2026-09-22T17:00:00.000Z,,"x""y",2\r\n',
  )
})
