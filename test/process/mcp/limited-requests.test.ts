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
  expect(search?.description).toContain('cannot search without a snapshot')
  const hints = tools.map(({ name, annotations }) => [name, annotations?.openWorldHint])
  expect(hints.filter(([, isOpen]) => isOpen !== true)).toEqual([['whoami', false]])
  const { isError, text } = await agent.call('search_traces', { service: 'payment' })
  expect(isError).toBe(true)
  expect(text).toMatch(/^This request cannot work\. /)
  expect(text).toMatch(
    /\nhint: A person can allow snapshots by starting this server with --snapshot\. Without one: get_trace/,
  )
  expect(text).not.toContain('ls-auth')
  await agent.close()

  const paying = await start(machine, ['--profile', 'old', '--snapshot'])
  const idempotent = (await paying.tools()).filter(({ annotations }) => annotations?.idempotentHint)
  expect(idempotent.map(({ name }) => name)).toEqual(['whoami', 'get_services', 'get_attributes'])
  await paying.close()
})
