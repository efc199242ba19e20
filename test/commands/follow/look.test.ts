import { expect, it } from 'vitest'
import { type Looked, openLook, openLooks } from '../../../src/commands/trace/follow/follow.ts'
import { Failure } from '../../../src/errors.ts'
import type { TraceFilter } from '../../../src/trace/search.ts'
import type { TimeRange } from '../../../src/trace/series.ts'
import type { CapableSource } from '../../../src/trace/sources/capabilities.ts'

const RANGE = { fromMillis: 0, toMillis: 1 }
const FILTER: TraceFilter = { ...RANGE, attributes: [], errors: false, limit: 20 }

/** A source that has so many traces, and takes a limit of at most `most`; none is left where it filters all of them out. */
function holding(
  count: number,
  most = 10_000,
  isLeft = true,
  refusal = new Failure('usage', 'limit should be lower'),
) {
  const limits: number[] = []
  const search = async ({ limit }: TraceFilter) => {
    limits.push(limit)
    if (limit > most) throw refusal
    const traces = Array.from({ length: isLeft ? Math.min(limit, count) : 0 }, () => ({
      durationNanos: 0,
      services: [],
    }))
    return { traces, truncated: count >= limit, asked: '' }
  }
  return { source: { search } as unknown as CapableSource<'search'>, limits }
}

it('the next look asks at once for as many as there were, and some more', async () => {
  const { source, limits } = holding(450)
  const look = openLook(source, FILTER)
  await look(RANGE)
  await look(RANGE)
  expect(limits.slice(-1)).toEqual([550])
})

it('what is older than all that was looked at is given as old, once it was answered, and in no look again', async () => {
  const [asked, old]: [TimeRange[], number[]] = [[], []]
  let isDown = false
  const look = async (range: TimeRange): Promise<Looked> => {
    if (isDown) throw new Failure('network', 'nobody there')
    return { traces: [], truncated: false, asked: '', limit: asked.push(range) }
  }
  const looks = openLooks(look, ({ limit }) => old.push(limit))
  await looks.back({ fromMillis: 100_000, toMillis: 200_000 })
  // Within the margin.
  await looks.on({ fromMillis: 96_000, toMillis: 201_000 })
  isDown = true
  await expect(looks.on({ fromMillis: 50_000, toMillis: 202_000 })).rejects.toThrowError('nobody there')
  isDown = false
  await looks.on({ fromMillis: 50_000, toMillis: 203_000 })
  await looks.on({ fromMillis: 50_000, toMillis: 204_000 })
  expect(asked).toEqual([
    { fromMillis: 95_000, toMillis: 200_000 },
    { fromMillis: 96_000, toMillis: 201_000 },
    { fromMillis: 45_000, toMillis: 95_000 },
    { fromMillis: 50_000, toMillis: 203_000 },
    { fromMillis: 50_000, toMillis: 204_000 },
  ])
  expect(old).toEqual([3])
})
