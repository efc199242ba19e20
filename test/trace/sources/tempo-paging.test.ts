import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TraceFilter } from '../../../src/trace/search.ts'
import { searchTempo } from '../../../src/trace/sources/tempo/tempo-search.ts'
import type { Send } from '../../../src/trace/sources/trace-source.ts'
import { seedOf } from '../../seed.ts'
import { countLateWorlds } from './late-worlds.ts'

/**
 * A server with traces that began at these milliseconds: the latest first, times cut to seconds. Each takes one millisecond, or
 * what `durations` has for it. `maxLimit`: a request for more traces is refused.
 */
function serve(
  starts: readonly number[],
  ignoresEnd = false,
  durations: readonly number[] = [],
  maxLimit = Number.POSITIVE_INFINITY,
): { send: Send; asked: number[] } {
  const asked: number[] = []
  const send: Send = async ({ path, query = {} }) => {
    const answer = { status: 200, headers: {}, body: new Uint8Array(), maxBytes: 0, json: () => ({}) }
    if (path === '/api/status/buildinfo') return { ...answer, body: Buffer.from('{"version":"2.8.0"}') }
    const [from, end, limit] = [Number(query.start), Number(query.end), Number(query.limit)]
    asked.push(limit)
    if (limit > maxLimit)
      return { ...answer, status: 400, body: Buffer.from(`limit ${limit} exceeds max limit ${maxLimit}`) }
    const found = starts
      .map((start, i) => ({
        start,
        durationMs: durations[i] ?? 1,
        traceID: (i + 1).toString(16).padStart(32, '0'),
      }))
      .filter(({ start, durationMs }) => start + durationMs >= from * 1000)
      .filter(({ start }) => ignoresEnd || start <= end * 1000)
      .sort((a, b) => b.start - a.start)
      .slice(0, limit)
    const traces = found.map(({ traceID, start, durationMs }) => ({
      traceID,
      startTimeUnixNano: `${start}000000`,
      durationMs,
    }))
    return { ...answer, json: () => ({ traces }) }
  }
  return { send, asked }
}
const filter = (limit: number): TraceFilter => ({
  attributes: [],
  errors: false,
  fromMillis: 0,
  toMillis: 1_000_000,
  limit,
})

test('the latest so many come, each once, page by page, however many began in one second', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 999_999 }), fc.integer({ min: 5000, max: 5999 })), {
        maxLength: 600,
        size: 'max',
      }),
      fc.integer({ min: 1, max: 700 }),
      async (starts, limit) => {
        const { send, asked } = serve(starts)
        const pages: string[] = []
        const result = await searchTempo(filter(limit), send, async (page) => {
          pages.push(...page.map(({ traceId }) => traceId as string))
        })
        expect(new Set(pages).size).toBe(pages.length)
        expect(pages).toHaveLength(Math.min(limit, starts.length))
        expect(result.traces.map(({ traceId }) => traceId).sort()).toEqual([...pages].sort())
        const latest = [...starts].sort((a, b) => b - a).slice(0, limit)
        expect(result.traces.map(({ startNanos }) => Number((startNanos as bigint) / 1_000_000n))).toEqual(
          latest,
        )
        expect(result.truncated).toBe(limit <= starts.length)
        expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.min(limit, starts.length) / 100) + 1)
      },
    ),
    { numRuns: 200 },
  )
})

test('a server that does not heed the end is left, and nothing is said to be all', async () => {
  const { send, asked } = serve(
    Array.from({ length: 500 }, (_, i) => i * 1000),
    true,
  )
  const result = await searchTempo(filter(300), send)
  expect(asked.length).toBeLessThanOrEqual(4)
  expect(result.truncated).toBe(true)
})

test('those that were running when the time began come as well, however many they are', async () => {
  const trace = fc.record({
    start: fc.integer({ min: 1, max: 999_999 }),
    duration: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 900_000 })),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(trace, { maxLength: 500, size: 'max' }),
      fc.integer({ min: 1, max: 600 }),
      fc.integer({ min: 0, max: 900 }),
      async (traces, limit, from) => {
        const fromMillis = from * 1000
        const { send } = serve(
          traces.map(({ start }) => start),
          false,
          traces.map(({ duration }) => duration),
        )
        const pages: string[] = []
        const result = await searchTempo({ ...filter(limit), fromMillis }, send, async (page) => {
          pages.push(...page.map(({ traceId }) => traceId as string))
        })
        const running = traces.filter(({ start, duration }) => start + duration >= fromMillis)
        expect(new Set(pages).size).toBe(pages.length)
        expect(pages).toHaveLength(Math.min(limit, running.length))
        expect(result.traces.map(({ traceId }) => traceId).sort()).toEqual([...pages].sort())
        expect(result.truncated).toBe(limit <= running.length)
      },
    ),
    { numRuns: 100, endOnFailure: true },
  )
})

/** So many that began one by one before the time does, and run on in it. */
const running = (count: number, maxLimit: number) => {
  const starts = Array.from({ length: count }, (_, i) => i + 1)
  return serve(
    starts,
    false,
    starts.map(() => 600_000),
    maxLimit,
  )
}

test.each([
  [120, 150, { found: 120, truncated: false, asked: [100, 200, 150] }],
  [180, 150, { found: 150, truncated: true, asked: [100, 200, 150] }],
  // It would give the page again.
  [180, 100, { found: 100, truncated: true, asked: [100, 200] }],
])(
  'of %i that were running when the time began a Tempo that gives %i at once gives what it has',
  async (count, max, expected) => {
    const { send, asked } = running(count, max)
    const pages: string[] = []
    const result = await searchTempo({ ...filter(200), fromMillis: 500_000 }, send, async (page) => {
      pages.push(...page.map(({ traceId }) => traceId as string))
    })
    const { traces, truncated } = result
    expect({ found: traces.length, truncated, asked }).toEqual(expected)
    expect(new Set(pages).size).toBe(traces.length)
  },
)

test('traces that arrived late: 50 worlds, and no search leaves one out without a word', async () => {
  const counts = await countLateWorlds(50, seedOf())
  expect(counts.late).toBeGreaterThan(1000)
  expect(counts.whole).toBeGreaterThan(20)
  expect(counts.lost).toBe(0)
})
