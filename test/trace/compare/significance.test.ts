import { describe, expect, test } from 'vitest'
import { isTooFew } from '../../../src/trace/compare/verdict.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { type Sketch, makeTrace as trace } from '../make.ts'
import { compareTraces } from './planted-judge.ts'
import { ROOT, read } from './sketches.ts'

/** Traces of a request that reads once; each a little longer than the one before. */
const side = (traces: number, ms: number, more: (i: number) => Sketch[] = () => []): Trace[] =>
  Array.from({ length: traces }, (_, i) =>
    trace({ ...ROOT, ms: 100 + ms + i / 10 }, read(2, 0, ms + i / 10), ...more(i)),
  )
const told = (a: readonly Trace[], b: readonly Trace[]) => {
  const comparison = compareTraces(a, b)
  const { change, tendency, isSignificant, leastTraces, rows } = comparison
  return {
    ...{ change, tendency, isSignificant, leastTraces, isTooFew: isTooFew(comparison) },
    rows: rows.map(({ name, change, selfChange }) => `${name} ${change} ${selfChange}`),
  }
}

describe('is it chance?', () => {
  test('six against six are too few for two operations, and seven against seven are enough', () => {
    expect(told(side(6, 10), side(6, 90))).toEqual({
      ...{ change: 'unsure', tendency: 'neither', isSignificant: false, leastTraces: 7, isTooFew: true },
      rows: ['GET / unsure same', 'read unsure unsure'],
    })
    expect(told(side(7, 10), side(7, 90))).toEqual({
      ...{
        change: 'slower',
        tendency: 'slower',
        isSignificant: true,
        leastTraces: undefined,
        isTooFew: false,
      },
      rows: ['GET / slower same', 'read slower slower'],
    })
    expect(told(side(7, 90), side(7, 10))).toMatchObject({
      ...{ change: 'faster', isSignificant: true },
      rows: ['GET / faster same', 'read faster faster'],
    })
  })

  test('of one trace no test can tell: it is shown what differs', () => {
    for (const [a, b] of [
      [1, 1],
      [1, 9],
      [9, 1],
    ] as const)
      expect(told(side(a, 10), side(b, 90))).toEqual({
        ...{
          change: 'slower',
          tendency: undefined,
          isSignificant: undefined,
          leastTraces: undefined,
          isTooFew: false,
        },
        rows: ['GET / slower same', 'read slower slower'],
      })
  })
})
