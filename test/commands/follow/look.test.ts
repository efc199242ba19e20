import { expect, it } from 'vitest'
import type { CapableSource } from '../../../src/backends/capability.ts'
import { openLook } from '../../../src/commands/trace/follow.ts'
import { Failure } from '../../../src/errors.ts'
import type { TraceFilter } from '../../../src/trace/search.ts'

const RANGE = { fromMillis: 0, toMillis: 1 }
const FILTER: TraceFilter = { ...RANGE, attributes: [], errors: false, limit: 20 }

/** A source that has so many traces, and takes a limit of at most `most`. */
function holding(count: number, most = 10_000, refusal = new Failure('usage', 'limit should be lower')) {
  const limits: number[] = []
  const search = async ({ limit }: TraceFilter) => {
    limits.push(limit)
    if (limit > most) throw refusal
    const traces = Array.from({ length: Math.min(limit, count) }, () => ({
      durationNanos: 0,
      services: [],
    }))
    return { traces, truncated: count >= limit, asked: '' }
  }
  return { source: { search } as unknown as CapableSource<'search'>, limits }
}

it('a back end that gives not so many is asked for --limit, after that', async () => {
  const { source, limits } = holding(2_000, 500)
  const look = openLook(source, FILTER)
  for (let i = 0; i < 2; i++)
    expect(await look(RANGE)).toMatchObject({ truncated: true, limit: 20, traces: { length: 20 } })
  expect(limits).toEqual([1000, 20, 20])
})

it('a search that is refused is refused', async () => {
  await expect(openLook(holding(5, 10).source, FILTER)(RANGE)).rejects.toThrowError('limit should be lower')
})

it('a failure other than a refused limit is none of the limit', async () => {
  const { source, limits } = holding(2_000, 100, new Failure('network', 'nobody there'))
  await expect(openLook(source, FILTER)(RANGE)).rejects.toThrowError('nobody there')
  expect(limits).toEqual([1000])
})
