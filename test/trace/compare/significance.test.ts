import { describe, expect, test } from 'vitest'
import { causes, isTooFew, unsureRows } from '../../../src/trace/compare/ranking.ts'
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

  test('a difference that is sure and too small to count is none', () => {
    expect(told(side(20, 50), side(20, 52))).toMatchObject({
      ...{ change: 'same', isSignificant: true, isTooFew: false },
      rows: ['GET / same same', 'read same same'],
    })
  })

  const of = (...times: number[]) => times.map((ms) => trace({ ...ROOT, ms }))

  test('equal medians do not differ by enough, wherever the other traces lie; which side tends to be longer is told', () => {
    const a = of(...Array(9).fill(50), ...Array(11).fill(100))
    const b = of(...Array(11).fill(100), ...Array(9).fill(200))
    expect(told(a, b)).toMatchObject({ change: 'same', tendency: 'slower', isSignificant: true })
    expect(told(b, a)).toMatchObject({ change: 'same', tendency: 'faster', isSignificant: true })
    expect(told(a, a)).toMatchObject({ change: 'same', tendency: 'neither', isSignificant: false })
    expect(told(a.slice(0, 1), b)).toMatchObject({ tendency: undefined, isSignificant: undefined })
  })

  test('also where the medians lean a little the other way', () => {
    const a = of(...Array(27).fill(50), ...Array(33).fill(100))
    const b = of(...Array(33).fill(99.9), ...Array(27).fill(900))
    expect(told(a, b)).toMatchObject({ change: 'same', tendency: 'slower', isSignificant: true })
    expect(told(b, a)).toMatchObject({ change: 'same', tendency: 'faster', isSignificant: true })
  })

  test('medians that differ by enough are judged in their own direction', () => {
    const a = of(...Array(27).fill(50), ...Array(33).fill(100))
    const b = of(...Array(33).fill(80), ...Array(27).fill(900))
    expect(told(a, b)).toMatchObject({ change: 'unsure', tendency: 'slower', isSignificant: false })
  })

  test('the more operations, the more traces: one of many differs by chance', () => {
    const calls = (count: number) => () =>
      Array.from({ length: count }, (_, i) => read(10 + i, i, 1, { name: `item ${i}` }))
    expect(told(side(7, 10, calls(40)), side(7, 90, calls(40)))).toMatchObject({
      ...{ change: 'unsure', leastTraces: 9, isTooFew: true },
    })
    expect(told(side(9, 10, calls(40)), side(9, 90, calls(40)))).toMatchObject({ change: 'slower' })
  })

  test('but those that only one trace has, and that nothing could be said of, do not count', () => {
    const once = (from: number) => (i: number) =>
      Array.from({ length: 40 }, (_, n) => read(10 + n, n, 1, { name: `item ${from + i} ${n}` }))
    expect(told(side(7, 10, once(0)), side(7, 90, once(100)))).toMatchObject({
      change: 'slower',
    })
    expect(told(side(6, 10, once(0)), side(6, 90, once(100)))).toMatchObject({ leastTraces: 7 })
  })

  test('few against many can tell: what all of four traces need longer for than all of sixty', () => {
    expect(told(side(60, 10), side(4, 90))).toMatchObject({ change: 'slower', leastTraces: undefined })
    expect(told(side(60, 90), side(4, 10))).toMatchObject({ change: 'faster', leastTraces: undefined })
    expect(told(side(20, 10), side(2, 90))).toMatchObject({ change: 'unsure', leastTraces: 7 })
  })

  test('two of fourteen that lie across are enough for doubt', () => {
    const [a, b] = [side(7, 10), side(7, 90)]
    const mixed = (from: Trace[], other: Trace[]) => [...from.slice(0, 6), ...other.slice(6)]
    expect(told(mixed(a, b), mixed(b, a))).toMatchObject({ change: 'unsure', isTooFew: true })
  })
})

describe('sure and unsure beside each other', () => {
  /** `read` is slower in every trace, `write` in most. */
  const both = (traces: number, ms: number, writes: (i: number) => number) =>
    side(traces, ms, (i) => [read(3, 60, writes(i), { name: 'write' })])
  const comparison = () =>
    compareTraces(
      both(9, 20, (i) => (i < 5 ? 10 + i : 30 + i)),
      both(9, 60, (i) => (i < 4 ? 10.5 + i : 30.5 + i)),
    )

  test('what is sure is a cause, and the other is not called so', () => {
    const { rows, change, tendency, leastTraces } = comparison()
    expect(causes({ rows, change }).map((row) => rows[row]?.name)).toEqual(['read'])
    const names = (found: readonly number[]) => found.map((row) => [rows[row]?.name, rows[row]?.change])
    expect(names(unsureRows({ rows, change: 'same' }))).toEqual([
      ['write', 'unsure'],
      ['GET /', 'slower'],
    ])
    // Its root needs less in itself, so that is no reason.
    expect(names(unsureRows({ rows, change }))).toEqual([['write', 'unsure']])
    expect(isTooFew({ rows, change, tendency, leastTraces })).toBe(false)
  })
})
