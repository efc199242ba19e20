import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type McpKind, type McpWorldServer, startMcpServer, TOOLS } from '../../world/mcp-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { filesWith } from '../../world/written-files.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { AGENTS, type Agent } from './agent.ts'

const KINDS: readonly McpKind[] = ['modern', 'stateless', 'stateful']
const ERAS = ['the official client, 2026-07-28', 'the official client, initialize'] as const

let provider: Provider
let machine: Machine
let server: McpWorldServer
let agent: Agent | undefined
beforeAll(async () => {
  provider = await startProvider()
})
beforeEach(async () => {
  machine = await openMachine()
})
afterEach(async () => {
  await Promise.all([agent?.close(), machine.close(), server.close()])
  agent = undefined
})
afterAll(() => provider.close())

async function begin(
  kind: McpKind,
  era: (typeof ERAS)[number] = ERAS[1],
  flags: readonly string[] = [],
): Promise<Agent> {
  server = await startMcpServer({ kind, issuer: provider.issuer })
  await login()
  agent = await start(era, flags)
  return agent
}
const login = (more: readonly string[] = []) =>
  signIn(machine, [
    ...loginArgs(provider),
    ...fileStore(machine),
    '--api',
    server.url,
    '--scope',
    SCOPES,
    ...more,
  ])
const start = (era: (typeof ERAS)[number], flags: readonly string[] = []) =>
  (AGENTS[era] as NonNullable<(typeof AGENTS)[string]>)(machine, ['--connect', server.url, ...flags])

const record = async () =>
  (await readFile(join(machine.stateDirectory, 'audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ way }) => way === 'mcp-connect')

it.each(KINDS.flatMap((kind) => ERAS.map((era) => [kind, era] as const)))(
  'a %s server and %s: what only reads is listed and called with the token, and nothing else',
  async (kind, era) => {
    const agent = await begin(kind, era)
    expect((await agent.tools()).map(({ name }) => name)).toEqual(['read_it'])
    expect(await agent.call('read_it', { text: 'SECRET-ARGUMENT' })).toEqual({
      text: 'read_it {"text":"SECRET-ARGUMENT"}',
      isError: false,
    })
    const refused = await agent.call('write_it')
    expect(refused.isError).toBe(true)
    expect(refused.text).toContain('--allow-tool write_it')
    await expect(agent.call('no_such_tool')).rejects.toThrow('Unknown tool: no_such_tool')
    expect(server.calls.map(({ name }) => name)).toEqual(['read_it'])
    expect(
      server.requests.every(
        ({ path, headers }) => path === '/mcp' && /^Bearer \S/.test(headers.authorization ?? ''),
      ),
    ).toBe(true)
    const lines = await record()
    expect(lines.map(({ path, status }) => [path, status])).toEqual([
      ['read_it', 'ok'],
      ['write_it', 'refused'],
      ['no_such_tool', 'refused'],
    ])
    expect(lines[0]).toMatchObject({
      way: 'mcp-connect',
      event: 'request',
      method: 'tools/call',
      api: new URL(server.url).origin,
      client: 'test-agent/1.2',
      ms: expect.any(Number),
      traceparent: expect.stringMatching(/^00-/),
    })
    // No argument, result or list of the server is in a file.
    await agent.close()
    expect(filesWith(machine.home, /SECRET-ARGUMENT|the tool read_it/)).toEqual([])
  },
)

it('--allow-tool lets one tool through, --allow-write all', async () => {
  const one = await begin('modern', ERAS[1], ['--allow-tool', 'write_it'])
  expect((await one.tools()).map(({ name }) => name)).toEqual(['read_it', 'write_it'])
  expect(await one.call('write_it')).toMatchObject({ isError: false })
  await one.close()
  const all = await start(ERAS[1], ['--allow-write'])
  agent = all
  expect((await all.tools()).map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name))
  expect(await all.call('says_nothing')).toMatchObject({ isError: false })
})

it.each(ERAS)(
  'not signed in, %s: it starts, a call says what to type, and after the sign-in it works',
  async (era) => {
    server = await startMcpServer({ kind: 'modern', issuer: provider.issuer })
    agent = await start(era)
    const [status] = await agent.tools()
    expect(status?.name).toBe('ls_auth_status')
    for (const tool of ['ls_auth_status', 'read_it']) {
      const answer = await agent.call(tool)
      expect(answer.isError).toBe(true)
      expect(answer.text).toMatch(new RegExp(`^hint: Run: ls-auth login '?${server.url}'?$`, 'm'))
    }
    expect(server.requests).toEqual([])
    await login()
    expect(await agent.call('read_it')).toMatchObject({ isError: false })
    expect(await agent.call('ls_auth_status')).toMatchObject({ isError: false })
    expect((await agent.tools()).map(({ name }) => name)).toEqual(['read_it'])
  },
)

it.each(KINDS)('%s: a 401 renews once and repeats; two in a row are a tool error', async (kind) => {
  const agent = await begin(kind)
  expect(await agent.call('read_it')).toMatchObject({ isError: false })
  const old = server.requests.at(-1)?.headers.authorization
  const before = provider.refreshCount()
  server.distrusts = (_, token) => old === `Bearer ${token}`
  expect(await agent.call('read_it')).toMatchObject({ isError: false })
  expect(provider.refreshCount()).toBe(before + 1)
  server.distrusts = () => true
  const refused = await agent.call('read_it')
  expect(refused.isError).toBe(true)
  expect(refused.text).toContain('did not accept the token (HTTP 401)')
  expect(refused.text).toContain('ls-auth login')
  expect((await record()).map(({ status }) => status)).toEqual(['ok', 'ok', 'error'])
})

it('a scope that the token lacks is a tool error with the command to type', async () => {
  const agent = await begin('modern')
  server.scope = 'traces:write'
  const answer = await agent.call('read_it')
  expect(answer.isError).toBe(true)
  expect(answer.text).toMatch(
    /The token lacks the scope traces:write\. Sign in with it: ls-auth login --scope\s+traces:write/,
  )
})

it.each(KINDS)('%s: a server that is started anew answers the next call', async (kind) => {
  const agent = await begin(kind)
  expect(await agent.call('read_it')).toMatchObject({ isError: false })
  await server.close()
  server = await startMcpServer({ kind, issuer: provider.issuer, port: Number(new URL(server.url).port) })
  expect(await agent.call('read_it')).toMatchObject({ isError: false })
})

it('another address than that of the profile is refused, before anything is sent', async () => {
  server = await startMcpServer({ kind: 'modern', issuer: provider.issuer })
  await login()
  for (const url of [`${server.url}/other`, new URL('/', server.url).href, 'https://mcp.other.example/mcp']) {
    const ended = await machine.run(['mcp', '--connect', url])
    expect(ended.exit).toBe(10)
    expect(ended.stderr).toContain('error: the profile default is not for')
  }
  expect(server.requests).toEqual([])
})

it.each(['https://evil.example/mcp', '/elsewhere'])('no redirect is followed: %s', async (location) => {
  const agent = await begin('modern')
  server.instead = (_, response) => {
    response.writeHead(307, { location }).end()
    return true
  }
  const answer = await agent.call('read_it')
  expect(answer.isError).toBe(true)
  expect(answer.text).toContain('redirects to another page')
  expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(['/mcp']))
})

it('--max-calls and --max-bytes: what is over is cut off and said so, then no call is answered', async () => {
  const agent = await begin('modern', ERAS[1], ['--max-calls', '3', '--max-bytes', '2kB'])
  server.call = async () => ({ content: [{ type: 'text', text: 'x'.repeat(1500) }] })
  expect((await agent.call('read_it')).text).toHaveLength(1500)
  const cut = await agent.call('read_it')
  expect(cut.isError).toBe(false)
  expect(cut.text.length).toBeLessThan(500)
  const over = await agent.call('read_it')
  expect(over).toMatchObject({
    isError: true,
    text: expect.stringContaining('the budget of 2000 bytes is spent'),
  })
  expect(server.calls).toHaveLength(2)
})

it('the token is masked where the server sends it back', async () => {
  const agent = await begin('modern')
  server.call = async (_, { http }) => ({
    content: [{ type: 'text', text: `you sent ${http?.req?.headers.get('authorization')}` }],
  })
  expect((await agent.call('read_it')).text).toMatch(/^you sent Bearer x+$/)
})

const json = { 'content-type': 'application/json' }
const stream = { 'content-type': 'text/event-stream' }
const resultOf = (response: ServerResponse, id: unknown, result: object) =>
  response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id, result }))

/** A server that no word of another must lead to. */
let elsewhere: McpWorldServer
beforeAll(async () => {
  elsewhere = await startMcpServer({ kind: 'modern' })
})
afterAll(() => elsewhere.close())
/** No request went elsewhere or had a cookie, and the sign-in is kept. */
async function expectNothingLost(): Promise<void> {
  expect(elsewhere.requests).toEqual([])
  expect(server.requests.filter(({ path, headers }) => path !== '/mcp' || headers.cookie)).toEqual([])
  expect(provider.grantsRevoked()).toBe(0)
  expect((await machine.run(['token'])).exit).toBe(0)
}
const readIt = { ...TOOLS[0], inputSchema: { type: 'object' } }
const MODERN = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
const lists =
  (...tools: unknown[]) =>
  (response: ServerResponse, id: unknown) =>
    resultOf(response, id, { ...MODERN, tools })

/** What a server may say of its tools, the names that are listed then, and what the caller of `read_it` hears. */
const LISTS: readonly (readonly [
  lie: string,
  answer: (response: ServerResponse, id: unknown) => void,
  listed: readonly string[],
  told: RegExp,
])[] = [
  [
    'a web page',
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>SECRET-WORDS'),
    ['ls_auth_status'],
    /web page/,
  ],
  [
    'a redirect to another server',
    (response) => response.writeHead(307, { location: elsewhere.url }).end(),
    ['ls_auth_status'],
    /redirects to another page/,
  ],
  [
    'a list of 17 MB',
    (response, id) => lists({ ...readIt, description: 'x'.repeat(17 << 20) })(response, id),
    ['ls_auth_status'],
    /more than \d+ bytes/,
  ],
  ['no list', (response, id) => resultOf(response, id, MODERN), [], /Unknown tool/],
  [
    'a list that is a text',
    (response, id) => resultOf(response, id, { ...MODERN, tools: 'read_it' }),
    [],
    /Unknown tool/,
  ],
  ['tools that are none', lists(7, null, 'read_it', ['read_it']), [], /Unknown tool/],
  ['another tool alone', lists({ ...readIt, name: 'other' }), ['other'], /Unknown tool/],
  [
    'the same name twice, one of them writes',
    lists(readIt, { ...readIt, annotations: {} }),
    [],
    /--allow-tool read_it/,
  ],
  [
    'the hint as a text',
    lists({ ...readIt, annotations: { readOnlyHint: 'true' } }),
    [],
    /--allow-tool read_it/,
  ],
  ['no annotations', lists({ ...readIt, annotations: undefined }), [], /--allow-tool read_it/],
  [
    'a tool that read a moment ago',
    lists({ ...readIt, annotations: { readOnlyHint: false } }),
    [],
    /--allow-tool read_it/,
  ],
  [
    'a name that clears the screen',
    lists({ ...readIt, name: '\u001b[2Jread' }),
    ['__2Jread'],
    /Unknown tool/,
  ],
  [
    'pages without an end',
    (response, id) =>
      resultOf(response, id, {
        ...{ tools: [{ ...readIt, name: 'other' }], nextCursor: String(Math.random()) },
        ...MODERN,
      }),
    ['other'],
    /Unknown tool/,
  ],
]

it.each(['modern', 'stateless'] as const)(
  '%s: whatever a server says of its tools, no other is called, and then the truth is taken',
  async (kind) => {
    expect(ANSWERS.length + LISTS.length).toBeGreaterThanOrEqual(30)
    const agent = await begin(kind)
    // The kit takes no part of a list of the new revision where one tool has another shape.
    const isNone = (names: readonly string[]) => kind === 'modern' && names.join() === 'ls_auth_status'
    for (const [lie, answer, listed, told] of LISTS) {
      server.instead = (_, response, message) => {
        const { method, id } = (message ?? {}) as { method?: string; id?: unknown }
        if (method !== 'tools/list') return false
        answer(response, id)
        return true
      }
      const before = server.requests.length
      const names = (await agent.tools()).map(({ name }) => name)
      if (!isNone(names)) expect([lie, names]).toEqual([lie, listed])
      const heard = await agent
        .call('read_it')
        .catch((error: Error) => ({ isError: true, text: error.message }))
      const words = isNone(names) ? new RegExp(`${told.source}|does not speak`) : told
      expect([lie, heard.isError, heard.text]).toEqual([lie, true, expect.stringMatching(words)])
      expect(heard.text).not.toContain('SECRET-WORDS')
      expect(server.requests.length - before).toBeLessThan(70)
      server.instead = () => false
      expect(server.calls).toEqual([])
      expect([lie, (await agent.tools()).map(({ name }) => name)]).toEqual([lie, ['read_it']])
    }
    expect(await agent.call('read_it')).toMatchObject({ isError: false })
    await expectNothingLost()
  },
  120_000,
)

/** What a server may answer to a call, and what its caller hears. */
const ANSWERS: readonly (readonly [
  lie: string,
  answer: (response: ServerResponse, id: unknown) => void,
  told: RegExp,
])[] = [
  [
    'a web page',
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in'),
    /web page/,
  ],
  [
    'a failure with a cookie',
    (response) => response.writeHead(500, { 'set-cookie': 'a=b; Path=/' }).end('<b>SECRET-WORDS'),
    /HTTP 500/,
  ],
  ['too many requests', (response) => response.writeHead(429, { 'retry-after': '7' }).end(), /HTTP 429/],
  ['forbidden', (response) => response.writeHead(403).end('{}'), /HTTP 403/],
  ['no such method', (response) => response.writeHead(405).end(), /HTTP 405|does not/],
  ['no JSON', (response) => response.writeHead(200, json).end('{"jsonrpc": SECRET-WORDS'), /does not speak/],
  [
    'another type',
    (response) => response.writeHead(200, { 'content-type': 'image/png' }).end('x'),
    /does not speak/,
  ],
  ['nothing', (response) => response.writeHead(200, json).end(), /does not speak/],
  [
    'the answer to another call',
    (response) =>
      response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id: 'other', result: {} })),
    /ended before its answer/,
  ],
  [
    'a result that is none',
    (response, id) =>
      response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '2.0', id, result: { content: 7 } })),
    /does not speak/,
  ],
  [
    'a stream without an answer',
    (response) => response.writeHead(200, stream).end(': hello\n\n'),
    /ended before its answer/,
  ],
  ['a connection that breaks', (response) => response.destroy(), /ended|network|closed/],
  [
    'a line without an end',
    (response) => {
      response.writeHead(200, stream)
      const more = () =>
        void (response.destroyed || response.write('x'.repeat(1 << 20), () => setImmediate(more)))
      more()
    },
    /ended before its answer|more than \d+ bytes/,
  ],
  [
    'a result of 17 MB',
    (response, id) => resultOf(response, id, { content: [{ type: 'text', text: 'x'.repeat(17 << 20) }] }),
    /more than \d+ bytes/,
  ],
  [
    'a nest',
    (response, id) =>
      response
        .writeHead(200, json)
        .end(
          `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[],"structuredContent":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`,
        ),
    /./,
  ],
  [
    'a list of content without a type',
    (response, id) => resultOf(response, id, { content: [{ text: 'SECRET-WORDS' }] }),
    /does not speak/,
  ],
  [
    'another version of JSON-RPC',
    (response, id) =>
      response.writeHead(200, json).end(JSON.stringify({ jsonrpc: '1.0', id, result: { content: [] } })),
    /does not speak/,
  ],
  ['no such session', (response) => response.writeHead(404, json).end('{}'), /HTTP 404/],
  ['taken, without an answer', (response) => response.writeHead(202).end(), /ended before its answer/],
  [
    'a redirect to another server',
    (response) => response.writeHead(308, { location: `${elsewhere.url}` }).end(),
    /redirects to another page/,
  ],
  [
    'a 401 that names the authorization server of others',
    (response) =>
      response
        .writeHead(401, { 'www-authenticate': `Bearer resource_metadata="${elsewhere.url}"` })
        .end('{}'),
    /did not accept the token \(HTTP 401\)/,
  ],
  [
    'a scope with a command in it',
    (response) =>
      response
        .writeHead(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="a$(reboot)"' })
        .end(),
    /Sign in with the scope a\$\(reboot\) \(login --scope\)/,
  ],
  [
    'a question of a model in place of an answer',
    (response) =>
      response
        .writeHead(200, stream)
        .end(
          `data: ${JSON.stringify({ jsonrpc: '2.0', id: 'q', method: 'sampling/createMessage', params: { messages: [], maxTokens: 9 } })}\n\n`,
        ),
    /ended before its answer/,
  ],
  [
    'an encoding that nobody asked for',
    (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('x'),
    /answered in an encoding/,
  ],
]

it('whatever a server answers to a call is a tool error without its words, and the next call works', async () => {
  const agent = await begin('modern')
  for (const [lie, answer, told] of ANSWERS) {
    server.instead = (_, response, message) => {
      const { method, id } = (message ?? {}) as { method?: string; id?: unknown }
      if (method !== 'tools/call') return false
      answer(response, id)
      return true
    }
    const heard = await agent.call('read_it')
    expect([lie, heard.isError, heard.text]).toEqual([lie, true, expect.stringMatching(told)])
    expect(heard.text).not.toContain('SECRET-WORDS')
    server.instead = () => false
    expect([lie, await agent.call('read_it')]).toMatchObject([lie, { isError: false }])
  }
  await expectNothingLost()
}, 120_000)
