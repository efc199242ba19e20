import { describe, expect, test } from 'vitest'
import { designEffect, thinned } from '../../../src/trace/analysis/rank-causes.ts'

/** Twenty traces of ten spans; so many spans carry a value and are selected, in pairs of one trace. */
const TRACES = 20
const SPANS = 10
const effect = (
  [carriers, sharing]: readonly [number, number],
  [selection, failing]: readonly [number, number],
) =>
  designEffect(
    { hits: 0, carriers, selection, all: TRACES * SPANS },
    {
      all: TRACES * SPANS * (SPANS - 1),
      carriers: { first: carriers * (SPANS - 1), both: sharing },
      selection: { first: selection * (SPANS - 1), both: failing },
    },
  )
/** Spans of whole traces: each is in a pair with every other one. */
const whole = (spans: number) => [spans, spans * (SPANS - 1)] as const
/** One span of each of so many traces. */
const single = (spans: number) => [spans, 0] as const
/** Spans anywhere: as many pairs as by chance. */
const anywhere = (spans: number) => [spans, (spans ** 2 * (SPANS - 1)) / (TRACES * SPANS)] as const

describe('how many spans are one observation', () => {
  test('as many as a trace has, where traces have the value and fail as a whole', () => {
    expect(effect(whole(100), whole(60))).toBeCloseTo(SPANS, 9)
    expect(effect(whole(20), whole(20))).toBeCloseTo(SPANS, 9)
  })

  test('one, where either has nothing to do with the trace', () => {
    expect(effect(whole(100), anywhere(60))).toBeCloseTo(1, 9)
    expect(effect(anywhere(100), whole(60))).toBeCloseTo(1, 9)
  })

  test('of halves that are alike by half, as much as both together', () => {
    // Half of the pairs that are more than by chance.
    const half = [100, (100 * 9 + 50 * 9) / 2] as const
    expect(effect(half, whole(60))).toBeCloseTo(1 + 9 / 2, 9)
    expect(effect(half, half)).toBeCloseTo(1 + 9 / 4, 9)
  })

  test('never less than one: one failed span of a trace proves no more than one span', () => {
    expect(effect(whole(100), single(20))).toBe(1)
  })

  test('one, where no trace has two spans, and where all spans are of a kind', () => {
    const none = { first: 0, both: 0 }
    const pairs = { all: 0, carriers: none, selection: none }
    expect(designEffect({ hits: 2, carriers: 2, selection: 3, all: 9 }, pairs)).toBe(1)
    expect(effect(whole(200), whole(60))).toBe(1)
    expect(effect(whole(60), whole(200))).toBe(1)
  })
})

describe('the table of so many observations', () => {
  test('is that of the traces, where they are whole', () => {
    expect(thinned({ hits: 60, selection: 80, carriers: 100, all: 400 }, 20)).toEqual({
      ...{ hits: 3, selection: 4, carriers: 5, all: 20 },
    })
  })

  test('is rounded, and remains a table', () => {
    expect(thinned({ hits: 5, selection: 7, carriers: 8, all: 10 }, 2)).toEqual({
      ...{ hits: 3, selection: 4, carriers: 4, all: 5 },
    })
    expect(thinned({ hits: 2, selection: 5, carriers: 7, all: 10 }, 2)).toEqual({
      ...{ hits: 1, selection: 3, carriers: 4, all: 6 },
    })
  })
})
