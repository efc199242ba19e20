import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { drawBar, type Interval } from '../../../src/trace/render/bar.ts'
import { formatDuration } from '../../../src/trace/render/format-duration.ts'
import { glyphsFor } from '../../../src/trace/render/glyphs.ts'
import { axisLine, niceStep } from '../../../src/trace/render/window.ts'
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
