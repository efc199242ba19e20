import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { ERAS, type Message, openWire, type Wire } from './agent.ts'

const A_LONG_TIME = 600_000

/** What the API does with a request; read at each one. */
let answer: (path: string, response: ServerResponse, token: string) => void
let asked: string[]
let api: Server
let provider: Provider
let machine: Machine
let wire: Wire
let apiUrl: string
beforeAll(async () => {
  api = createServer(({ url = '', headers }, response) => {
    asked.push(url)
    answer(new URL(url, 'http://api').pathname, response, headers.authorization ?? '')
  })
  apiUrl = `http://127.0.0.1:${(await listen(api)).port}`
  machine = await openMachine()
  provider = await startProvider()
})
beforeEach(() => {
  asked = []
})
afterAll(async () => {
  api.closeAllConnections()
  api.close()
  await Promise.all([provider, machine].map((one) => one.close()))
})

const json = (response: ServerResponse, body: object, status = 200, headers = {}) =>
  void response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
const textOf = ({ result }: Message): string =>
  (result?.content as { text: string }[] | undefined)?.[0]?.text ?? ''

const eras = Object.entries(ERAS)
const begin = (id: string, name: string, args: object, era: (typeof eras)[number][1]) =>
  wire.write(line({ id, method: 'tools/call', params: { name, arguments: args, ...era.params() } }))
const cancel = (requestId: string, era: (typeof eras)[number][1]) =>
  wire.write(line({ method: 'notifications/cancelled', params: { requestId, ...era.params() } }))
const requestsInRecord = async () =>
  (await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text))
    .filter(({ event }) => event === 'request')
const without = (backend: string, seconds: string) => [
  ...['--api', apiUrl, '--backend', backend, '--authorization', 'none', '--timeout', seconds],
]

it.each(eras)(
  'calls that wait for a silent API are cut off, and others have their turn: %s',
  async (_, era) => {
    answer = () => {}
    wire = openWire(machine, without('jaeger', '60'))
    await era.begin(wire)
    const ids = ['a', 'b', 'c', 'd']
    for (const id of ids) begin(id, 'get_services', {}, era)
    await vi.waitFor(() => expect(asked).toHaveLength(4), A_LONG_TIME)
    const before = await requestsInRecord().catch(() => [])
    for (const id of ids) cancel(id, era)
    const whoami = { name: 'whoami', arguments: {}, ...era.params() }
    expect(await wire.request('tools/call', whoami)).toMatchObject({ result: { isError: false } })
    expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
    expect(wire.messages().filter(({ id }) => ids.includes(String(id)))).toEqual([])
    const told = (await requestsInRecord()).slice(before.length)
    expect(told.map(({ way, status, path }) => [way, status, path])).toEqual(
      ids.map(() => ['mcp', null, '/api/v3/services']),
    )
  },
)

it.each(eras)('a call of many requests sends none any more once it is cancelled: %s', async (_, era) => {
  const ids = Array.from({ length: 100 }, (_, n) => (n + 1).toString(16).padStart(32, '0'))
  answer = (path, response) => {
    if (path === '/api/v3/trace-summaries')
      return json(response, { summaries: ids.map((traceId) => ({ traceId, spanCount: 1 })) })
    void sleep(200).then(() => json(response, { error: { httpCode: 404, message: 'No traces found' } }, 404))
  }
  wire = openWire(machine, without('jaeger', '60'))
  await era.begin(wire)
  begin('many', 'explain_traces', { error: true, service: 'shop', limit: 100 }, era)
  const read = () => asked.filter((path) => path.includes('/traces/')).length
  await vi.waitFor(() => expect(read()).toBeGreaterThan(8), { timeout: A_LONG_TIME, interval: 5 })
  cancel('many', era)
  // Until the notification has been read, a few may follow.
  await wire.request('tools/list', era.params())
  await sleep(100)
  const sent = asked.length
  expect(read()).toBeLessThan(60)
  await sleep(1_000)
  expect(asked).toHaveLength(sent)
  expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
})

it('a renewal that has begun is not cut off: its tokens are kept, and the next call has them', async () => {
  let refused: string | undefined
  let answered = 0
  answer = (_, response, token) => {
    if (token !== '') refused ??= token
    if (token !== refused) {
      answered += 1
      return json(response, { services: ['shop'] })
    }
    json(response, {}, 401, { 'www-authenticate': 'Bearer error="invalid_token"' })
  }
  const settings = ['--api', apiUrl, '--backend', 'jaeger', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings])
  const era = ERAS.initialize
  wire = openWire(machine, [])
  await era.begin(wire)
  provider.delayTokenMilliseconds = 1_500
  begin('renews', 'get_services', {}, era)
  await vi.waitFor(() => expect(provider.refreshCount()).toBe(1), A_LONG_TIME)
  cancel('renews', era)
  const next = await wire.request('tools/call', { name: 'get_services', arguments: {} })
  expect(textOf(next)).toContain('shop')
  expect(await wire.close()).toMatchObject({ exit: 0 })
  expect([provider.refreshCount(), provider.grantsRevoked()]).toEqual([1, 0])
  expect(answered).toBe(1)
})
