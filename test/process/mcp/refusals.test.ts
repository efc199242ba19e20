import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Gateway, type GatewayOptions, startGateway } from '../../world/gateway.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, rootOf } from '../../world/trace-data.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { AGENTS, type Agent, type StartAgent } from './agent.ts'

const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 5 })
const GET = { id: rootOf(trace)?.spanId as string }
const start = AGENTS['the official client, 2026-07-28'] as StartAgent

let provider: Provider
let api: TraceApi
let gateway: Gateway
/** Whom the gateway lets through; read at each request. */
let rules: GatewayOptions
let machine: Machine
let agent: Agent
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const audience = { audience: 'api://traces', scope: 'traces:read' }
  rules = { ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY }
  gateway = await startGateway(rules)
  machine = await openMachine()
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings])
  // A browser that only notes that it was opened.
  const browser = join(machine.home, 'browser')
  await writeFile(browser, `#!/bin/sh\n: > '${opened()}'\n`, { mode: 0o700 })
  machine.env.BROWSER = browser
  agent = await start(machine, ['--timeout', '5'])
})
const opened = () => join(machine.home, 'opened')
afterAll(() => Promise.all([provider, api, gateway, machine].map((one) => one.close())))

it('a person without the right: whom to ask or what to type is told, and nothing else is tried', async () => {
  const calls = [
    ['get_trace', GET],
    ['diff_traces', { first: GET.id, second: GET.id }],
  ] as const
  for (const [tool, args] of calls) {
    rules.groups = ['sre']
    const before = gateway.requests
    const stranger = await agent.call(tool, args)
    expect(stranger.isError).toBe(true)
    expect(stranger.text).toMatch(
      /^The person may not read this\. Stop here and tell them what you see below/,
    )
    expect(stranger.text).toMatch(/^error: 127\.0\.0\.1:\d+ denied you access \(HTTP 403\)$/m)
    expect(stranger.text).toMatch(
      /^hint: A group is missing\. Ask the group administrator at .+ to add you, then/m,
    )
    expect(stranger.text).toContain('membership in one of these groups is required: sre')
    expect(gateway.requests).toBe(before + 1)

    delete rules.groups
    rules.scope = 'traces:all'
    const { isError, text } = await agent.call(tool, args)
    expect(isError).toBe(true)
    expect(text).toMatch(
      /^hint: The token lacks the scope traces:all\. Sign in with it: ls-auth login --scope/m,
    )
    rules.scope = 'traces:read'
    expect(await agent.call(tool, args)).toMatchObject({ isError: false })
  }
  const record = await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8')
  const told = record
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(told.filter(({ way, status }) => way === 'mcp' && status === 403)).toHaveLength(4)
})
