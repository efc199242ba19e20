import { describe, expect, test } from 'vitest'
import type { ComparedOperation } from '../../../src/trace/compare/comparison.ts'
import { causes, isCause } from '../../../src/trace/compare/verdict.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { type Sketch, makeTrace as trace } from '../make.ts'
import { compareTraces } from './planted-judge.ts'
import { ROOT, read, rowsOf } from './sketches.ts'

const ms = (nanos: number | undefined) => (nanos === undefined ? '?' : nanos / 1e6)
const short = (row: ComparedOperation) => {
  const { name, depth, a, b, change } = row
  return `${' '.repeat(depth)}${name} ${a.calls}>${b.calls} total ${ms(a.totalNanos)}>${ms(b.totalNanos)} self ${ms(a.selfNanos)}>${ms(b.selfNanos)} ${change}${isCause(row) ? ' cause' : ''}`
}
const told = (a: Trace | Trace[], b: Trace | Trace[]) => rowsOf(a, b).map(short)

describe('spans are matched by path, name and kind', () => {
  test('equal siblings are one row, whatever their number, order and time', () => {
    const a = trace(ROOT, read(2, 10, 5), read(3, 20, 5))
    const b = trace(read(5, 60, 10), { ...ROOT, ms: 120 }, read(4, 50, 10), read(6, 5, 10))
    expect(told(a, b)).toEqual([
      'GET / 1>1 total 100>120 self 90>90 same',
      ' read 2>3 total 10>30 self 10>30 slower cause',
    ])
  })

  test('one name at two places is two rows', () => {
    const inner: Sketch[] = [
      ROOT,
      { id: 2, parent: 1, name: 'cart', ms: 40 },
      read(3, 50, 10),
      read(4, 1, 10, { parent: 2 }),
    ]
    expect(told(trace(...inner), trace(...inner)).map((text) => text.split(' ').filter(Boolean)[0])).toEqual([
      'GET',
      'cart',
      'read',
      'read',
    ])
  })
})

describe('self time and totals', () => {
  test('who only waits is slower, and no cause; who works longer is one', () => {
    const a = trace(ROOT, read(2, 10, 50), read(3, 20, 10, { parent: 2, name: 'disk' }))
    const b = trace({ ...ROOT, ms: 300 }, read(2, 10, 250), read(3, 20, 210, { parent: 2, name: 'disk' }))
    const comparison = compareTraces([a], [b])
    expect(comparison.rows.map(short)).toEqual([
      'GET / 1>1 total 100>300 self 50>50 slower',
      ' read 1>1 total 50>250 self 40>40 slower',
      '  disk 1>1 total 10>210 self 10>210 slower cause',
    ])
    expect(comparison.change).toBe('slower')
    expect(causes(comparison)).toEqual([2])
    expect(compareTraces([b], [a]).change).toBe('faster')
  })

  test('what counts is a share of the longer of both, whichever comes first', () => {
    const [short, long] = [trace(ROOT), trace({ ...ROOT, ms: 300 })]
    for (const [a, b] of [
      [short, long],
      [long, short],
    ] as const)
      expect(compareTraces([a], [b]).threshold).toEqual({ share: 0.25, leastNanos: 3e6 })
  })

  test('a trace against itself: every row is the same', () => {
    const one = trace(ROOT, read(2, 10, 5), read(3, 20, 5, { name: '' }))
    const comparison = compareTraces([one], [one])
    expect(comparison.change).toBe('same')
    expect(new Set(comparison.rows.map(({ change }) => change))).toEqual(new Set(['same']))
    expect(causes(comparison)).toEqual([])
  })
})

describe('a root without an end', () => {
  const endless = (...spans: Parameters<typeof read>[]) =>
    trace({ ...ROOT, ms: 0, marks: ['end-missing'] }, ...spans.map((one) => read(...one)))

  test('its side has no duration, and neither the whole nor the root is faster', () => {
    const compared = compareTraces([trace(ROOT, read(2, 0, 10))], [endless([2, 0, 90])])
    expect(compared).toMatchObject({ change: 'unknown', b: { durationNanos: undefined, unfinished: 1 } })
    expect(compared.rows.map(({ change, selfChange }) => [change, selfChange])).toEqual([
      ['unknown', 'unknown'],
      ['slower', 'slower'],
    ])
  })
})

describe('a span without an end below the root', () => {
  const disk = (id: number, time: number, more: Partial<Sketch> = {}) =>
    read(id, 20, time, { parent: 2, name: 'disk', ...more })
  const finished = (time = 10) => trace({ ...ROOT, ms: 100 + time }, read(2, 10, 50 + time), disk(3, time))

  test('has no time, and whoever waits for it is not blamed for that', () => {
    for (const marks of ['end-missing', 'end-before-start'] as const) {
      const b = trace({ ...ROOT, ms: 310 }, read(2, 10, 260), disk(3, 0, { marks: [marks] }))
      const compared = compareTraces([finished()], [b])
      expect(compared.rows.map(short)).toEqual([
        'GET / 1>1 total 110>310 self 50>50 slower',
        ' read 1>1 total 60>260 self 50>? slower',
        '  disk 1>1 total 10>? self 10>? unknown',
      ])
      expect(compared).toMatchObject({ change: 'slower', b: { durationNanos: 310e6, unfinished: 0 } })
      expect(causes(compared)).toEqual([])
    }
  })
})

describe('several traces on a side: medians', () => {
  const sized = (...ms: number[]) => ms.map((one) => trace({ ...ROOT, ms: one }, read(2, 0, one / 2)))

  test('the one in the middle, or the mean of the two there', () => {
    expect(told(sized(100, 900, 120, 110), sized(400, 100, 400))).toEqual([
      'GET / 1>1 total 115>400 self 57.5>200 unsure',
      ' read 1>1 total 57.5>200 self 57.5>200 unsure',
    ])
    expect(told(sized(100, 200), sized(900, 100))[0]).toBe('GET / 1>1 total 150>500 self 75>250 unsure')
  })

  test('a branch that few take counts as nothing for the others', () => {
    const [one, two, three] = sized(100, 100, 100) as [Trace, Trace, Trace]
    const rare = trace(ROOT, read(2, 0, 50), read(3, 60, 30, { name: 'retry' }))
    const [, , few] = rowsOf([one, two, rare], [one, rare, rare])
    expect(few).toMatchObject({
      change: 'unsure',
      a: { calls: 0, selfNanos: 0, traces: 1 },
      b: { calls: 1, selfNanos: 30e6, traces: 2 },
    })
    const [, , never] = rowsOf([one, two, three], [one, two, rare])
    expect(never).toMatchObject({ change: 'new', selfChange: 'same', b: { calls: 0, traces: 1 } })
  })
})
