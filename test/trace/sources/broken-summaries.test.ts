import { expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { renderTraceList } from '../../../src/trace/render/trace-list.ts'
import type { TraceFilter, TraceSummary } from '../../../src/trace/search.ts'
import { searchJaeger } from '../../../src/trace/sources/jaeger/jaeger-search.ts'
import type { LightstepProject } from '../../../src/trace/sources/lightstep/lightstep-api.ts'
import { type Exemplar, takeSnapshot } from '../../../src/trace/sources/lightstep/lightstep-snapshot.ts'
import { streamExemplars } from '../../../src/trace/sources/lightstep/lightstep-stream.ts'
import { searchTempo } from '../../../src/trace/sources/tempo/tempo-search.ts'
import type { Send } from '../../../src/trace/sources/trace-source.ts'

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

test('a duration that no trace can have is not known', async () => {
  for (const durationMs of [1e30, -1, 'zz', 1e10, {}])
    expect((await ofTempo({}, { durationMs })).durationNanos).toBeUndefined()
  for (const maxEndTimeUnixNano of [undefined, '0', 'zz', String(START - 1n), '1e30'])
    expect((await ofJaeger({ maxEndTimeUnixNano })).durationNanos).toBeUndefined()
})

/** Examples of a Lightstep stream, all of one trace, with these durations. */
async function ofStream(...durations: readonly unknown[]): Promise<TraceSummary[]> {
  const exemplars = durations.map((duration_micros, i) => ({
    span_guid: `a${i}`,
    trace_guid: 'b',
    oldest_micros: 30_000_000,
    duration_micros,
  }))
  const json = () => ({ data: { attributes: { exemplars } } })
  const project: LightstepProject = {
    settings: { organization: 'acme', project: 'prod' },
    ask: async () => ({ status: 200, headers: {}, body: new Uint8Array(), maxBytes: 0, json }),
    post: async () => {
      throw new Error('nothing is posted')
    },
  }
  return streamExemplars({ id: 'x', name: 'x' }, { fromMillis: 0, toMillis: 60_000 }, project)
}

test.each([undefined, null, 'zz', -1, 1e30, {}])(
  'a duration of %j in a stream is not known',
  async (wrong) => {
    expect(await ofStream(wrong)).toEqual([expect.objectContaining({ durationNanos: undefined })])
    // The slowest is shown: one that is known before one that is not.
    for (const both of [await ofStream(wrong, 12), await ofStream(12, wrong)])
      expect(both.map(({ durationNanos }) => durationNanos)).toEqual([12_000])
    expect((await ofStream(0, '7'))[0]).toMatchObject({
      durationNanos: 7000,
      span: { spanId: `${'0'.repeat(14)}a1` },
    })
  },
)

/** An example of a Lightstep snapshot with this duration. */
async function ofSnapshot(duration: unknown): Promise<Exemplar | undefined> {
  const answers = [
    { data: { id: 'x', attributes: {} } },
    { data: { attributes: { exemplars: [{ 'span-guid': 'a1', 'duration-micros': duration }] } } },
  ]
  const answer = async () => {
    const body = answers.shift()
    return { status: 200, headers: {}, body: new Uint8Array(), maxBytes: 0, json: () => body }
  }
  const project = { settings: { organization: 'acme', project: 'prod' }, ask: answer, post: answer }
  const nothing = async () => {}
  const consent = {
    command: '',
    allowed: true,
    request: nothing,
    now: () => 0,
    tell: () => {},
    wait: nothing,
  }
  return (await takeSnapshot('x', project, consent))[0]
}

test.each([undefined, null, 'zz', -1, 1e30, {}])(
  'a duration of %j in a snapshot is not known',
  async (wrong) => {
    expect(await ofSnapshot(wrong)).toMatchObject({ spanId: `${'0'.repeat(14)}a1`, durationNanos: undefined })
    expect(await ofSnapshot('7')).toMatchObject({ durationNanos: 7000 })
  },
)

test('the list says that it does not know them', async () => {
  const broken = await ofTempo(
    { spanCount: 'zz', errorCount: 1.5 },
    { durationMs: 1e30, startTimeUnixNano: 0 },
  )
  const options = { width: 90, unicode: true, style: UNSTYLED, now: 1_774_000_000_000 }
  expect(renderTraceList([broken], options).at(-1)).toMatch(/ \? +\? +unknown +\?$/)
})
