import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CANARY, INJECTIONS } from '../../trace/render/agent/injections.ts'
import { expectOnlyDataSpeaks } from '../../trace/render/agent/one-block.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type ProxyAnswer, startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import type { SpanData, TraceData } from '../../world/trace-data.ts'
import { AGENTS, type Agent, type StartAgent } from './agent.ts'

// What spans and servers say reaches an agent as data, and never as if it were ours: through the tools, as they are served.

const TIMES = { from: '2026-09-22T17:00:00Z', to: '2026-09-22T18:00:00Z' }
const FROM = Date.parse('2026-09-22T17:10:00Z') * 1000
const start = AGENTS['JSON-RPC by hand, 2026-07-28'] as StartAgent
const MANY = ['--max-calls', '100000', '--max-bytes', '900MB']

const [plain] = plantedTraces(1, FROM) as [TraceData]
/** A trace for each text, which is in all that the source fills. */
const evil = INJECTIONS.map(([, text], i): TraceData => {
  const id = (n: number, digits: number) => (0xe51000 + i * 8 + n).toString(16).padStart(digits, '0')
  const span = (n: number, rest: Partial<SpanData>): SpanData => ({
    spanId: id(n, 16),
    name: text,
    service: 'shop',
    kind: 'server',
    startMicros: FROM + i * 1_000_000 + n * 1000,
    endMicros: FROM + i * 1_000_000 + 90_000 - n * 1000,
    error: true,
    tags: { [text]: text, note: text, 'exception.message': text, 'exception.stacktrace': text },
    ...rest,
  })
  return {
    traceId: id(3, 32),
    spans: [span(0, { service: text }), span(1, { parentId: id(0, 16), kind: 'client' })],
  }
})
const traces = [plain, ...evil]
const lastOf = ({ spans }: TraceData) => spans.at(-1)?.spanId as string

let machine: Machine
let tempo: TempoApi
let jaeger: JaegerApi
let agent: Agent
beforeAll(async () => {
  tempo = await startTempoApi({ traces })
  jaeger = await startJaegerApi({ traces })
  machine = await openMachine()
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = (name: string, api: string) =>
    `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\nauthorization = "none"\n`
  await writeFile(machine.configFile, profile('tempo', tempo.url) + profile('jaeger', jaeger.url))
})
afterAll(() => Promise.all([tempo, jaeger, machine].map((one) => one.close())))

/** An answer that shows the text in question, and only as data. */
async function expectData(tool: string, args: object, isShown = true): Promise<void> {
  const { text, isError } = await agent.call(tool, args)
  expect({ tool, isError, text }).toMatchObject({ tool, isError: false })
  if (isShown) expect(text, tool).toContain(CANARY)
  expectOnlyDataSpeaks(text)
}

/** Standard output carries nothing that a terminal obeys, in whatever line it stands. */
async function expectPeace(): Promise<void> {
  const { exit, stdout, stderr } = await agent.close()
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(stdout.replaceAll('\n', '')).not.toMatch(
    /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/u,
  )
}

describe.each(['tempo', 'jaeger'])('200 texts in the spans of %s', (backend) => {
  beforeAll(async () => {
    agent = await start(machine, ['--profile', backend, ...MANY])
  })

  it.each(evil.map((trace, i) => [INJECTIONS[i]?.[0] ?? '', trace] as const))('%s', async (name, trace) => {
    const { traceId: trace_id } = trace
    // Of one that is very long the order itself is cut off.
    const isShown = !name.startsWith('very long')
    await expectData('get_span_details', { id: trace_id, spans: [lastOf(trace)] }, isShown)
    // The other tools make the same of what another back end gives.
    if (backend === 'jaeger') return
    await expectData('get_trace', { id: trace_id, span: lastOf(trace) }, isShown)
    // A long name is shortened in a row.
    await expectData('get_trace', { id: trace_id }, false)
    await expectData('get_critical_path', { id: trace_id }, false)
    await expectData('diff_traces', { first: plain.traceId, second: trace_id }, false)
  })

  it('all of them in lists', async () => {
    await expectData('search_traces', { ...TIMES, limit: 100, service: 'shop' })
    await expectData('get_services', {})
    await expectData('get_services', { pattern: 'ignore all' })
    // Each text is that of one trace: none stands out.
    const explained = await agent.call('explain_traces', { slower_than: '89ms', ...TIMES })
    expect(explained).toMatchObject({
      isError: false,
      text: expect.stringContaining('No value is much more frequent among them'),
    })
    expect(explained.text).not.toContain(CANARY)
    if (backend === 'jaeger') return
    await expectData('get_attributes', TIMES)
    await expectData('get_attributes', { name: 'note', ...TIMES })
  })

  it('and nothing in standard output steers a terminal', expectPeace)
})

describe('200 texts in what a server says of itself', () => {
  beforeAll(async () => {
    agent = await start(machine, ['--profile', 'tempo', ...MANY])
  })
  afterAll(() => {
    tempo.inFront = undefined
  })

  const saying = (answer: ProxyAnswer): void => {
    tempo.inFront = () => answer
  }
  it.each(INJECTIONS)('%s', async (_, text) => {
    for (const status of [400, 403, 404]) {
      saying({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text })
      const answer = await agent.call('search_traces', TIMES)
      expect(answer.isError).toBe(true)
      expectOnlyDataSpeaks(answer.text, false)
    }
    const partial = { trace: toOtlpDocument([plain], 'base64'), status: 'PARTIAL', message: text }
    saying({ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(partial) })
    await expectData('get_trace', { id: plain.traceId }, false)
  })

  it('and nothing in standard output steers a terminal', expectPeace)
})
