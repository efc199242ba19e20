import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { stepAt, timeWindow, zoomed } from '../../../src/trace/render/window.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { parseMoment, placeMoment } from '../../../src/verbs/trace-get.ts'
import { EPOCH, makeTrace } from '../make.ts'

describe('moments', () => {
  test.each<[string, number]>([
    ['0', 3e6],
    ['120ms', 123e6],
    ['1m30s', 90_003e6],
    ['2026-09-21T14:13:20.123456789Z', 123_456_789],
    ['2026-09-21T16:13:20+02:00', 0],
    ['2026-09-21 14:13:19Z', -1e9],
  ])('%s', (text, nanos) => {
    expect(placeMoment(parseMoment(text, '--from'), EPOCH, 3e6)).toBe(nanos)
  })

  test.each(['', 'yesterday', '120', '2026-09-21', '2026-13-21T14:13:20Z', '2026-09-21T14:13:20', '-5ms'])(
    '"%s" is none',
    (text) => {
      expect(() => parseMoment(text, '--from')).toThrow(Failure)
    },
  )
})

describe('what the axis shows', () => {
  const tree = buildTree(
    makeTrace(
      { id: 1, at: 100, ms: 400 },
      { id: 2, parent: 1, at: 0, ms: 50 },
      { id: 3, parent: 1, at: 400, ms: 9600 },
    ),
  )

  test.each([
    ['linear', 0, 500],
    ['critical', 100, 500],
    ['fit', 0, 10_000],
    ['log', 0, 10_000],
  ] as const)('%s', (scale, from, to) => {
    expect(timeWindow(tree, scale)).toMatchObject({ startNanos: from * 1e6, endNanos: to * 1e6 })
  })

  test.each([
    ['a beginning after the roots leads to the end of the trace', { fromNanos: 600e6 }, 600, 10_000],
    ['an end before the roots, from its start', { toNanos: 60e6 }, 0, 60],
    ['one within them, from theirs', { toNanos: 160e6 }, 100, 160],
  ] as const)('%s', (_, zoom, from, to) => {
    const shown = zoomed(timeWindow(tree, 'critical'), zoom, tree.endNanos)
    expect(shown).toMatchObject({ startNanos: from * 1e6, endNanos: to * 1e6 })
  })

  test('a logarithmic axis keeps the order of moments and both ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e15 }), fc.nat(1000), fc.nat(1000), (endNanos, a, b) => {
        const window = { startNanos: 0, endNanos, logarithmic: true }
        const at = (share: number) => stepAt(window, (share / 1000) * endNanos, 480)
        expect([at(0), at(1000)]).toEqual([0, 480])
        expect(Math.sign(at(a) - at(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
