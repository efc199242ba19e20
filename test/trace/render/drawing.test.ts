import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { formatDuration } from '../../../src/trace/render/format-duration.ts'
import { glyphsFor } from '../../../src/trace/render/glyphs.ts'
import { axisLine, niceStep } from '../../../src/trace/render/time/axis.ts'
import { drawBar, markFailed } from '../../../src/trace/render/time/bar.ts'
import type { Interval } from '../../../src/trace/render/time/bar-run.ts'
import { runsOf } from '../../property-runs.ts'

const unicode = glyphsFor(true)
const ascii = glyphsFor(false)

describe('durations', () => {
  test.each([
    [0, '0s'],
    [1, '1ns'],
    [999, '999ns'],
    [1230, '1.23µs'],
    [12_300, '12.3µs'],
    [123_000, '123µs'],
    [400_000, '400µs'],
    [999_499, '999µs'],
    [999_500, '1.00ms'],
    [1_234_567, '1.23ms'],
    [9_996_000, '10.0ms'],
    [12_345_678, '12.3ms'],
    [123_456_789, '123ms'],
    [999_600_000, '1.00s'],
    [1_500_000_000, '1.50s'],
    [59_940_000_000, '59.9s'],
    [59_960_000_000, '1m 00s'],
    [60_000_000_000, '1m 00s'],
    [135_000_000_000, '2m 15s'],
    [3_599_600_000_000, '1h 00m'],
    [3_720_000_000_000, '1h 02m'],
    [86_390_000_000_000, '1d 00h'],
    [187_200_000_000_000, '2d 04h'],
  ])('%s ns is %s', (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text)
  })

  test('short, and never a full unit of the next size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8.6e16 }), (nanos) => {
        const text = formatDuration(nanos)
        expect(text.length).toBeLessThanOrEqual(8)
        expect(text).not.toMatch(/^1000|^60(\.0*)?s|^60m|^24h| 60[sm]| 24h/)
      }),
      { numRuns: runsOf(2000) },
    )
  })
})

describe('axis', () => {
  test.each([
    [1, 1, 1],
    [477e6, 4, 200e6],
    [1e9, 5, 200e6],
    [1.2e9, 6, 200e6],
    [45e9, 4, 20e9],
    [600e9, 4, 300e9],
    [7200e9, 4, 1800e9],
  ])('%s ns in at most %s steps: %s', (total, most, step) => {
    expect(niceStep(total, most)).toBe(step)
  })

  test.each([
    [1e9, 60, '│0          │0.2s       │0.4s       │0.6s       │0.8s'],
    [60e6, 30, '│0        │20ms     │40ms'],
    [900e9, 40, '│0           │5m           │10m'],
    [477e6, 10, '│0  477ms│'],
  ])('%s ns in %s cells', (endNanos, cells, line) => {
    expect(axisLine({ startNanos: 0, endNanos }, cells, unicode)).toBe(line)
  })

  const DAY = 86_400e9
  test.each([
    [
      '200 years before the root',
      -73_000 * DAY,
      100e6,
      '            │-58800d    │-44100d    │-29400d    │-14700d',
    ],
    ['an hour before the root', -3600e9, 100e6, '│-1h                │-40m               │-20m'],
    ['a second and a half before the root', -1.5e9, 0.5e9, '│-1.5s         │-1.0s         │-0.5s         │0'],
    [
      'two minutes and a half before the root',
      -150e9,
      30e9,
      '│-2m30s          │-1m40s         │-50s            │0',
    ],
    [
      'before the root, and ends before it',
      -400e6,
      -100e6,
      '│-400ms             │-300ms             │-200ms',
    ],
  ])('a stretch that begins %s', (_, startNanos, endNanos, line) => {
    expect(axisLine({ startNanos, endNanos, zeroNanos: 0 }, 60, unicode)).toBe(line)
  })

  test.each([
    [
      'cuts',
      { cuts: [{ fromNanos: -72_999 * DAY, toNanos: -DAY, shownNanos: DAY, ranNanos: 0 }] },
      /^│-73000d00h +~│-1d00h$/,
    ],
    ['powers of ten', { logarithmic: true }, /^│-73000d 00h/],
  ])('also between %s', (_, more, line) => {
    expect(
      axisLine({ startNanos: -73_000 * DAY, endNanos: 100e6, zeroNanos: 0, ...more }, 60, unicode),
    ).toMatch(line)
  })

  test('before zero every label is short, and no two are the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8.6e18 }), fc.integer({ min: 30, max: 120 }), (before, cells) => {
        const line = axisLine({ startNanos: -before, endNanos: 1, zeroNanos: 0 }, cells, ascii)
        const labels = line
          .split('|')
          .slice(1)
          .map((label) => label.trim())
        expect(new Set(labels).size).toBe(labels.length)
        for (const label of labels) expect(label.length).toBeLessThanOrEqual(12)
      }),
    )
  })

  test('fits and begins at zero, whatever the time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8.6e16 }),
        fc.integer({ min: 8, max: 120 }),
        (endNanos, cells) => {
          const line = axisLine({ startNanos: 0, endNanos }, cells, ascii)
          expect(line.length).toBeLessThanOrEqual(cells)
          expect(line.startsWith('|0')).toBe(true)
        },
      ),
    )
  })
})

describe('bars', () => {
  const window = { startNanos: 0, endNanos: 80 }
  const bar = (spans: Interval[], path: Interval[] = [], glyphs = unicode) =>
    drawBar(spans, path, window, 10, glyphs)
      .map((run) => run.text)
      .join('')

  test.each<[string, Interval[], Interval[], string]>([
    ['all of it, waiting', [[0, 80]], [], '━━━━━━━━━━'],
    ['all of it, on the path', [[0, 80]], [[0, 80]], '██████████'],
    ['part on the path', [[0, 80]], [[24, 40]], '━━━██━━━━━'],
    ['eighths at the end', [[0, 19]], [[0, 19]], '██▍       '],
    ['a half at the start', [[4, 16]], [[4, 16]], '▐█        '],
    ['halves off the path', [[4, 20]], [], '╺━╸       '],
    ['no length', [[40, 40]], [[40, 40]], '     ▏    '],
    ['no length at the very end', [[80, 80]], [[80, 80]], '         ▕'],
    [
      'several spans of a fold',
      [
        [0, 8],
        [16, 24],
      ],
      [],
      '━ ━       ',
    ],
    ['outside', [[100, 120]], [], '  ┄▶ +40ns'],
    ['across the end, with no room for how far', [[8, 300]], [], ' ━━━━━━━┄▶'],
    ['from before the axis into it', [[-9000, 32]], [[-9000, 32]], '◀┄██      '],
    ['from before the axis up to its first cell', [[-9000, 8]], [], '━  ◀┄     '],
    ['from the last cell on', [[72, 300]], [], '      ┄▶ ━'],
    [
      'a fold of which one ended before the axis',
      [
        [-50, -40],
        [40, 48],
      ],
      [],
      '◀┄   ━    ',
    ],
  ])('%s', (_, spans, path, drawn) => {
    expect(bar(spans, path)).toBe(drawn)
  })

  test.each<[string, Interval, string]>([
    ['over the bar where enough of it stays', [8, 300], '  ━━━━━━━━ ┄▶ +220ns'],
    ['only the arrow where its number would cover the bar', [56, 300], '              ━━━━┄▶'],
    ['left of a bar that is as short as the arrow', [76, 300], '         ┄▶ +220ns ━'],
    ['right of one that ends at the start', [-246, 4], '━  ◀┄ -246ns        '],
    ['the arrow where a bar ends soon after the start', [-246, 20], '◀┄━━━               '],
    ['at both ends', [-246, 300], '◀┄━━━━━━━━ ┄▶ +220ns'],
  ])('how far it goes on outside of the axis: %s', (_, span, drawn) => {
    const runs = drawBar([span], [], window, 20, unicode)
    expect(runs.map(({ text }) => text).join('')).toBe(drawn)
  })

  test.each([12, 16, 18, 20, 24, 40])(
    'a fold that began before the axis and goes on past it: both notes and the bar fill %i cells',
    (cells) => {
      const [from, second] = [1e9, 1e9]
      const runs = drawBar(
        [
          [from - second, from - second / 2],
          [from + second - second / 100, from + 1.8 * second],
        ],
        [],
        { startNanos: from, endNanos: from + second },
        cells,
        unicode,
      )
      expect(displayWidth(runs.map(({ text }) => text).join(''))).toBe(cells)
    },
  )

  test.each([1, 120, 121, 122, 400])('a moment at the end of %i cells', (cells) => {
    const runs = drawBar([[80, 80]], [[80, 80]], window, cells, unicode)
    expect(runs.map(({ text }) => text).join('')).toBe(`${' '.repeat(cells - 1)}▕`)
  })

  test('in ASCII', () => {
    expect(bar([[0, 80]], [[24, 40]], ascii)).toBe('===##=====')
    expect(bar([[40, 41]], [], ascii)).toBe('     |    ')
  })

  test('are exactly as wide as asked and never empty', () => {
    const interval = fc
      .tuple(fc.integer({ min: -500, max: 500 }), fc.nat(900))
      .map(([at, ms]): Interval => [at, at + ms])
    fc.assert(
      fc.property(
        fc.array(interval, { minLength: 1 }),
        fc.integer({ min: 8, max: 120 }),
        fc.boolean(),
        (spans, cells, u) => {
          const runs = drawBar(spans, spans.slice(1), window, cells, glyphsFor(u))
          const text = runs.map((run) => run.text).join('')
          expect(displayWidth(text)).toBe(cells)
          expect(text.trim()).not.toBe('')
        },
      ),
    )
  })
})

test('our own marks are measured without string-width, and rightly', () => {
  const marks = [...Array(0x100).keys()].map((i) => String.fromCharCode(0x2500 + i)).slice(0, 0xa0)
  for (const mark of [...marks, ...'…×Σµ·✗⋯▶◀↳']) expect(displayWidth(mark)).toBe(stringWidth(mark))
  for (const glyphs of [unicode, ascii]) {
    for (const mark of Object.values(glyphs).flat()) expect(displayWidth(mark)).toBe(mark.length)
  }
})

describe('a failed bar ends in the error mark, as wide as before', () => {
  const whole = { startNanos: 0, endNanos: 100 }
  test.each<[string, Interval, string]>([
    ['with room behind it', [10, 50], ' ████✗    '],
    ['up to the edge', [50, 100], '     ████✗'],
    ['one cell at the edge', [95, 100], '         ✗'],
    ['a moment', [0, 0], '▏✗        '],
    ['from before the axis', [-90, 40], '◀┄██✗     '],
    ['from before the axis up to its start', [-90, 0], '▏✗ ◀┄     '],
    ['on from its end', [95, 900], '      ┄▶ ✗'],
  ])('%s', (_, span, expected) => {
    const text = markFailed(drawBar([span], [span], whole, 10, unicode), unicode.error)
    expect(text.map((run) => run.text).join('')).toBe(expected)
  })

  test('for any bar', () => {
    const interval = fc
      .tuple(fc.integer({ min: -500, max: 500 }), fc.nat(900))
      .map(([at, ms]): Interval => [at, at + ms])
    fc.assert(
      fc.property(interval, fc.integer({ min: 8, max: 120 }), fc.boolean(), (span, cells, u) => {
        const drawn = drawBar([span], [], whole, cells, glyphsFor(u))
        const runs = markFailed(drawn, glyphsFor(u).error)
        expect(displayWidth(runs.map((run) => run.text).join(''))).toBe(cells)
        const isSeen = span[0] <= whole.endNanos && span[1] >= whole.startNanos
        expect(runs.some(({ tone }) => tone === 'failed')).toBe(isSeen)
      }),
    )
  })
})
