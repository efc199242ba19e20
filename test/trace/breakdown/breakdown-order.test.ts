import { describe, expect, test } from 'vitest'
import { BreakdownSum } from '../../../src/trace/breakdown/breakdown.ts'
import { CallGraphSum } from '../../../src/trace/breakdown/call-graph.ts'
import type { BreakdownBy } from '../../../src/trace/formats/output-choices.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { makeTrace } from '../make.ts'

const breakdownOf = (by: BreakdownBy, ...traces: readonly Trace[]) => {
  const sum = new BreakdownSum(by)
  for (const trace of traces) sum.add(buildTree(trace))
  return sum.result()
}
const edgesOf = (by: BreakdownBy, ...traces: readonly Trace[]) => {
  const sum = new CallGraphSum(by)
  for (const trace of traces) sum.add(buildTree(trace))
  return sum.edges()
}
const short = makeTrace({ id: 1, service: 'web', ms: 10 })

describe('the rows of a breakdown', () => {
  test('the largest share of the critical path first, then the most time in itself, then by name', () => {
    // Nobody waits for what is consumed, so it is on no critical path.
    const consumed = (id: number, service: string, name: string, ms: number) =>
      ({ id, parent: 1, service, name, at: id, ms, kind: 'consumer' }) as const
    const { rows } = breakdownOf(
      'operation',
      makeTrace(
        consumed(7, 'c', 'x', 5),
        consumed(4, 'b', 'y', 5),
        { id: 1, service: 'web', name: 'GET /', ms: 100 },
        consumed(5, 'b', 'x', 5),
        consumed(6, 'a', 'z', 5),
        consumed(3, 'd', 'x', 9),
        { id: 8, parent: 1, service: 'z', name: 'z', at: 50, ms: 40 },
      ),
    )
    expect(rows.map(({ service, operation }) => `${service} ${operation}`)).toEqual([
      'web GET /',
      'z z',
      'd x',
      'a z',
      'b x',
      'b y',
      'c x',
    ])
  })

  test('what is met in a later trace first occurs in that trace', () => {
    const { rows } = breakdownOf('service', short, makeTrace({ id: 1, service: 'db', ms: 5 }), short)
    expect(rows.map(({ service, traces }) => [service, traces])).toEqual([
      ['web', 2],
      ['db', 1],
    ])
  })

  test('a trace that took no time gives no share, and one without spans no row', () => {
    const { rows, traces, rootNanos } = breakdownOf('service', makeTrace({ id: 1, ms: 0 }), makeTrace())
    expect({ traces, rootNanos }).toEqual({ traces: 2, rootNanos: 0 })
    expect(rows).toMatchObject([{ service: 'shop', pathNanos: 0, pathShare: 0 }])
  })

  test('several roots: from the first to the last, with the time in which none ran told apart', () => {
    const two = makeTrace({ id: 1, service: 'cron', ms: 5 }, { id: 2, service: 'web', at: 30, ms: 10 })
    const { rows, ...sums } = breakdownOf('service', two, short)
    expect(sums).toMatchObject({ rootNanos: 50e6, gapNanos: 25e6, gapTraces: 1, tailNanos: 0 })
    expect(rows.map(({ service, pathNanos, pathShare }) => [service, pathNanos, pathShare])).toEqual([
      ['web', 20e6, 0.4],
      ['cron', 5e6, 0.1],
    ])
  })

  test('ten roots one after another are ten times as long as one, and all of it is theirs', () => {
    const ten = Array.from({ length: 10 }, (_, i) => ({ id: i + 1, service: `s${i}`, at: 10 * i, ms: 10 }))
    const { rows, ...sums } = breakdownOf('service', makeTrace(...ten))
    expect(sums).toMatchObject({ rootNanos: 100e6, gapNanos: 0, gapTraces: 0, tailTraces: 0 })
    expect(rows.map(({ pathShare }) => pathShare)).toEqual(ten.map(() => 0.1))
  })

  test('of roots that overlap each moment counts once, for the one that ends last, and no time is between them', () => {
    const overlapping = makeTrace(
      { id: 1, service: 'a', ms: 100 },
      { id: 2, parent: 1, service: 'b', at: 20, ms: 80 },
      { id: 3, service: 'c', at: 50, ms: 100 },
      { id: 4, service: 'd', at: 60, ms: 10 },
      { id: 5, parent: 3, service: 'late', at: 140, ms: 30 },
    )
    const { rows, ...sums } = breakdownOf('service', overlapping)
    expect(sums).toMatchObject({ rootNanos: 150e6, gapNanos: 0, tailNanos: 20e6, tailTraces: 1 })
    expect(rows.map(({ service, pathNanos }) => [service, pathNanos / 1e6])).toEqual([
      ['c', 90],
      ['b', 30],
      ['a', 20],
      ['late', 10],
      ['d', 0],
    ])
  })

  test('work behind the end of the root is told of those traces alone that have some', () => {
    const late = makeTrace(
      { id: 1, service: 'web', ms: 10 },
      { id: 2, parent: 1, service: 'mail', at: 5, ms: 25 },
    )
    expect(breakdownOf('service', short, late)).toMatchObject({ tailNanos: 20e6, tailTraces: 1 })
    expect(breakdownOf('service', short)).toMatchObject({ tailNanos: 0, tailTraces: 0 })
  })
})

test('arrows stand by caller, the most frequent first, then by name', () => {
  const calls = (first: number, parent: number, service: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: first + i, parent, service, ms: 1 }))
  const trace = makeTrace(
    { id: 1, service: 'web', ms: 100 },
    ...calls(10, 1, 'mail', 1),
    ...calls(20, 1, 'db', 1),
    ...calls(30, 1, 'cache', 1),
    ...calls(40, 1, 'pay', 3),
    ...calls(50, 40, 'queue', 2),
    ...calls(60, 10, 'queue', 1),
  )
  expect(
    edgesOf('service', trace).map(({ caller, service, calls }) => [caller.service, service, calls]),
  ).toEqual([
    ['mail', 'queue', 1],
    ['pay', 'queue', 2],
    ['web', 'pay', 3],
    ['web', 'cache', 1],
    ['web', 'db', 1],
    ['web', 'mail', 1],
  ])
})

test('an arrow that is met in a later trace first occurs in that trace', () => {
  const call = makeTrace({ id: 1, service: 'web', ms: 10 }, { id: 2, parent: 1, service: 'db', ms: 5 })
  expect(edgesOf('service', short, call, short).map(({ traces }) => traces)).toEqual([1])
})
