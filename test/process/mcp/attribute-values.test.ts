import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { AGENTS, type Agent, type StartAgent } from './agent.ts'

const start = AGENTS['the official client, 2026-07-28'] as StartAgent
const TIMES = { from: '2026-09-20T00:00:00Z', to: '2026-09-24T00:00:00Z' }
const traces = [makeTrace({ seed: 7 })]

let machine: Machine
let tempo: TempoApi
let jaeger: JaegerApi
beforeAll(async () => {
  tempo = await startTempoApi({ traces, filters: true })
  jaeger = await startJaegerApi({ traces })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'k'
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = (name: string, api: string) => `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\n`
  await writeFile(machine.configFile, profile('tempo', tempo.url) + profile('jaeger', jaeger.url))
})
afterAll(() => Promise.all([tempo, jaeger, machine].map((one) => one.close())))

async function withAgent(backend: string, use: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = await start(machine, ['--profile', backend])
  await use(agent)
  expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
}

it('values of a name with a slash, where a path with one is refused on the way: that is said', () =>
  withAgent('tempo', async (agent) => {
    tempo.inFront = (_, path) => (path.includes('%2F') ? { status: 404, body: 'not found' } : undefined)
    const { isError, text } = await agent.call('get_attributes', { name: 'span.app.kubernetes.io/name' })
    tempo.inFront = undefined
    expect({ isError, text }).toEqual({
      isError: true,
      text: expect.stringMatching(
        /^This cannot be done as asked[\s\S]*: a path with its \/ was refused \(HTTP 404\)$[\s\S]*Search by a value instead: search_traces with attr /m,
      ),
    })
  }))

it('a name that is empty is refused', () =>
  withAgent('tempo', async (agent) => {
    const { isError, text } = await agent.call('explain_traces', {
      error: true,
      attr: ['=b'],
    })
    expect({ isError, text }).toEqual({
      isError: true,
      text: expect.stringContaining('attr: "=b"'),
    })
  }))

it('fields of Tempo that no attribute is compared with are told as such, and not listed', () =>
  withAgent('tempo', async (agent) => {
    const { isError, text } = await agent.call('get_attributes', TIMES)
    expect(isError, text).toBe(false)
    const marked = text.split('\n').filter((line) => line.endsWith('  (for query, not for attr)'))
    expect(marked.map((line) => line.split(' ')[0])).toEqual([
      'duration',
      'kind',
      'name',
      'rootName',
      'rootServiceName',
      'status',
      'traceDuration',
    ])
    const chosen = await agent.call('get_attributes', { ...TIMES, pattern: 'http.' })
    expect(chosen.text).not.toContain('for query')
    const none = await agent.call('get_attributes', { ...TIMES, pattern: 'no such' })
    expect(none.text).toMatch(/^No attribute found\.\n/)
    const root = await agent.call('search_traces', { ...TIMES, attr: ['rootName=nothing'] })
    expect(root.text).toContain('the rootName of a trace: query ')
    const values = await agent.call('get_attributes', { ...TIMES, name: 'status' })
    expect(values.text).not.toContain('next:')
  }))
