import { expect, it } from 'vitest'
import { type Looked, MOST_AT_ONCE, openLook, openLooks } from '../../../src/commands/trace/follow/follow.ts'
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

it.each([
  [5, [100], 5, false],
  [100, [100, 400], 100, false],
  [900, [100, 400, 1000], 900, false],
  [MOST_AT_ONCE, [100, 400, 1000], MOST_AT_ONCE, true],
])('of %i traces it asks for %j', async (count, asked, found, truncated) => {
  const { source, limits } = holding(count)
  const result = await openLook(source, FILTER)(RANGE)
  expect(limits).toEqual(asked)
  expect(result).toMatchObject({ truncated, traces: { length: found } })
})

it('the next look asks at once for as many as there were, and some more', async () => {
  const { source, limits } = holding(450)
  const look = openLook(source, FILTER)
  await look(RANGE)
  await look(RANGE)
  expect(limits.slice(-1)).toEqual([550])
})

it('a higher --limit is a higher bound', async () => {
  const { source, limits } = holding(20_000)
  await openLook(source, { ...FILTER, limit: 5_000 })(RANGE)
  expect(limits.at(-1)).toBe(5_000)
})

it('a back end with a lower limit gives what it has', async () => {
  const { source, limits } = holding(2_000, 500)
  const look = openLook(source, FILTER)
  expect(await look(RANGE)).toMatchObject({ truncated: true, traces: { length: 400 } })
  expect(await look(RANGE)).toMatchObject({ truncated: true, traces: { length: 400 } })
  expect(limits).toEqual([100, 400, 1000, 400])
})

it.each([
  [10_000, MOST_AT_ONCE],
  [500, 400],
])(
  'where the answer holds %i at most and none of them fits, the note is of what was asked for',
  async (most, limit) => {
    const { source, limits } = holding(20_000, most, false)
    const look = openLook(source, FILTER)
    for (let i = 0; i < 2; i++)
      expect(await look(RANGE)).toMatchObject({ truncated: true, limit, traces: { length: 0 } })
    expect(Math.min(...limits)).toBe(100)
  },
)

it('a search that is refused is refused', async () => {
  await expect(openLook(holding(5, 50).source, FILTER)(RANGE)).rejects.toThrowError('limit should be lower')
})

it('a failure other than a refused limit is none of the limit, whichever request it comes at', async () => {
  const { source, limits } = holding(2_000, 100, true, new Failure('network', 'nobody there'))
  await expect(openLook(source, FILTER)(RANGE)).rejects.toThrowError('nobody there')
  expect(limits).toEqual([100, 400])
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
