import { expect, test } from 'vitest'
import type { Comparison } from '../../../src/trace/compare/comparison.ts'
import { toRowJson, toSummaryJson } from '../../../src/trace/compare/comparison-export.ts'
import { rankedRows } from '../../../src/trace/compare/ranking.ts'
import { makeChain, makeTrace as trace } from '../make.ts'
import { compareTraces } from './planted-judge.ts'
import { ROOT, read } from './sketches.ts'

const rowsOf = (comparison: Comparison) => rankedRows(comparison).map((row) => toRowJson(comparison, row))

const compared = () =>
  compareTraces(
    [trace(ROOT, read(2, 0, 10), read(3, 50, 4, { name: 'old' }))],
    [trace({ ...ROOT, ms: 160 }, read(2, 0, 70), read(4, 80, 5, { name: '=cmd()' }))],
  )

test('rows are flat, ranked by self time, with whole nanoseconds', () => {
  const rows = rowsOf(compared())
  expect(rows.map(({ operation }) => operation)).toEqual(['read', '=cmd()', 'GET /', 'old'])
  expect(rows[0]).toEqual({
    service: 'shop',
    operation: 'read',
    kind: 'internal',
    path: 'GET / > read',
    calls_a: 1,
    calls_b: 1,
    total_a_ns: 10e6,
    total_b_ns: 70e6,
    delta_ns: 60e6,
    self_a_ns: 10e6,
    self_b_ns: 70e6,
    self_delta_ns: 60e6,
    change: 'slower',
    traces_a: 1,
    traces_b: 1,
    id: 1,
    parent_id: 0,
    significant: null,
  })
  expect(rows.map(({ change }) => change)).toEqual(['slower', 'new', 'slower', 'gone'])
  expect(rows.map(({ parent_id }) => parent_id)).toEqual([0, 0, null, 0])
})

test('the whole', () => {
  const side = (traceId: string | undefined) => ({ name: `trace ${traceId}`, traceId })
  expect(toSummaryJson(compared(), side(undefined), side('b2'))).toEqual({
    a: 'trace undefined',
    b: 'trace b2',
    trace_id_a: null,
    trace_id_b: 'b2',
    traces_a: 1,
    traces_b: 1,
    spans_a: 3,
    spans_b: 3,
    unfinished_a: 0,
    unfinished_b: 0,
    rootless_a: 0,
    rootless_b: 0,
    partial_a: 0,
    partial_b: 0,
    duration_a_ns: 100e6,
    duration_b_ns: 160e6,
    delta_ns: 60e6,
    delta_share: 0.6,
    change: 'slower',
    why_unknown: null,
    significant: null,
    least_traces: null,
    counts_from_share: 0.25,
    counts_from_ns: 1.6e6,
    new: 1,
    gone: 1,
  })
})

test('of several traces it is said whether chance is ruled out; of one trace, and of what does not count, nothing', () => {
  const sides = (traces: number, ms: number) =>
    Array.from({ length: traces }, (_, i) =>
      trace({ ...ROOT, ms: 100 + ms + i }, read(2, 0, ms + i), read(3, 60, 10, { name: 'kept' })),
    )
  const told = (traces: number) => {
    const comparison = compareTraces(sides(traces, 10), sides(traces, 30))
    const side = { name: 'x', traceId: undefined }
    const { change, significant, least_traces } = toSummaryJson(comparison, side, side)
    const rows = rowsOf(comparison).map((row) => [row.operation, row.change, row.significant])
    return { whole: [change, significant, least_traces], rows }
  }
  expect(told(6)).toEqual({
    whole: ['unsure', false, 7],
    rows: [
      ['read', 'unsure', false],
      ['GET /', 'unsure', null],
      ['kept', 'same', null],
    ],
  })
  expect(told(7)).toEqual({
    whole: ['slower', true, null],
    rows: [
      ['read', 'slower', true],
      ['GET /', 'slower', null],
      ['kept', 'same', null],
    ],
  })
  expect(told(1).whole).toEqual(['same', null, null])
})

test('a trace that took no time is slower by no share', () => {
  const side = { name: 'x', traceId: undefined }
  const summary = toSummaryJson(compareTraces([trace({ ...ROOT, ms: 0 })], [trace(ROOT)]), side, side)
  expect(summary).toMatchObject({ delta_ns: 100e6, delta_share: null })
})

test('of a deep path the nearest eight are told, and that some are left out', () => {
  const chain = makeChain(11)
  const path = (level: number) => rowsOf(compareTraces([chain], [chain])).find(({ id }) => id === level)?.path
  expect(path(0)).toBe('span 1')
  expect(path(8)).toBe('span 1 > span 2 > span 3 > span 4 > span 5 > span 6 > span 7 > span 8 > span 9')
  expect(path(9)).toBe('… > span 2 > span 3 > span 4 > span 5 > span 6 > span 7 > span 8 > span 9 > span 10')
  expect(path(10)).toMatch(/^… > span 3 > /)
})
