import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { ERAS, envelope, initialize, type Message, openWire, type Wire } from './agent.ts'

const trace = makeTrace({ seed: 7 })
const MAIL = 'bob.the.builder@customers.example'
const masked = {
  ...trace,
  spans: trace.spans.map((span) => ({ ...span, tags: { ...span.tags, 'customer.note': `mail ${MAIL}` } })),
}

let machine: Machine
let tempo: TempoApi
let silent: Server
let silentUrl: string
let wire: Wire
const API = () => ['--api', tempo.url, '--backend', 'tempo', '--authorization', 'none']
beforeAll(async () => {
  tempo = await startTempoApi({ traces: [masked] })
  machine = await openMachine()
  silent = createServer(() => {})
  silentUrl = `http://127.0.0.1:${(await listen(silent)).port}`
})
afterAll(async () => {
  silent.closeAllConnections()
  silent.close()
  await Promise.all([tempo, machine].map((one) => one.close()))
})

const call = (name: string, args: object = {}, more: object = {}) =>
  wire.request('tools/call', { name, arguments: args, ...more })
const textOf = ({ result }: Message): string =>
  (result?.content as { text: string }[] | undefined)?.[0]?.text ?? ''

const lineOf = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
const heardTimes = (times: number, fits: (message: Message) => boolean) =>
  wire.heard(() => wire.messages().filter(fits).length >= times)

it('a profile that does not exist: exit 2 at once, not an error at each call', async () => {
  const { exit, stdout, stderr } = await machine.run(['mcp', '--profile', 'nosuch', ...API()])
  expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  expect(stderr).toContain('there is no profile "nosuch"')
})

describe.each(Object.entries(ERAS))('whatever comes in, messages of the protocol come out: %s', (_, era) => {
  beforeEach(async () => {
    wire = openWire(machine, API())
    await era.begin(wire)
  })

  const ask = (name: string, args: object = {}) => call(name, args, era.params())

  it('malformed, huge, unknown and wrong calls, one after another in one server', async () => {
    wire.write('no JSON\n')
    await wire.heard(({ error }) => error?.code === -32700)
    wire.write(`${'x'.repeat(3_000_000)}\n`)
    expect(await wire.heard(({ error }) => error?.code === -32600)).toMatchObject({
      id: null,
      error: { message: 'A message has more than 1048576 bytes' },
    })
    // A call like any other, but for its length.
    wire.write(
      lineOf({ id: 'long', method: 'tools/call', params: { ...era.params(), x: 'x'.repeat(2_000_000) } }),
    )
    await heardTimes(2, ({ error }) => error?.code === -32600)
    expect(await wire.request('no/such', era.params())).toMatchObject({ error: { code: -32601 } })
    expect(await ask('delete_traces')).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('There are: whoami, get_trace') },
    })
    expect(await wire.request('tools/call', { arguments: {}, ...era.params() })).toMatchObject({
      error: { code: -32602 },
    })

    const unknown = await ask('get_trace', { traceId: trace.traceId })
    expect(unknown.result).toMatchObject({ isError: true })
    expect(textOf(unknown)).toContain('get_trace has no argument "traceId"')
    expect(textOf(unknown)).toMatch(/hint: It takes: id, span, error/)
    for (const [tool, args, words] of [
      ['get_trace', {}, 'id is missing'],
      ['get_trace', { id: 7 }, 'id is not a string'],
      ['search_traces', { limit: 0 }, 'from 1 to'],
      ['get_trace', { id: trace.traceId, min: 'long' }, 'min: "long" is not a duration'],
      ['get_trace', { id: '/etc/passwd' }, 'error: '],
      ['get_trace', { id: 'a'.repeat(500_000) }, 'id has more than 4000 characters'],
      ['search_traces', { attr: JSON.parse('['.repeat(900) + ']'.repeat(900)) }, 'attr is not a string'],
      ['get_trace', { id: trace.traceId, show_sensitive: true }, 'no argument "show_sensitive"'],
      ['get_span_details', { id: trace.traceId, spans: Array(21).fill('a') }, 'at most 20'],
      ['get_span_details', { id: trace.traceId, spans: ['zz'] }, 'spans: "zz" is not a span id'],
      ['search_traces', { from: '-1 year' }, 'from: "1 year" is not a duration'],
      ['search_traces', { min: '2s', max: '1s' }, 'hint: Swap them: min 1s max 2s'],
      ['search_traces', { attr: { a: 'b' } }, 'attr is not a list of strings'],
      ['get_trace', { id: `${'0'.repeat(31)}1` }, 'Not found'],
    ] as const) {
      const answer = await ask(tool, args)
      expect([tool, args, answer.result?.isError]).toEqual([tool, args, true])
      expect(textOf(answer)).toContain(words)
    }
    expect((await ask('get_trace', { id: trace.traceId })).result).toMatchObject({ isError: false })
    expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
    wire.messages()
  })

  it.each<[what: string, message: object, id: string | null, code: number]>([
    ['parameters that are no object', { id: 'a', method: 'tools/list', params: [1] }, 'a', -32600],
    ['a method that is no text', { id: 'b', method: 7 }, 'b', -32600],
    ['neither a method nor an answer', { id: 'c' }, null, -32600],
    ['an answer in place of a method, and none of the protocol', { id: 'c', result: 5 }, null, -32600],
    ['a member that no request has', { id: 'd', method: 'tools/list', hint: '' }, 'd', -32600],
    ['an id that is null', { id: null, method: 'tools/list' }, null, -32600],
    ['an id that is an object', { id: {}, method: 'tools/list' }, null, -32600],
    ['a tool whose name is no text', { id: 'e', method: 'tools/call', params: { name: 7 } }, 'e', -32602],
    [
      'arguments that are no object',
      { id: 'f', method: 'tools/call', params: { name: 'whoami', arguments: [1] } },
      'f',
      -32602,
    ],
    ['a cursor that is no text', { id: 'g', method: 'tools/list', params: { cursor: 5 } }, 'g', -32602],
  ])(
    'a request with %s is answered with an error, and the next one as usual',
    async (_, message, id, code) => {
      const { params } = message as { params?: object }
      const whole =
        params && !Array.isArray(params) ? { ...message, params: { ...params, ...era.params() } } : message
      wire.write(lineOf(whole))
      expect((await ask('whoami')).result).toMatchObject({ isError: false })
      expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
      const refused = wire.messages().filter(({ error }) => error !== undefined)
      expect(refused).toMatchObject([{ id, error: { code } }])
      expect(refused.map(({ error }) => error?.message)).toEqual([expect.stringMatching(/^[^\n[]+$/)])
    },
  )

  it('many at once are all answered, also when standard input ends before', async () => {
    for (let id = 100; id < 140; id++) {
      const params = {
        name: id % 2 ? 'get_services' : 'get_trace',
        arguments: id % 2 ? {} : { id: trace.traceId },
        ...era.params(),
      }
      wire.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })}\n`)
    }
    expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
    const answered = wire
      .messages()
      .filter(({ id, result }) => Number(id) >= 100 && result?.isError === false)
    expect(answered).toHaveLength(40)
  })
})

it.each(Object.entries(ERAS))('a call that was cancelled, and an end by a signal: %s', async (_, era) => {
  const slow = ['--api', silentUrl, '--backend', 'tempo', '--authorization', 'none', '--timeout', '1']
  wire = openWire(machine, slow)
  await era.begin(wire)
  const params = { name: 'get_services', arguments: {}, ...era.params() }
  wire.write(lineOf({ id: 'slow', method: 'tools/call', params }))
  wire.write(lineOf({ method: 'notifications/cancelled', params: { requestId: 'slow', ...era.params() } }))
  expect(await wire.request('tools/list', era.params())).toMatchObject({
    result: { tools: expect.any(Array) },
  })
  wire.running.child.kill('SIGTERM')
  expect(await wire.running.ended).toMatchObject({ exit: 143, stderr: '' })
  expect(wire.messages().filter(({ id }) => id === 'slow')).toEqual([])
})

describe('the new revision', () => {
  beforeEach(() => {
    wire = openWire(machine, API())
  })

  it('needs no handshake', async () => {
    expect(await wire.request('server/discover', envelope())).toMatchObject({
      result: { supportedVersions: expect.arrayContaining(['2026-07-28']) },
    })
    await wire.close()
  })
})

it.each<[what: string, params: object | undefined, message: string]>([
  [
    'a revision that is no text',
    { protocolVersion: 42, capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    'Invalid params: protocolVersion: expected string, received number',
  ],
  ['no parameters', undefined, 'Invalid params: params: expected object, received undefined'],
])('initialize with %s is refused in one line, and may be sent again', async (_, params, message) => {
  wire = openWire(machine, API())
  expect(await wire.request('initialize', params)).toMatchObject({ error: { code: -32602, message } })
  expect(await initialize(wire)).toMatchObject({ result: { serverInfo: { name: 'ls-auth' } } })
  expect(await wire.close()).toMatchObject({ exit: 0, stderr: '' })
})

it('budgets of calls and of bytes hold, and say what a person can do', async () => {
  wire = openWire(machine, [...API(), '--max-calls', '4', '--max-bytes', '5kB'])
  await initialize(wire)
  const sizes: number[] = []
  for (let n = 0; n < 4; n++) {
    const answer = await call(n === 0 ? 'get_services' : 'get_trace', n === 0 ? {} : { id: trace.traceId })
    if (answer.result?.isError === false) sizes.push(Buffer.byteLength(textOf(answer)))
    else expect(textOf(answer)).toMatch(/budget of 5000 bytes[\s\S]*--max-bytes/)
  }
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(5000)
  const asked = tempo.requests.length
  expect(textOf(await call('get_services'))).toMatch(
    /budget of 4 calls is spent[\s\S]*A person can[\s\S]*--max-calls/,
  )
  expect(tempo.requests.length).toBe(asked)
  await wire.close()
})
