import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace, rootOf } from '../../world/trace-data.ts'
import { AGENTS, type Agent, type StartAgent } from './agent.ts'

const start = AGENTS['the official client, 2026-07-28'] as StartAgent
const trace = makeTrace({ seed: 7 })
const trace_id = trace.traceId
const rootId = rootOf(trace)?.spanId as string
const CUT_AWAY = 'dead00000000beef'
const NOTE = /only a part of the trace is here/i

let machine: Machine
let tempo: TempoApi
let agent: Agent
beforeAll(async () => {
  tempo = await startTempoApi({ traces: [trace] })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'k'
  await mkdir(dirname(machine.configFile), { recursive: true })
  await writeFile(machine.configFile, `[profiles.tempo]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
  agent = await start(machine, ['--profile', 'tempo'])
})
afterAll(() => Promise.all([tempo, machine].map((one) => one.close())))

const CALLS = [
  ['get_trace', { id: trace_id }],
  ['get_trace', { id: trace_id, span: rootId }],
  ['get_critical_path', { id: trace_id }],
  ['get_span_details', { id: trace_id, spans: [rootId] }],
  ['diff_traces', { first: trace_id, second: trace_id }],
] as const

it.each(CALLS)(
  '%s says that only a part of the trace is here, and says it of no whole one',
  async (tool, args) => {
    tempo.mode = 'partial'
    const part = await agent.call(tool, args)
    expect(part.isError, part.text).toBe(false)
    // Above or below what programs wrote, not in it.
    expect(part.text.replace(/^<trace-data>$[\s\S]*?^<\/trace-data>$/m, '')).toMatch(NOTE)

    tempo.mode = 'normal'
    const whole = await agent.call(tool, args)
    expect(whole.isError, whole.text).toBe(false)
    expect(whole.text).not.toMatch(/a part of the trace/i)
  },
)

it('a span that may have been cut away is not told as one that the trace does not have', async () => {
  tempo.mode = 'partial'
  const some = await agent.call('get_span_details', { id: trace_id, spans: [rootId, CUT_AWAY] })
  expect(some.text).toContain(`\nNot in the part of the trace that is here: ${CUT_AWAY}.\n`)
  expect(some.text).not.toContain('Not in this trace')
  for (const [tool, args] of [
    ['get_span_details', { id: trace_id, spans: [CUT_AWAY] }],
    ['get_trace', { id: trace_id, span: CUT_AWAY }],
  ] as const) {
    const none = await agent.call(tool, args)
    expect(none.isError).toBe(true)
    expect(none.text).toContain(`error: the part of the trace that is here has no span ${CUT_AWAY}\n`)

    tempo.mode = 'normal'
    const whole = await agent.call(tool, args)
    expect(whole.text).toContain(`error: the trace has no span ${CUT_AWAY}\n`)
    tempo.mode = 'partial'
  }
  tempo.mode = 'normal'
  const whole = await agent.call('get_span_details', { id: trace_id, spans: [rootId, CUT_AWAY] })
  expect(whole.text).toContain(`\nNot in this trace: ${CUT_AWAY}.\n`)
})

it('and the server ends in peace', async () => {
  expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
})
