import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { AGENTS, type StartAgent } from './agent.ts'

const start = AGENTS['the official client, 2026-07-28'] as StartAgent

let machine: Machine
let tempo: TempoApi
beforeAll(async () => {
  tempo = await startTempoApi({ traces: [makeTrace({ seed: 7 })] })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'k'
  await mkdir(dirname(machine.configFile), { recursive: true })
  await writeFile(machine.configFile, `[profiles.work]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
})
afterAll(() => Promise.all([tempo, machine].map((one) => one.close())))

it('a limit of minutes is told to the agent, whose client would give the call up meanwhile', async () => {
  tempo.inFront = () => ({ status: 429, headers: { 'retry-after': '600' } })
  const agent = await start(machine, [])
  const { isError, text } = await agent.call('explain_traces', { slower_than: '1ms' })
  expect(isError).toBe(true)
  expect(text).toContain('Try again in 10m.')
  await agent.close()
})

it('after a snapshot that is paid for an agent does not call again', async () => {
  const trace = makeTrace({ seed: 7 })
  const api = await startTraceApi({ apiKey: 'k', traces: [trace] })
  onTestFinished(() => api.close())
  api.rateLimitResetSeconds = 600
  api.mode = (_, url) => (/snapshots\/snap/.test(url) ? 'rate-limited' : 'normal')
  api.snapshots.takesMilliseconds = -1_000
  await writeFile(
    machine.configFile,
    `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
  const agent = await start(machine, ['--snapshot'])
  for (const [tool, given] of [
    ['get_trace', { id: trace.traceId }],
    ['search_traces', { service: 'payment' }],
  ] as const) {
    const { isError, text } = await agent.call(tool, given)
    expect(isError).toBe(true)
    expect(text).toMatch(/^A snapshot is taken and paid for, and could not be read\. Do not call again/)
    expect(text).not.toContain('call again once')
    expect(text).toMatch(/error: .*; the snapshot is taken: \/prod\/explorer\?snapshot_id=snap\d\n/)
  }
  await agent.close()
})

it('a search that no snapshot is allowed for: who can allow it is said, and what needs none', async () => {
  const api = await startTraceApi({ apiKey: 'k', traces: [] })
  onTestFinished(() => api.close())
  await writeFile(
    machine.configFile,
    `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
  const agent = await start(machine, ['--profile', 'old'])
  const tools = await agent.tools()
  const search = tools.find(({ name }) => name === 'search_traces')
  expect(search?.description).toContain('only a query that a stream has is answered')
  const hints = tools.map(({ name, annotations }) => [name, annotations?.openWorldHint])
  expect(hints.filter(([, isOpen]) => isOpen !== true)).toEqual([['whoami', false]])
  const { isError, text } = await agent.call('search_traces', { service: 'payment' })
  expect(isError).toBe(true)
  expect(text).toMatch(/^This cannot be done as asked, /)
  expect(text).toMatch(
    /\nhint: A person can allow snapshots: by starting this server with --snapshot\. Without one: get_trace/,
  )
  expect(text).not.toContain('ls-auth')
  await agent.close()

  const paying = await start(machine, ['--profile', 'old', '--snapshot'])
  const idempotent = (await paying.tools()).filter(({ annotations }) => annotations?.idempotentHint)
  expect(idempotent.map(({ name }) => name)).toEqual(['whoami', 'get_services', 'get_attributes'])
  await paying.close()
})
