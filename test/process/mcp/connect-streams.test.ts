import type { CallToolResult, ServerContext } from '@modelcontextprotocol/server'
import { inputRequired } from '@modelcontextprotocol/server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type McpKind, type McpWorldServer, startMcpServer } from '../../world/mcp-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { ERAS, type Message, openWire, type Wire } from './agent.ts'

const KINDS: readonly McpKind[] = ['modern', 'stateless', 'stateful']
type Era = keyof typeof ERAS
const [MODERN, LEGACY] = ['2026-07-28', 'initialize'] as const
const EACH = KINDS.flatMap((kind) => ([MODERN, LEGACY] as const).map((era) => [kind, era] as const))

let provider: Provider
let machine: Machine
let server: McpWorldServer
let wire: Wire
beforeAll(async () => {
  provider = await startProvider()
})
beforeEach(async () => {
  machine = await openMachine()
})
afterEach(async () => {
  // Also where a call is still under way.
  wire.running.child.kill('SIGTERM')
  await wire.running.ended
  await Promise.all([machine.close(), server.close()])
})
afterAll(() => provider.close())

async function begin(kind: McpKind, era: Era, capabilities: object = {}): Promise<void> {
  server = await startMcpServer({ kind, issuer: provider.issuer })
  const api = ['--api', server.url, '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...api])
  wire = openWire(machine, ['--connect', server.url])
  if (era === MODERN) return
  await wire.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities,
    clientInfo: { name: 'test agent', version: '1.2' },
  })
  wire.write(line({ method: 'notifications/initialized' }))
}
const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
const call = (id: string, era: Era, meta: object = {}, more: object = {}) =>
  wire.write(
    line({
      id,
      method: 'tools/call',
      params: { name: 'read_it', arguments: {}, ...ERAS[era].params(meta), ...more },
    }),
  )
const answerTo = (id: string) => wire.heard((message) => message.id === id && !('method' in message))
const textOf = ({ result }: Message): string =>
  (result as CallToolResult | undefined)?.content.map((one) => 'text' in one && one.text).join() ?? ''
const done = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] })
const methodsHeard = () => wire.messages().map((message) => (message as { method?: string }).method)

it.each(EACH)('progress passes: a %s server and a host of %s', async (kind, era) => {
  await begin(kind, era)
  server.call = async (_, { mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken as string
    for (const progress of [1, 2])
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 2, message: `step ${progress}` },
      })
    return done('done')
  }
  call('a', era, { progressToken: 'of the host' })
  expect(textOf(await answerTo('a'))).toBe('done')
  const told = wire
    .messages()
    .filter((message) => 'method' in message && message.method === 'notifications/progress')
  expect(told.map((message) => (message as unknown as { params: object }).params)).toMatchObject([
    { progressToken: 'of the host', progress: 1, total: 2, message: 'step 1' },
    { progressToken: 'of the host', progress: 2 },
  ])
})

it.each(EACH.filter(([kind]) => kind !== 'stateless'))(
  'a call that the host cancels is cancelled at the server: %s, %s',
  async (kind, era) => {
    await begin(kind, era)
    const ended = vi.fn()
    const begun = new Promise<void>((resolve) => {
      server.call = ({ name: _ }, { mcpReq }: ServerContext) =>
        new Promise((_, reject) => {
          mcpReq.signal.addEventListener('abort', () => {
            ended()
            reject(new Error('cancelled'))
          })
          resolve()
        })
    })
    call('a', era)
    await begun
    wire.write(line({ method: 'notifications/cancelled', params: { requestId: 'a', ...ERAS[era].params() } }))
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), 5000)
    server.call = async () => done('another')
    call('b', era)
    expect(textOf(await answerTo('b'))).toBe('another')
  },
)

it.each(EACH.filter(([kind]) => kind !== 'stateless'))(
  'a change of the list is told, and judged anew: %s, %s',
  async (kind, era) => {
    await begin(kind, era)
    if (era === MODERN)
      wire.write(
        line({
          id: 'listen',
          method: 'subscriptions/listen',
          params: { ...ERAS[era].params(), notifications: { toolsListChanged: true } },
        }),
      )
    call('a', era)
    expect(textOf(await answerTo('a'))).toBe('read_it {}')
    // Its stream for changes is open only a moment after the first answer.
    await vi.waitFor(() =>
      expect(
        server.requests.some(({ method, rpc }) => method === 'GET' || rpc === 'subscriptions/listen'),
      ).toBe(true),
    )
    server.tools = server.tools.map((tool) => ({ ...tool, annotations: { readOnlyHint: false } }))
    await vi.waitFor(
      async () => {
        await server.toolsChanged()
        expect(methodsHeard()).toContain('notifications/tools/list_changed')
      },
      { timeout: 8000, interval: 1000 },
    )
    call('b', era)
    expect(textOf(await answerTo('b'))).toContain('--allow-tool read_it')
    expect(server.calls).toHaveLength(1)
  },
)

const QUESTION = {
  message: 'Which one?',
  requestedSchema: { type: 'object', properties: { which: { type: 'string' } }, required: ['which'] },
} as const
const asking =
  (kind: McpKind) =>
  async (_: object, { mcpReq }: ServerContext) => {
    const asked = mcpReq.inputResponses?.q as { content?: { which?: string } } | undefined
    if (kind !== 'modern')
      return done(`you chose ${(await mcpReq.elicitInput(QUESTION as never)).content?.which}`)
    if (asked) return done(`you chose ${asked.content?.which}`)
    return inputRequired({
      inputRequests: { q: { method: 'elicitation/create', params: QUESTION } as never },
      requestState: 'opaque',
    })
  }
const ANSWER = { action: 'accept', content: { which: 'the second' } }
const ELICITATION = { elicitation: { form: {} } }
const OFFERS = { 'io.modelcontextprotocol/clientCapabilities': ELICITATION }

it.each(EACH.filter(([kind]) => kind !== 'stateless'))(
  'a question of the server reaches the person: %s, %s',
  async (kind, era) => {
    await begin(kind, era, ELICITATION)
    server.call = asking(kind)
    call('a', era, era === MODERN ? OFFERS : {})
    if (era === LEGACY) {
      const question = (await wire.heard(
        (message) => 'method' in message && message.method === 'elicitation/create',
      )) as Message & { params: object }
      expect(question.params).toMatchObject({ message: 'Which one?' })
      wire.write(line({ id: question.id, result: ANSWER }))
      expect(textOf(await answerTo('a'))).toBe('you chose the second')
      return
    }
    const { result } = (await answerTo('a')) as { result: Record<string, never> }
    expect(result.resultType).toBe('input_required')
    const [[key, request]] = Object.entries(result.inputRequests as unknown as object) as [
      [string, { params: object }],
    ]
    expect(request.params).toMatchObject({ message: 'Which one?' })
    call('b', era, OFFERS, { inputResponses: { [key]: ANSWER }, requestState: result.requestState })
    expect(textOf(await answerTo('b'))).toBe('you chose the second')
  },
)

it.each(EACH.filter(([kind]) => kind !== 'stateless'))(
  'a host that cannot ask: a tool error, %s, %s',
  async (kind, era) => {
    await begin(kind, era)
    server.call = asking(kind)
    call('a', era)
    const answer = await answerTo('a')
    expect(answer.error ?? answer.result?.isError).toBeTruthy()
  },
)
