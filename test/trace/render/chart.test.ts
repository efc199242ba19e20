import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { renderChart } from '../../../src/trace/render/chart/chart.ts'
import { clockTicks } from '../../../src/trace/render/chart/clock-axis.ts'
import { inColumns, valueAxis } from '../../../src/trace/render/chart/plot.ts'
import type { SeriesOptions } from '../../../src/trace/render/chart/series-list.ts'
import { renderTable } from '../../../src/trace/render/chart/series-table.ts'
import { formatNumber, niceNumberStep } from '../../../src/trace/render/number.ts'
import { type Point, sortedPoints, type TimeSeries, usualStep } from '../../../src/trace/series.ts'
import { toSeriesCsv } from '../../../src/trace/series-export.ts'
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

  test.each([60, 80, 120])(
    'series whose names differ in the middle alone are told apart, in %d columns',
    (width) => {
      const names = ['warehouse', 'shop'].map((part) => `${'a'.repeat(150)}/${part}/${'b'.repeat(150)}`)
      const legend = renderChart(
        names.map((name) => series(name, 1, 2)),
        options({ width }),
      ).slice(-2)
      expect(legend[0]).toContain('/ware')
      expect(legend[1]).toContain('/shop')
    },
  )

  test('seconds are drawn as durations: axis, figures and table', () => {
    const seconds = options({ toMillis: FROM + 2 * MINUTE, unit: 'seconds' })
    const lines = renderChart([series('', 0.00026, 0.0005)], seconds)
    expect(lines[1]).toMatch(/^500µs ┤/)
    expect(lines.at(-1)).toBe('● (all)  500µs  500µs  380µs  260µs')
    expect(renderTable([series('', 0.00026, 1.5)], seconds).slice(-2)).toEqual([
      '17:00     260µs',
      '17:01     1.50s',
    ])
    const ascii = { ...seconds, unicode: false }
    expect(renderTable([series('', -0.00026)], ascii).at(-1)).toContain('-260us')
  })

  test('buckets of a histogram stand in their order, as durations where they are; those with the most are shown', () => {
    // As Tempo gives them; the ninth and the tenth in size are the ones of 1 ms and 4 s.
    const sizes: [string, number][] = [
      ['4.294967296', 1],
      ['0.000262144', 9],
      ['0.134217728', 30],
      ['0.067108864', 40],
      ['0.001048576', 2],
      ['0.268435456', 20],
      ['1.073741824', 5],
      ['2.147483648', 6],
      ['0.536870912', 7],
      ['0.033554432', 8],
    ]
    const buckets = sizes.map(
      ([bucket, size]): TimeSeries => ({
        labels: [['__bucket', bucket]],
        points: [[FROM, size]],
      }),
    )
    const durations = options({ bucketsAre: 'seconds', width: 120, toMillis: FROM + MINUTE })
    const table = renderTable(buckets, durations)
    expect(table[0]).toContain('by __bucket')
    // Else those in the middle read as ranges without a value.
    expect(table[1]).toBe('2 smaller series not shown (-o csv has all): 1.05ms, 4.29s')
    expect(renderChart(buckets, durations).at(-1)).toBe(table[1])
    expect(table[2]).toMatch(/^TIME +262µs +33\.6ms +67\.1ms +134ms +268ms +537ms +1\.07s +2\.15s$/)
    expect(table[3]).toMatch(/^17:00 +9 +8 +40 +30 +20 +7 +5 +6$/)
    const legend = (members: Partial<SeriesOptions>, all = buckets) =>
      renderChart(all, { ...durations, ...members }).flatMap(
        (line) => /^\S (\S+) +\d+ /.exec(line)?.[1] ?? [],
      )
    expect(legend({})).toEqual(['262µs', '33.6ms', '67.1ms', '134ms', '268ms', '537ms', '1.07s', '2.15s'])
    // Where there is less room it is still the largest that are shown.
    const empty: TimeSeries = { labels: [['__bucket', '8.589934592']], points: [[FROM, null]] }
    expect(renderTable([...buckets, empty], { ...durations, width: 78 })[1]).toBe(
      '1 series without a value; 3 smaller series not shown (-o csv has all): 1.05ms…',
    )
    expect(renderTable(buckets, { ...durations, width: 40 })[2]).toMatch(/^TIME +67\.1ms +134ms +268ms$/)
    // Those of another field are numbers.
    expect(legend({ bucketsAre: undefined })).toEqual([
      '0.000262144',
      '0.033554432',
      '0.067108864',
      '0.134217728',
      '0.268435456',
      '0.536870912',
      '1.073741824',
      '2.147483648',
    ])
  })

  test('buckets of several groups stand by group, that with the largest first, and there in their order', () => {
    const of = (service: string, bucket: string, size: number): TimeSeries => ({
      labels: [
        ['service', service],
        ['__bucket', bucket],
      ],
      points: [[FROM, size]],
    })
    const grouped = [
      of('cart', '0.134217728', 3),
      of('shop', '0.067108864', 9),
      of('shop', '0.008388608', 4),
      of('cart', '0.008388608', 8),
    ]
    const durations = options({ bucketsAre: 'seconds', width: 120, toMillis: FROM + MINUTE })
    const table = renderTable(grouped, durations)
    expect(table[0]).toMatch(/by service, __bucket$/)
    expect(table[1]).toMatch(/^TIME +shop, 8\.39ms +shop, 67\.1ms +cart, 8\.39ms +cart, 134ms$/)
    expect(table[2]).toMatch(/^17:00 +4 +9 +8 +3$/)
    // What has no room is the name of the group: a part of a bound would be another one.
    const narrow = renderTable(grouped, { ...durations, width: 50 })
    expect(narrow[1]).toMatch(/^TIME +s… 8\.39ms +s… 67\.1ms +c… 8\.39ms +ca… 134ms$/)
    const legend = renderChart(grouped, { ...durations, bucketsAre: undefined }).flatMap(
      (line) => /^\S (\w+, \S+) /.exec(line)?.[1] ?? [],
    )
    expect(legend).toEqual([
      'shop, 0.008388608',
      'shop, 0.067108864',
      'cart, 0.008388608',
      'cart, 0.134217728',
    ])
  })

  test('a table says what its times are where they are no starts', () => {
    const aboutTimes = 'times: ends of steps'
    const all = [series('', 1)]
    expect(renderTable(all, options({ aboutTimes })).slice(1, 3)).toEqual([aboutTimes, 'TIME      (all)'])
    expect(renderTable(all, options()).slice(1, 2)).toEqual(['TIME      (all)'])
    expect(renderTable(all, options({ aboutTimes, width: 12 }))[1]).toBe('times: ends…')
    expect(renderChart(all, options({ aboutTimes })).join('\n')).not.toContain(aboutTimes)
  })

  test('zero is drawn, and is no gap', () => {
    const lines = renderChart(
      [series('', 0, null, 0, 4)],
      options({ toMillis: FROM + 4 * MINUTE, width: 23 }),
    )
    expect(lines.find((line) => line.includes('└'))).toMatch(/└▁{5}[┬─]{5}▁{5}[┬─]{5}$/)
  })

  test('several series are told apart without colour; those below zero have a line there', () => {
    const lines = renderChart(
      [series('a', 10, 10), series('b', -10, -10)],
      options({ toMillis: FROM + 2 * MINUTE }),
    )
    expect(lines[1]).toMatch(/^ +10 ┤●+$/)
    expect(lines.find((line) => line.includes('└'))).toMatch(/^-10 └○+$/)
    expect(lines.find((line) => /^ +0 ┤/.test(line))).toMatch(/┤┄+$/)
    expect(lines.at(-1)).toMatch(/^○ b +-10/)
  })

  test('past eight series the smaller ones are counted, as those without a value', () => {
    const many = Array.from({ length: 12 }, (_, i) => series(`s${i}`, i + 1))
    for (const render of [renderChart, renderTable]) {
      const text = render([...many, series('none')], options({ width: 120 })).join('\n')
      expect(text).toContain('4 smaller series not shown: -o csv has all; 1 series without a value')
      expect(text).toMatch(/, by service$/m)
      expect(text).toMatch(/\bs11\b/)
      expect(text).not.toMatch(/\bs3\b/)
    }
  })

  test('heads of a table tell the series apart, also where names begin alike', () => {
    const of = (service: string, status: string, value: number): TimeSeries => ({
      labels: [
        ['service.name', service],
        ['status', status],
      ],
      points: [[FROM, value]],
    })
    const services = ['checkout', 'payment', 'frontend', 'frontend-proxy', 'recommendation']
    const all = services.flatMap((name, i) => [of(name, 'error', i), of(name, 'unset', i + 10)])
    for (const width of [40, 60, 80, 100, 200]) {
      const [first, ...lines] = renderTable(all, options({ width }))
      if (width >= 80) expect(first).toMatch(/, by service\.name, status$/)
      const head = lines.find((line) => line.startsWith('TIME')) as string
      const names = head
        .trim()
        .split(/\s{2,}/)
        .slice(1)
      expect(new Set(names).size).toBe(names.length)
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) expect(name).not.toContain('service')
    }
    const long = ['a', 'b', 'c'].map((end) => series(`recommendation-${'x'.repeat(20)}-${end}`, 1))
    const heads = renderTable(long, options({ width: 40 })).find((line) => line.startsWith('TIME')) as string
    const names = heads
      .trim()
      .split(/\s{2,}/)
      .slice(1)
    expect(new Set(names).size).toBe(names.length)
  })

  test('the head has the step of the answer: a back end may take another one than the requested', () => {
    const every5m: TimeSeries = {
      labels: [],
      points: [0, 5, 10].map((minutes): Point => [FROM + minutes * MINUTE, 1]),
    }
    for (const render of [renderChart, renderTable]) {
      expect(render([every5m], options())[0]).toBe('2026-09-22 17:00:00 to 18:00:00 UTC, step 5m')
      // Of a single time there is no distance to measure.
      expect(render([series('', 1)], options())[0]).toBe('2026-09-22 17:00:00 to 18:00:00 UTC, step 1m')
    }
  })

  test.each([
    ['two times far apart', [0, 40], '1m'],
    ['gaps of different lengths', [0, 5, 25], '1m'],
    ['closer than the step asked for', [0, 0.5, 10], '30s'],
    ['beside the steps asked for', [0, 2.5, 12.5], '150s'],
  ])('the step where times are %s', (_, minutes, step) => {
    const gaps: TimeSeries = { labels: [], points: minutes.map((at): Point => [FROM + at * MINUTE, 1]) }
    for (const render of [renderChart, renderTable]) {
      expect(render([gaps], options())[0]).toBe(`2026-09-22 17:00:00 to 18:00:00 UTC, step ${step}`)
    }
  })

  test('an answer with gaps is drawn with gaps', () => {
    const gaps: TimeSeries = { labels: [], points: [0, 40].map((at): Point => [FROM + at * MINUTE, 1]) }
    const [, top = ''] = renderChart([gaps], options())
    expect(top.replace(/^.*?┤/, '').trim()).toMatch(/^\S{1,3} {20,}\S{1,3}$/)
  })

  test('nothing at all is said', () => {
    for (const none of [[], [series('a')], [series('a', null)]]) {
      expect(renderChart(none, options())[1]).toBe('No data in this time.')
      expect(renderTable(none, options())[1]).toBe('No data in this time.')
    }
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

test('every value lies on the axis, zero is a step of it, and there are few steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 1 }),
      (numbers) => {
        const shown = { name: 'x', index: 0, values: new Map(numbers.map((value, i) => [i, value])) }
        const { low, high, step } = valueAxis([shown])
        const hair = (high - low) * 1e-6
        for (const value of numbers) expect(value >= low - hair && value <= high + hair).toBe(true)
        expect(low).toBeLessThanOrEqual(0)
        expect(high).toBeGreaterThanOrEqual(0)
        expect((high - low) / step).toBeLessThan(6.5)
      },
    ),
  )
})

test('a column shows the value farthest from zero of its time, and holds it for one step', () => {
  const range = { fromMillis: 0, toMillis: 100, stepMillis: 10 }
  const some = new Map([
    [0, 1],
    [5, -9],
    [30, 4],
  ])
  expect(inColumns(some, range, 10)).toEqual([-9, -9, undefined, 4, ...Array(6).fill(undefined)])
})

test('a value whose time is the end of its step stands before it', () => {
  const range = { fromMillis: 0, toMillis: 100, stepMillis: 20, timesAre: 'ends' as const }
  const some = new Map([
    [20, 1],
    [60, 4],
    [100, 7],
  ])
  const none = undefined
  expect(inColumns(some, range, 10)).toEqual([1, 1, none, none, 4, 4, none, none, 7, 7])
})

test('a value outside of the time that was asked for is drawn at the edge, as the legend counts it', () => {
  const range = { fromMillis: 100, toMillis: 200, stepMillis: 20 }
  const outside = new Map([
    [40, 3],
    [200, 8],
  ])
  for (const timesAre of ['starts', 'ends'] as const) {
    const columns = inColumns(outside, { ...range, timesAre }, 10)
    expect([columns[0], columns.at(-1)]).toEqual([3, 8])
  }
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

test('steps are nice, and labels of the clock never touch', () => {
  expect([0.3, 1, 1.2, 2.1, 3, 7].map(niceNumberStep)).toEqual([0.5, 1, 2, 2.5, 5, 10])
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 400 * 86_400_000 }),
      fc.integer({ min: 10, max: 250 }),
      fc.integer({ min: 0, max: 86_400_000 }),
      (total, columns, offset) => {
        let end = -2
        for (const { column, label } of clockTicks(FROM + offset, FROM + offset + total, columns)) {
          expect(column).toBeGreaterThanOrEqual(end + 2)
          end = column + label.length
          expect(end).toBeLessThanOrEqual(columns)
        }
      },
    ),
  )
})

test('the step that is chosen makes about sixty values', () => {
  for (const hours of [0.01, 0.25, 1, 6, 24, 24 * 7, 24 * 90]) {
    const range = { fromMillis: 0, toMillis: hours * 3_600_000 }
    const points = (hours * 3600) / usualStep(range)
    expect(points).toBeLessThanOrEqual(60)
    expect(points).toBeGreaterThan(hours < 0.02 ? 10 : 23)
  }
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
