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
import { AGENTS, type Agent, ERAS, openWire, type Wire } from './agent.ts'

/** The official client waits so long for the end, first after it has closed the input, then after SIGTERM. */
const CLIENT_WAITS = 2_000

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
  vi.waitFor(() => expect(asked.length).toBeGreaterThanOrEqual(count), { timeout: 20_000, interval: 5 })
/** Each request that has reached the API has its line, without a status. */
const expectAllRecorded = async () => {
  const lines = await recorded()
  expect(lines.map(({ way, status }) => [way, status])).toEqual(asked.map(() => ['mcp', null]))
  expect(lines.map(({ path }) => path).sort()).toEqual(
    asked.map((url) => new URL(url, apiUrl).pathname).sort(),
  )
}

/** `soon`: milliseconds. After the end of the input calls may be answered for a while, and the client waits twice. */
interface End {
  readonly exit: number
  readonly soon: number
  end(agent: Agent): void
}
const bySignal = (signal: NodeJS.Signals, exit: number): End => ({
  exit,
  soon: CLIENT_WAITS,
  end: ({ running }) => void running.child.kill(signal),
})
const ENDS: Readonly<Record<string, End>> = {
  SIGTERM: bySignal('SIGTERM', 143),
  SIGINT: bySignal('SIGINT', 130),
  SIGHUP: bySignal('SIGHUP', 129),
  'the end of the input': {
    exit: 0,
    soon: 2 * CLIENT_WAITS,
    end: ({ running }) => void running.child.stdin?.end(),
  },
}
const OFFICIAL = Object.entries(AGENTS).filter(([name]) => name.startsWith('the official client'))

describe.each(Object.entries(ENDS))('calls that nobody answers, ended by %s', (_, { exit, soon, end }) => {
  it.each(OFFICIAL)('each request has its line in the record, soon: %s', async (_, start) => {
    const agent = await start(machine, settings())
    // Four at once; the others never have their turn.
    for (let n = 0; n < 6; n++) agent.call('get_trace', { trace_id: traceId(n) }).catch(() => undefined)
    await reached(4)
    const before = performance.now()
    end(agent)
    expect(await agent.running.ended).toMatchObject({ exit, stderr: '' })
    expect(performance.now() - before).toBeLessThan(soon)
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
    client.callTool({ name: 'get_trace', arguments: { trace_id: traceId(n) } }).catch(() => undefined),
  )
  await reached(4)
  const before = performance.now()
  await client.close()
  // After twice that time it would have killed the process.
  expect(performance.now() - before).toBeLessThan(2 * CLIENT_WAITS)
  await Promise.all(calls)
  await expectAllRecorded()
})

it('what is answered soon after the end of the input is sent, the others are told as unanswered', async () => {
  answers = (path) =>
    path.includes(traceId(0)) ? undefined : { status: 200, body: { services: ['shop'] }, after: 700 }
  const wire = openWire(machine, settings())
  await ERAS.initialize.begin(wire)
  const line = (id: string, name: string, args: object) =>
    wire.write(
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } })}\n`,
    )
  line('silent', 'get_trace', { trace_id: traceId(0) })
  line('slow', 'get_services', {})
  await reached(2)
  expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
  const answerOf = (id: string) => wire.messages().find((message) => message.id === id)
  expect(answerOf('slow')).toMatchObject({ result: { isError: false } })
  expect(answerOf('silent')).toMatchObject({
    error: { message: expect.stringMatching(/^[^\n]*ended before[^\n]*$/) },
  })
  expect((await recorded()).map(({ status }) => status).sort()).toEqual([200, null])
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
    call('silent', 'get_trace', { trace_id: traceId(0) })
    await reached(1)
    call('renews', 'get_services', {})
    await vi.waitFor(() => expect(provider.refreshCount()).toBe(1), 10_000)
  }
  const silentIsRecorded = (within: number) =>
    vi.waitFor(async () => {
      const lines = await recorded()
      expect(lines.filter(({ path, status }) => path.includes('/traces/') && status === null)).toHaveLength(1)
    }, within)
  const expectRenewed = async () => {
    provider.delayTokenMilliseconds = 0
    const { exit, stdout } = await machine.run(['token'])
    expect(exit).toBe(0)
    expect(`Bearer ${stdout.trim()}`).not.toBe(refused)
    expect([provider.refreshCount(), provider.grantsRevoked()]).toEqual([1, 0])
  }

  // Longer than any other wait at the end, and than the official client leaves between its two steps.
  it.each([
    ['SIGTERM', 1_000],
    ['SIGINT', 1_000],
    ['the end of the input', 2_500],
  ])('is kept at %s, and what waits beside it is in the record soon', async (name, soon) => {
    const { exit, end } = ENDS[name] as End
    provider.delayTokenMilliseconds = 5_500
    await renewBesideACall()
    const sent = asked.length
    const before = performance.now()
    end({ running: wire.running } as Agent)
    await silentIsRecorded(soon)
    expect(performance.now() - before).toBeLessThan(soon)
    expect(await wire.running.ended).toMatchObject({ exit, stderr: '' })
    // The call that wanted the new token has not gone on with it.
    expect(asked).toHaveLength(sent)
    await expectRenewed()
  })

  it('is kept where SIGTERM follows the end of the input', async () => {
    provider.delayTokenMilliseconds = 6_500
    await renewBesideACall()
    wire.running.child.stdin?.end()
    setTimeout(() => wire.running.child.kill('SIGTERM'), CLIENT_WAITS)
    expect(await wire.running.ended).toMatchObject({ exit: 143, stderr: '' })
    await expectRenewed()
  })

  it('is not waited for after a second signal, as in other commands', async () => {
    provider.delayTokenMilliseconds = 5_500
    await renewBesideACall()
    wire.running.child.kill('SIGTERM')
    await silentIsRecorded(1_000)
    const before = performance.now()
    wire.running.child.kill('SIGTERM')
    expect(await wire.running.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' })
    expect(performance.now() - before).toBeLessThan(1_000)
  })
})
