import { describe, expect, test } from 'vitest'
import {
  type ComparedAttribute,
  type Comparison,
  parseLimit,
} from '../../../src/trace/analysis/population.ts'
import { withoutRepeated } from '../../../src/trace/analysis/rank-causes.ts'
import { toldBy } from '../../told.ts'

const units = (count: number) => ({ spans: count, traces: count })
const one = (name: string, [selected, rest]: readonly [number, number]): ComparedAttribute => ({
  name,
  isOfTrace: false,
  values: new Map([['v', { selection: units(selected), baseline: units(rest) }]]),
})
/** A hundred spans of each group; of each value, how many of them have it. */
const comparison = (values: Record<string, readonly [selected: number, rest: number]>): Comparison => ({
  selection: units(100),
  baseline: units(100),
  attributes: Object.entries(values).map(([name, counts]) => one(name, counts)),
})

describe('attributes that say again what selected the spans are left out', () => {
  test('of failed ones: only what says that they failed', () => {
    const values = (by: 'errors' | 'duration', name: string, list: readonly string[]) => {
      const counts = { selection: units(1), baseline: units(1) }
      const attribute = { ...one(name, [1, 1]), values: new Map(list.map((value) => [value, counts])) }
      const judged = withoutRepeated({ ...comparison({}), attributes: [attribute] }, { by })
      return judged.attributes.flatMap((left) => [...left.values.keys()])
    }
    const list = ['ERROR', 'declined', 'true', '2', 'STATUS_CODE_ERROR', '200', 'error: timeout']
    expect(values('errors', 'span.error', list)).toEqual([])
    for (const name of ['resource.status', 'status_code', 'span.status.code'])
      expect([name, values('errors', name, list)]).toEqual([name, ['declined', '200', 'error: timeout']])
    expect(values('errors', 'span.otel.status_code', ['ERROR'])).toEqual([])
    for (const name of ['span.order.status', 'span.status_message', 'span.errors'])
      expect(values('errors', name, list)).toEqual(list)
    expect(values('duration', 'span.status', list)).toEqual(list)
  })
})

describe('what counts as slow', () => {
  test.each([
    ['p95', { percentile: 95 }],
    [' P99.9 ', { percentile: 99.9 }],
    ['p99.999', { percentile: 99.999 }],
    [' 500ms', { nanos: 500e6 }],
    ['5ms', { nanos: 5e6 }],
    ['.5s', { nanos: 500e6 }],
  ])('%j', (text, limit) => {
    expect(parseLimit(text, '--over')).toEqual(limit)
  })

  test.each(['p0', 'p100', 'xp95', 'x1s', 'slow', 'p', ''])('%j does not', async (text) => {
    expect(await toldBy(() => parseLimit(text, '--over'))).toEqual([
      `usage: --over: "${text}" is neither a duration nor a percentile`,
      'Write it like --over 500ms or --over p95.',
    ])
  })
})
