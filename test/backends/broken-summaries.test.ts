import { expect, test } from 'vitest'
import { searchJaeger } from '../../src/backends/jaeger/jaeger-requests.ts'
import { searchTempo } from '../../src/backends/tempo/tempo-search.ts'
import type { Send } from '../../src/backends/trace-source.ts'
import type { TraceFilter, TraceSummary } from '../../src/trace/search.ts'

const TRACE_ID = '0123456789abcdef0123456789abcdef'
const START = 1_774_000_000_000_000_000n
const FILTER: TraceFilter = { attributes: [], errors: false, fromMillis: 0, toMillis: 1, limit: 5 }

const serve =
  (body: unknown): Send =>
  async () => ({ status: 200, headers: {}, body: new Uint8Array(), maxBytes: 0, json: () => body })

/** A line of Tempo's list, with these members broken. */
async function ofTempo(stats: object, members: object = {}): Promise<TraceSummary> {
  const item = {
    traceID: TRACE_ID,
    startTimeUnixNano: String(START),
    durationMs: 12,
    serviceStats: { shop: { spanCount: 3, errorCount: 1 }, bank: stats },
    ...members,
  }
  return (await searchTempo(FILTER, serve({ traces: [item] }))).traces[0] as TraceSummary
}

/** The same of Jaeger. */
async function ofJaeger(members: object): Promise<TraceSummary> {
  const item = {
    traceId: TRACE_ID,
    minStartTimeUnixNano: String(START),
    maxEndTimeUnixNano: String(START + 5_000_000n),
    spanCount: 4,
    errorSpanCount: 1,
    ...members,
  }
  return (await searchJaeger(FILTER, serve({ summaries: [item] }))).traces[0] as TraceSummary
}

test('good numbers, as text too; what is left out is zero', async () => {
  expect(await ofTempo({ spanCount: '2' })).toMatchObject({
    startNanos: START,
    durationNanos: 12e6,
    spans: 5,
    errors: 1,
  })
  expect(await ofTempo({ spanCount: 1 }, { durationMs: undefined })).toMatchObject({ durationNanos: 0 })
  expect(await ofJaeger({ spanCount: '4', errorSpanCount: undefined })).toMatchObject({
    startNanos: START,
    durationNanos: 5e6,
    spans: 4,
    errors: 0,
  })
})

const NO_COUNTS = ['zz', '', 1.5, -1, '1e3', 1e30, true, {}]

test.each(NO_COUNTS)('a count of %j is not known', async (wrong) => {
  const tempo = await ofTempo({ spanCount: wrong, errorCount: wrong })
  const jaeger = await ofJaeger({ spanCount: wrong, errorSpanCount: wrong })
  for (const { spans, errors } of [tempo, jaeger]) expect([spans, errors]).toEqual([undefined, undefined])
})

test.each([undefined, null, 0, '0', '-5', 'zz', '1e30', {}])('a start of %j is not known', async (wrong) => {
  expect((await ofTempo({}, { startTimeUnixNano: wrong })).startNanos).toBeUndefined()
  const jaeger = await ofJaeger({ minStartTimeUnixNano: wrong })
  expect([jaeger.startNanos, jaeger.durationNanos]).toEqual([undefined, undefined])
})
