import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
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
