import { describe, expect, test } from 'vitest'
import type { ComparedOperation } from '../../../src/trace/compare/comparison.ts'
import { incompleteText, whyUnknown } from '../../../src/trace/compare/incomplete-sides.ts'
import { causes, isCause } from '../../../src/trace/compare/ranking.ts'
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

  test('another kind or service is another operation, and no kind is internal', () => {
    const a = trace(ROOT, read(2, 0, 10, { kind: 'unspecified' }), read(3, 20, 10, { kind: 'client' }))
    const b = trace(ROOT, read(2, 0, 10), read(3, 20, 10, { kind: 'client', service: 'db' }))
    expect(rowsOf(a, b).map(({ kind, service, change }) => `${kind} ${service} ${change}`)).toEqual([
      'server shop same',
      'internal shop same',
      'client shop gone',
      'client db new',
    ])
  })

  test('the order of siblings is that of A, and what only B has comes last', () => {
    const a = trace(ROOT, read(2, 10, 1, { name: 'x' }), read(3, 20, 1, { name: 'y' }))
    const b = trace(
      ROOT,
      read(2, 5, 1, { name: 'new' }),
      read(3, 10, 1, { name: 'y' }),
      read(4, 20, 1, { name: 'x' }),
    )
    expect(rowsOf(a, b).map(({ name }) => name)).toEqual(['GET /', 'x', 'y', 'new'])
  })

  test('what hangs on no root is not taken for a root', () => {
    const lost: Sketch = { id: 9, parent: 77, name: 'GET /', kind: 'server', ms: 100 }
    expect(
      rowsOf(trace(lost, ROOT), trace(ROOT)).map(({ isDetached, change }) => [isDetached, change]),
    ).toEqual([
      [false, 'same'],
      [true, 'gone'],
    ])
  })

  test('and comes last, also when B has a request that A has not', () => {
    const lost: Sketch = { id: 9, parent: 77, name: 'lost', ms: 10 }
    const other = { ...ROOT, name: 'POST /' }
    expect(rowsOf(trace(ROOT, lost), trace(other)).map(({ name }) => name)).toEqual([
      'GET /',
      'POST /',
      'lost',
    ])
  })

  test('each row knows the one above it, and how many are below', () => {
    const a = trace(ROOT, read(2, 0, 10), read(3, 1, 5, { parent: 2, name: 'disk' }))
    const b = trace(ROOT, read(2, 0, 10), read(4, 50, 5, { name: 'new' }), { id: 5, name: 'flush' })
    expect(rowsOf(a, b).map(({ name, parent, depth, size }) => [name, parent, depth, size])).toEqual([
      ['GET /', -1, 0, 4],
      ['read', 0, 1, 2],
      ['disk', 1, 2, 1],
      ['new', 0, 1, 1],
      ['flush', -1, 0, 1],
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

  test('with several roots the whole is from the first to the last, and work that goes on after it is not', () => {
    const steps = [0, 1, 2].map((i): Sketch => ({ ...ROOT, id: i + 1, name: `step ${i}`, at: 100 * i }))
    const late: Sketch = { id: 9, parent: 3, name: 'mail', at: 290, ms: 50 }
    const compared = compareTraces([trace(...steps.slice(0, 1))], [trace(...steps, late)])
    expect(compared).toMatchObject({ change: 'slower', a: { durationNanos: 100e6 } })
    expect(compared.b.durationNanos).toBe(300e6)
  })

  test('without a root, or of a part of a trace, nobody can tell how long it took: at least what is there', () => {
    const rootless = trace({ id: 2, parent: 9, ms: 10, at: 5 }, { id: 3, parent: 9, ms: 10, at: 25 })
    const part = { ...trace(ROOT, read(2, 0, 10)), partial: 'too large' }
    const compared = compareTraces([rootless], [part])
    expect(compared).toMatchObject({
      change: 'unknown',
      a: { durationNanos: undefined, leastNanos: 30e6, rootless: 1, parts: 0 },
      b: { durationNanos: undefined, leastNanos: 100e6, rootless: 0, parts: 1 },
    })
    expect(whyUnknown(compared)).toBe('A has no root, and of B only a part is here')
  })

  test('where neither side has a root, it took from the first start to the last end', () => {
    const a = trace({ id: 2, parent: 9, ms: 10, at: 5 }, { id: 3, parent: 9, ms: 10, at: 25 })
    const b = trace({ id: 2, parent: 9, ms: 10, at: 5 }, { id: 3, parent: 9, ms: 10, at: 75 })
    const compared = compareTraces([a], [b])
    expect(compared).toMatchObject({
      change: 'slower',
      rootsAreElsewhere: true,
      a: { durationNanos: 30e6, rootless: 1, incomplete: 0 },
      b: { durationNanos: 80e6, rootless: 1, incomplete: 0 },
    })
    expect(whyUnknown(compared)).toBeUndefined()
    expect(whyUnknown(compareTraces([a], [{ ...b, partial: 'cut' }]))).toBe('of B only a part is here')
    expect(whyUnknown(compareTraces([a], [trace(ROOT)]))).toBe('A has no root')
  })

  test('where most traces of both sides have no root, none is left out for that', () => {
    const [whole, rootless] = [trace(ROOT), trace(read(2, 0, 50))]
    const most = compareTraces([rootless, rootless, whole], [rootless, rootless])
    expect(most).toMatchObject({ change: 'same', a: { traces: 3, rootless: 2 }, b: { traces: 2 } })
    const cut = compareTraces([rootless, rootless], [rootless, rootless, { ...rootless, partial: 'cut' }])
    expect(cut).toMatchObject({ change: 'same', b: { traces: 2, incomplete: 1, rootless: 3 } })
    expect(incompleteText(cut.b)).toBe('1 of 3 traces is here only in part')
    expect(compareTraces([rootless, whole], [rootless, rootless]).rootsAreElsewhere).toBe(false)
  })

  test('of several the whole ones speak for all, unless they are fewer', () => {
    const [whole, rootless] = [trace(ROOT), trace(read(2, 0, 50))]
    const few = compareTraces([whole, whole], [whole, whole, rootless])
    expect(few).toMatchObject({ change: 'same', b: { durationNanos: 100e6, traces: 2, incomplete: 1 } })
    expect(whyUnknown(few)).toBeUndefined()
    const most = compareTraces([whole, whole], [whole, rootless, { ...rootless, partial: 'cut' }])
    expect(most.change).toBe('unknown')
    expect(whyUnknown(most)).toBe('in B 2 of 3 traces have no root, 1 of 3 traces is here only in part')
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

  test('among others it is left out, with the operations that only it has', () => {
    const b = [trace(ROOT), endless([2, 0, 90]), trace({ ...ROOT, ms: 102 })]
    const compared = compareTraces([trace(ROOT), trace(ROOT)], b)
    expect(compared).toMatchObject({ change: 'same', b: { durationNanos: 101e6, traces: 2, unfinished: 1 } })
    expect(compared.rows.map(({ name }) => name)).toEqual(['GET /'])
  })

  test('of half of the traces the others can tell, of more than half nobody can', () => {
    const cut = (count: number) => [trace(ROOT), ...Array.from({ length: count }, () => endless())]
    expect(compareTraces([trace(ROOT)], cut(1)).change).toBe('same')
    expect(compareTraces([trace(ROOT)], cut(2))).toMatchObject({
      change: 'unknown',
      b: { durationNanos: undefined, traces: 1, unfinished: 2 },
    })
  })

  test('an end at the start is a duration of nothing', () => {
    const compared = compareTraces([trace(ROOT)], [trace({ ...ROOT, ms: 0 })])
    expect(compared).toMatchObject({ change: 'faster', b: { durationNanos: 0, unfinished: 0 } })
  })
})

describe('a span without an end below the root', () => {
  const disk = (id: number, time: number, more: Partial<Sketch> = {}) =>
    read(id, 20, time, { parent: 2, name: 'disk', ...more })
  const finished = (time = 10) => trace({ ...ROOT, ms: 100 + time }, read(2, 10, 50 + time), disk(3, time))
  const ENDLESS = { marks: ['end-missing'] } as const
  const endless = () => trace({ ...ROOT, ms: 310 }, read(2, 10, 260), disk(3, 0, ENDLESS))

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

  test('one call of several is enough, whichever it is', () => {
    const calls = [disk(3, 10), disk(4, 0, ENDLESS), disk(5, 10)]
    const b = trace(ROOT, read(2, 10, 60), ...calls)
    expect(told(finished(), b).slice(1)).toEqual([
      ' read 1>1 total 60>60 self 50>? same',
      '  disk 1>3 total 10>? self 10>? unknown',
    ])
  })

  test('of two roots the one without an end is named, and not the other', () => {
    const second = { ...ROOT, id: 9, name: 'flush' }
    const compared = compareTraces(
      [trace(ROOT, second)],
      [trace({ ...ROOT, ms: 300 }, { ...second, ms: 0, ...ENDLESS })],
    )
    expect(compared.change).toBe('unknown')
    expect(compared.rows.map(short)).toEqual([
      'GET / 1>1 total 100>300 self 100>300 slower cause',
      'flush 1>1 total 100>? self 100>? unknown',
    ])
  })

  test('only one side has it: it is new, and how long it took is not known', () => {
    expect(told(trace(ROOT, read(2, 10, 60)), endless()).at(-1)).toBe('  disk 0>1 total 0>? self 0>? new')
  })

  test('of several traces it is left out, and where more than half are like that nobody can tell', () => {
    const side = (count: number) =>
      Array.from({ length: 7 }, (_, i) => (i < count ? endless() : finished(40)))
    const tenth = Array.from({ length: 7 }, () => finished())
    const rows = (count: number) => rowsOf(tenth, side(count)).map(short)
    expect(rows(3).at(-1)).toBe('  disk 1>1 total 10>40 self 10>40 unsure')
    expect(rows(4).at(-1)).toBe('  disk 1>1 total 10>? self 10>? unknown')
    expect(rows(7).slice(1)).toEqual([
      ' read 1>1 total 60>260 self 50>? slower',
      '  disk 1>1 total 10>? self 10>? unknown',
    ])
  })

  test('those left out are no traces in the test of chance', () => {
    const fast = Array.from({ length: 20 }, (_, i) => finished(10 + i / 100))
    const slow = Array.from({ length: 20 }, (_, i) => (i < 8 ? endless() : finished(80 + i / 100)))
    expect(rowsOf(fast, slow).at(-1)).toMatchObject({ change: 'slower', selfChange: 'slower' })
    // Counted as traces that spent no time, these eight would leave it open.
    const few = slow.map((one, i) => (i < 8 ? trace(ROOT, read(2, 10, 50)) : one))
    expect(rowsOf(fast, few).at(-1)).toMatchObject({ change: 'unsure' })
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

  test('half of the traces of B are slower: so is its median', () => {
    const of = (count: number, ms: number) => Array.from({ length: count }, () => trace({ ...ROOT, ms }))
    for (const half of [10, 30]) {
      const [even, mixed] = [of(2 * half, 100), [...of(half, 100), ...of(half, 900)]]
      expect(compareTraces(even, mixed)).toMatchObject({ change: 'slower', b: { durationNanos: 500e6 } })
      expect(compareTraces(mixed, even)).toMatchObject({ change: 'faster', a: { durationNanos: 500e6 } })
    }
  })

  test('in whole nanoseconds', () => {
    const a = [trace({ ...ROOT, ms: 1e-6 }), trace({ ...ROOT, ms: 2e-6 })]
    expect(compareTraces(a, a)).toMatchObject({ a: { durationNanos: 2, leastNanos: 2 } })
    expect(rowsOf(a, a)).toMatchObject([{ a: { totalNanos: 2, selfNanos: 2 } }])
  })

  test('half of the traces have an operation: half of its time, and a whole number of calls', () => {
    const [one, rare] = [trace(ROOT), trace(ROOT, read(2, 0, 50))]
    expect(rowsOf([one, rare], [rare, rare])[1]).toMatchObject({
      a: { calls: 1, totalNanos: 25e6, selfNanos: 25e6, traces: 1 },
      b: { calls: 1, totalNanos: 50e6, traces: 2 },
    })
    expect(rowsOf([one, one, rare], [rare])[1]).toMatchObject({ a: { calls: 0, totalNanos: 0 } })
  })

  test('so is each side as a whole, in whatever order its traces come', () => {
    const a = [...sized(900, 100, 120, 110), trace({ ...ROOT, ms: 90 })]
    const b = [trace(ROOT), trace({ ...ROOT, ms: 50 }, read(2, 0, 1), read(3, 1, 1))]
    expect(compareTraces(a, b)).toMatchObject({
      a: { traces: 5, durationNanos: 110e6, spans: 2 },
      b: { traces: 2, durationNanos: 75e6, spans: 2 },
    })
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
