import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, rootOf } from '../../world/trace-data.ts'
import { AGENTS } from './agent.ts'

const trace = makeTrace({ seed: 7 })
const rootId = rootOf(trace)?.spanId as string
const failed = trace.spans.filter(({ error }) => error)
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const TIMES = { from: '2026-09-20T00:00:00Z', to: '2026-09-24T00:00:00Z' }

let machine: Machine
let lightstep: TraceApi
let tempo: TempoApi
let jaeger: JaegerApi
beforeAll(async () => {
  lightstep = await startTraceApi({ apiKey: 'key-of-the-world', traces: [trace] })
  // Nobody waits for a snapshot here.
  Object.assign(lightstep.snapshots, { looksUntilReady: 0, takesMilliseconds: -1_000 })
  tempo = await startTempoApi({ traces: [trace], apiKey: 'key-of-the-world' })
  jaeger = await startJaegerApi({ traces: [trace] })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'key-of-the-world'
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = (name: string, api: string) =>
    `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\norganization = "acme"\nproject = "prod"\n`
  await writeFile(
    machine.configFile,
    profile('lightstep', lightstep.url) + profile('tempo', tempo.url) + profile('jaeger', jaeger.url),
  )
})
afterAll(() => Promise.all([lightstep, tempo, jaeger, machine].map((one) => one.close())))

/** The headers of the last request that the back end has seen. */
const lastHeaders = (backend: string) =>
  ({ lightstep, tempo, jaeger })[backend]?.requests.at(-1)?.headers ?? {}

describe.each(['lightstep', 'tempo', 'jaeger'])('an agent finds the cause on %s', (backend) => {
  it.each(Object.entries(AGENTS))('%s', async (_, start) => {
    const agent = await start(machine, ['--profile', backend, '--snapshot'])
    expect((await agent.tools()).map(({ name }) => name)).toEqual([
      'whoami',
      'get_trace',
      'search_traces',
      'diff_traces',
      'explain_traces',
      'breakdown_traces',
      'get_services',
      'get_attributes',
      'get_span_details',
      'get_critical_path',
    ])
    const services = await agent.call('get_services')
    expect(services).toMatchObject({ isError: false, text: expect.stringContaining('\nfrontend\n') })

    const found = await agent.call('search_traces', { service: 'frontend', ...TIMES })
    expect(found.isError, found.text).toBe(false)
    // A back end that reads traces by span id lists spans.
    const id = /^([0-9a-f]{16,32}) {2}/m.exec(found.text)?.[1] as string
    const traceId = backend === 'lightstep' ? rootId : trace.traceId
    if (backend !== 'lightstep') expect(id).toBe(trace.traceId)
    expect(found.text).toMatch(backend === 'lightstep' ? /^\d+ spans\b/ : /^1 trace\b/)

    const read = await agent.call('get_trace', { id: traceId }, { traceparent: PARENT })
    expect(read.isError, read.text).toBe(false)
    expect(read.text).toContain(`trace ${trace.traceId}, `)
    expect(read.text).toContain('where the errors began')
    expect(read.text).toContain('critical path')
    expect(Buffer.byteLength(read.text)).toBeLessThanOrEqual(16 * 1024)
    expect(lastHeaders(backend)).toMatchObject({
      'user-agent': expect.stringMatching(/^ls-auth\/\S+ \(\w+; mcp; test-agent\/1\.2\)$/),
      traceparent: PARENT,
    })

    const cause = /ERROR .* {2}([0-9a-f]{16})$/m.exec(read.text)?.[1] as string
    expect(failed.map(({ spanId }) => spanId)).toContain(cause)
    const details = await agent.call('get_span_details', { id: traceId, spans: [cause, rootId] })
    expect(details.text).toMatch(/status +error/)
    expect(details.text).toContain('attributes (')

    const path = await agent.call('get_critical_path', { id: traceId })
    // The request waited as long in both: another root of the trace is no part of it.
    const whole = /^critical path, .+ in all$/m
    expect(whole.exec(path.text)?.[0], path.text).toBe(whole.exec(read.text)?.[0])
    expect(await agent.call('get_trace', { id: traceId, error: true })).toMatchObject({
      isError: false,
      text: expect.stringContaining('card-network'),
    })

    const attributes = await agent.call('get_attributes', TIMES)
    if (backend === 'jaeger')
      expect(attributes).toMatchObject({ isError: true, text: expect.stringContaining('cannot list') })
    else expect(attributes).toMatchObject({ isError: false, text: expect.stringContaining('http.') })

    if (backend === 'lightstep')
      // A refusal names arguments, not flags, and none that was given.
      expect((await agent.call('explain_traces', { error: true })).text).toContain(
        '\nhint: Add service, name or attr.',
      )

    // Where traces are read here and not counted there: how many of what was found.
    const some = { error: true, service: 'payment', ...TIMES }
    const first = { lightstep: 'based on the first 2 spans, in 1 trace', jaeger: 'based on the first trace' }[
      backend
    ]
    const explained = await agent.call('explain_traces', {
      ...some,
      limit: backend === 'lightstep' ? 2 : 1,
    })
    if (first === undefined) expect(explained.text).not.toContain('based on the first')
    else expect(explained.text).toContain(`note: ${first}; for more: limit `)

    const times = await agent.call('breakdown_traces', { service: 'payment', by: 'service', ...TIMES })
    expect(times.isError, times.text).toBe(false)
    expect(times.text).toMatch(/^\d+ traces? · \d+ spans · /)
    expect(times.text).toMatch(/^<trace-data>\nSERVICE +CALLS /m)
    expect(times.text).toMatch(/^next:\n {2}explain_traces \{"slower_than":"p95","service":/m)
    const calls = await agent.call('breakdown_traces', { graph: true, service: 'payment', ...TIMES })
    expect(calls.text).toMatch(/^CALLER +CALLED +CALLS /m)

    // A snapshot heeds no times, so none is named there.
    const one = await agent.call('search_traces', { service: 'payment', ...TIMES, limit: 1 })
    expect(/, from \S+Z/.test(one.text)).toBe(backend !== 'lightstep')
    expect(one.text).toMatch(/^ {2}search_traces \{.*"limit":\d+\}$/m)
    if (first !== undefined) {
      const none = await agent.call('search_traces', { service: 'payment', min: '1h', ...TIMES })
      expect(none.text).toMatch(/^No trace found/)
      expect(none.text).toContain('min and max apply to that span')
      expect(explained.text).toMatch(/^next:\n {2}explain_traces \{.*"limit":\d+\}$/m)
    }

    // What a call has spent is told to the agent.
    for (const { text } of [found, explained])
      expect(/^snapshots: \d+ of 60 left this hour/m.test(text)).toBe(backend === 'lightstep')
    expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
    const record = await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8')
    const lines = record
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ way: 'mcp', client: 'test-agent/1.2', profile: backend })
    expect(lines.map(({ traceparent }) => traceparent)).toContain(PARENT)
  })
})
