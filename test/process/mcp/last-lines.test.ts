import { readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { AGENTS, ERAS, openWire, type Wire } from './agent.ts'

const A_LONG_TIME = 600_000

let api: Server
let apiUrl: string
/** What has reached the API. */
let asked: string[]
/** What it answers, in how many milliseconds; undefined: nothing, for ever. */
let answers: (path: string, token: string) => { status: number; body: object; after?: number } | undefined
let machine: Machine
beforeAll(async () => {
  api = createServer(({ url = '', headers }, response) => {
    asked.push(url)
    const answer = answers(url, headers.authorization ?? '')
    if (answer === undefined) return
    const { status, body, after = 0 } = answer
    const more = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}
    setTimeout(
      () =>
        response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body)),
      after,
    )
  })
  apiUrl = `http://127.0.0.1:${(await listen(api)).port}`
})
beforeEach(async () => {
  asked = []
  answers = () => undefined
  machine = await openMachine()
})
afterEach(() => machine.close())
afterAll(() => {
  api.closeAllConnections()
  api.close()
})

const settings = () => ['--api', apiUrl, '--backend', 'jaeger', '--authorization', 'none', '--timeout', '60']
const record = () => join(machine.stateDirectory, 'audit.jsonl')
const recorded = async (): Promise<{ way: string; path: string; status: number | null }[]> =>
  (await readFile(record(), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text))
    .filter(({ event }) => event === 'request')
const traceId = (n: number) => (n + 1).toString(16).padStart(32, '0')
const reached = (count: number) =>
  vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(count), { timeout: A_LONG_TIME, interval: 5 })
/** Each request that has reached the API has its line, without a status. */
const expectAllRecorded = async () => {
  const lines = await recorded()
  expect(lines.map(({ way, status }) => [way, status])).toEqual(asked.map(() => ['mcp', null]))
  expect(lines.map(({ path }) => path).sort()).toEqual(
    asked.map((url) => new URL(url, apiUrl).pathname).sort(),
  )
}

const OFFICIAL = Object.entries(AGENTS).filter(([name]) => name.startsWith('the official client'))

describe.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('calls that nobody answers, ended by %s', (signal, exit) => {
  it.each(OFFICIAL)('each request has its line in the record, soon: %s', async (_, start) => {
    const agent = await start(machine, settings())
    // Four at once; the others never have their turn.
    for (let n = 0; n < 6; n++) agent.call('get_trace', { id: traceId(n) }).catch(() => undefined)
    await reached(4)
    agent.running.child.kill(signal)
    expect(await agent.running.ended).toMatchObject({ exit, stderr: '' })
    await expectAllRecorded()
    expect(asked).toHaveLength(4)
  })
})

it('the official client closes its connection: no request is without its line, and nothing is killed', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BINARY, 'mcp', ...settings()],
    env: Object.fromEntries(
      Object.entries(machine.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
    ),
  })
  const client = new Client({ name: 'test agent', version: '1.2' })
  await client.connect(transport)
  const calls = [0, 1, 2, 3].map((n) =>
    client.callTool({ name: 'get_trace', arguments: { id: traceId(n) } }).catch(() => undefined),
  )
  await reached(4)
  await client.close()
  await Promise.all(calls)
  await expectAllRecorded()
})

describe('a renewal that has begun', () => {
  let provider: Provider
  let wire: Wire
  /** `Bearer` and the token before. */
  let refused: string | undefined
  beforeEach(async () => {
    provider = await startProvider()
    refused = undefined
    answers = (path, token) => {
      if (path.includes('/traces/')) return undefined
      if (token !== '') refused ??= token
      return token === refused ? { status: 401, body: {} } : { status: 200, body: { services: ['shop'] } }
    }
    await signIn(machine, [
      ...[...loginArgs(provider), ...fileStore(machine)],
      ...['--api', apiUrl, '--backend', 'jaeger', '--scope', SCOPES],
    ])
    await rm(record(), { force: true })
    wire = openWire(machine, [])
    await ERAS.initialize.begin(wire)
  })
  afterEach(() => provider.close())

  const call = (id: string, name: string, args: object) =>
    wire.write(
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } })}\n`,
    )
  /** Has one call wait for the API, and another for the renewal, which has reached the provider. */
  const renewBesideACall = async () => {
    call('silent', 'get_trace', { id: traceId(0) })
    await reached(1)
    call('renews', 'get_services', {})
    await vi.waitFor(() => expect(provider.refreshCount()).toBe(1), A_LONG_TIME)
  }
  const silentIsRecorded = () =>
    vi.waitFor(async () => {
      const lines = await recorded()
      expect(lines.filter(({ path, status }) => path.includes('/traces/') && status === null)).toHaveLength(1)
    }, A_LONG_TIME)
  const expectRenewed = async () => {
    provider.delayTokenMilliseconds = 0
    const { exit, stdout } = await machine.run(['token'])
    expect(exit).toBe(0)
    expect(`Bearer ${stdout.trim()}`).not.toBe(refused)
    expect([provider.refreshCount(), provider.grantsRevoked()]).toEqual([1, 0])
  }

  // Longer than any other wait at the end, and than the official client leaves between its two steps.
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('is kept at %s, and what waits beside it is in the record soon', async (signal, exit) => {
    provider.delayTokenMilliseconds = 5_500
    await renewBesideACall()
    const sent = asked.length
    wire.running.child.kill(signal)
    await silentIsRecorded()
    expect(await wire.running.ended).toMatchObject({ exit, stderr: '' })
    // The call that wanted the new token has not gone on with it.
    expect(asked).toHaveLength(sent)
    await expectRenewed()
  })
})
