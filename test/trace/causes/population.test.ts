import { expect, test } from 'vitest'
import { Population } from '../../../src/trace/causes/population.ts'
import type { Limit, SelectedSpans } from '../../../src/trace/causes/selected-spans.ts'
import type { TraceFilter } from '../../../src/trace/search.ts'
import { makeTrace, type Sketch } from '../make.ts'
import { EVERYTHING } from './judge-worlds.ts'

/** How many spans are selected, how many are the rest, and where the limit is, milliseconds. */
function divided(filter: Partial<TraceFilter>, selected: SelectedSpans, ...traces: readonly Sketch[][]) {
  const population = new Population({ ...EVERYTHING, ...filter }, selected)
  for (const spans of traces) population.add(makeTrace(...spans))
  const { comparison, limitNanos } = population.divided()
  const ms = limitNanos === undefined ? undefined : limitNanos / 1e6
  return [comparison.selection.spans, comparison.baseline.spans, ms]
}
/** As many traces of one span: 1 ms, 2 ms and so on, the longest first. */
const traces = (count: number) =>
  Array.from({ length: count }, (_, i): Sketch[] => [{ id: 1, ms: count - i }])

test('failed spans against the others, whatever time they took', () => {
  const spans: Sketch[] = [
    { id: 1, ms: 5, status: 'error' },
    { id: 2, ms: 900 },
    { id: 3, status: 'ok' },
  ]
  expect(divided({}, { by: 'errors' }, spans)).toEqual([1, 2, undefined])
})

test('spans without a usable end are in neither group by duration, and counted; failed ones are failed', () => {
  const endless: Sketch[] = (['end-missing', 'end-before-start'] as const).map((mark, i) => ({
    ...{ id: i + 1, ms: 0, status: 'error', marks: [mark] },
  }))
  const spans = [...traces(10), endless]
  for (const over of [{ percentile: 50 }, { nanos: 5e6 }]) {
    expect(divided({}, { by: 'duration', over }, ...spans)).toEqual([5, 5, 5])
    const population = new Population(EVERYTHING, { by: 'duration', over })
    for (const one of spans) population.add(makeTrace(...one))
    expect(population.divided().unfinished).toBe(2)
  }
  expect(divided({}, { by: 'errors' }, ...spans)).toEqual([2, 10, undefined])
})

test('a span without a usable end fits a minimum that it took already, as in a search', () => {
  const hanging: Sketch[] = [
    { id: 1, name: 'pay', ms: 0, status: 'error', marks: ['end-missing'] },
    { id: 2, parent: 1, at: 10, ms: 40 },
  ]
  const filter = { name: 'pay', minNanos: 50e6 }
  const others: Sketch[][] = [[{ id: 1, name: 'pay', ms: 60 }], [{ id: 1, name: 'pay', ms: 20 }]]
  expect(divided(filter, { by: 'errors' }, hanging, ...others)).toEqual([1, 1, undefined])
  const population = new Population({ ...EVERYTHING, ...filter }, { by: 'duration', over: { nanos: 55e6 } })
  for (const one of [hanging, ...others]) population.add(makeTrace(...one))
  const { comparison, unfinished } = population.divided()
  expect([comparison.selection.spans, comparison.baseline.spans, unfinished]).toEqual([1, 0, 1])
})

test('a percentile is one of the durations, in whatever order they come; equal to it is not over it', () => {
  expect(divided({}, { by: 'duration', over: { percentile: 95 } }, ...traces(100))).toEqual([5, 95, 95])
})

test('a percentile that is the longest, as a timeout: those that share it are over the one below', () => {
  const p95 = { by: 'duration', over: { percentile: 95 } } as const
  const timeouts = [...traces(90), ...Array.from({ length: 10 }, (): Sketch[] => [{ id: 1, ms: 5_000 }])]
  expect(divided({}, p95, ...timeouts)).toEqual([10, 90, 90])
  expect(divided({}, p95, ...traces(10))).toEqual([1, 9, 9])
  const alike = Array.from({ length: 20 }, (): Sketch[] => [{ id: 1, ms: 7 }])
  expect(divided({}, p95, ...alike)).toEqual([0, 20, 7])
})

test('what a percentile was lowered from is told, where it was the longest, and only there', () => {
  const loweredFrom = (over: Limit, ...sketches: readonly Sketch[][]) => {
    const population = new Population(EVERYTHING, { by: 'duration', over })
    for (const spans of sketches) population.add(makeTrace(...spans))
    return population.divided().loweredFromNanos
  }
  expect(loweredFrom({ percentile: 95 }, ...traces(10))).toBe(10e6)
  expect(loweredFrom({ percentile: 95 }, ...traces(100))).toBeUndefined()
  const alike = Array.from({ length: 20 }, (): Sketch[] => [{ id: 1, ms: 7 }])
  expect(loweredFrom({ percentile: 95 }, ...alike)).toBeUndefined()
  expect(loweredFrom({ nanos: 10e6 }, ...traces(10))).toBeUndefined()
})

test('a duration divides as it is given', () => {
  expect(divided({}, { by: 'duration', over: { nanos: 7e6 } }, ...traces(10))).toEqual([3, 7, 7])
})

test('of a search for spans only those that fit are counted', () => {
  const spans: Sketch[] = [
    { id: 1, service: 'web', status: 'error' },
    { id: 2, service: 'pay', status: 'error' },
    { id: 3, service: 'pay' },
  ]
  expect(divided({ service: 'pay' }, { by: 'errors' }, spans)).toEqual([1, 1, undefined])
})

test('of a search for slow traces all spans are counted, the short ones, too', () => {
  const spans: Sketch[] = [
    { id: 1, ms: 900 },
    { id: 2, ms: 1, status: 'error' },
  ]
  expect(divided({ minNanos: 500e6 }, { by: 'errors' }, spans)).toEqual([1, 1, undefined])
})

test('attributes that hold lists are counted of the spans that fit, where a percentile divides them, too', () => {
  for (const over of [{ percentile: 50 }, { nanos: 5e6 }]) {
    const population = new Population({ ...EVERYTHING, service: 'pay' }, { by: 'duration', over })
    for (const service of ['pay', 'web']) {
      const { traceId, spans } = makeTrace({ id: 1, service })
      population.add({
        traceId,
        spans: spans.map((span) => ({ ...span, attributes: [[service, ['a', 'b']]] })),
      })
    }
    expect(population.divided().lists).toBe(1)
  }
})
