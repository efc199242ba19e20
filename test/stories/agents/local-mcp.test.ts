import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallToolResult, Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Ports } from '../../../src/ports/ports.ts'
import { type McpKind, type McpWorldServer, startMcpServer } from '../../world/mcp-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'
import { filesWith } from '../../world/written-files.ts'

/** "My agent speaks HTTP itself. It should call the server as me, and hold no token." */

let provider: Provider
let server: McpWorldServer
let world: World
let stop: () => void
let ended: Promise<Outcome> | undefined
beforeEach(async () => {
  provider = await startProvider()
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const signalled = new Promise<number>((resolve) => {
    stop = () => resolve(143)
  })
  const signals: Ports['signals'] = {
    shield: (work) => work(),
    ending: () => signalled,
    beforeEnd: () => () => {},
  }
  world.override = { signals }
})
afterEach(async () => {
  stop()
  await ended
  ended = undefined
  await Promise.all([world.close(), server.close(), provider.close()])
})

/** Signs in, starts the proxy, and gives the address that it prints. */
async function begin(kind: McpKind = 'modern', flags = '--mcp'): Promise<string> {
  server = await startMcpServer({ kind, issuer: provider.issuer })
  await world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --scope '${SCOPES}' --api ${server.url}`,
  )
  ended = world.type(`ls-auth proxy --port 0 ${flags}`)
  for (;;) {
    const address = /^LS_AUTH_API=(\S+)$/m.exec(world.printed)?.[1]
    if (address !== undefined) return address
    await Promise.race([sleep(20), ended.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  }
}

async function host(address: string, mode: 'auto' | 'legacy') {
  const client = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(address)))
  return {
    names: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name: string, args = {}) =>
      (await client.callTool({ name, arguments: args })) as CallToolResult,
    close: () => client.close(),
  }
}

const post = async (address: string, message: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(message),
  })
  return { status: answer.status, text: await answer.text() }
}
const record = async () =>
  (await readFile(join(world.stateDirectory, 'audit.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ way }) => way === 'mcp-proxy')

it.each(
  (['modern', 'stateless', 'stateful'] as const).flatMap((kind) =>
    (['auto', 'legacy'] as const).map((mode) => [kind, mode] as const),
  ),
)('a %s server, a client of the era "%s": the same judgement as at mcp --connect', async (kind, mode) => {
  const client = await host(await begin(kind), mode)
  expect(await client.names()).toEqual(['read_it'])
  expect(await client.call('read_it', { text: 'SECRET-ARGUMENT' })).toMatchObject({
    content: [{ type: 'text', text: 'read_it {"text":"SECRET-ARGUMENT"}' }],
  })
  await expect(client.call('write_it')).rejects.toThrow('write_it of 127.0.0.1')
  await client.close()
  expect(server.calls.map(({ name }) => name)).toEqual(['read_it'])
  const lines = await record()
  expect(lines.map(({ path, status }) => [path, status])).toEqual([
    ['read_it', 'ok'],
    ['write_it', 'refused'],
  ])
  expect(filesWith(world.home, /SECRET-ARGUMENT|the tool read_it/)).toEqual([])
})

const call = (id: number, name: string) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
})

it('a refused call is an error with its id, whatever its headers say; a batch is refused', async () => {
  const address = await begin('stateless')
  const refused = await post(address, call(7, 'write_it'), {
    'mcp-name': 'read_it',
    'mcp-method': 'tools/list',
  })
  const error = JSON.parse(/\{.*\}/.exec(refused.text)?.[0] ?? '')
  expect(error).toMatchObject({ jsonrpc: '2.0', id: 7, error: { code: expect.any(Number) } })
  const batch = await post(address, [call(1, 'read_it'), call(2, 'write_it')])
  expect(batch.status).toBe(400)
  expect(JSON.parse(batch.text)).toMatchObject({ id: null, error: { code: -32600 } })
  expect(server.calls).toEqual([])
})

it('the address is the endpoint: nothing else answers, and no page', async () => {
  const address = await begin()
  expect((await post(`${address}/other`, call(1, 'read_it'))).status).toBe(403)
  expect((await post(address.replace(/[^/]+$/, 'wrong'), call(1, 'read_it'))).status).toBe(403)
  expect((await post(address, call(1, 'read_it'), { origin: 'https://evil.example' })).status).toBe(403)
  expect(server.calls).toEqual([])
})

it('--allow-tool lets one more through', async () => {
  const client = await host(await begin('modern', '--mcp --allow-tool write_it'), 'auto')
  expect(await client.names()).toEqual(['read_it', 'write_it'])
  expect(await client.call('write_it')).toMatchObject({ content: [{ text: 'write_it {}' }] })
  await client.close()
})

it('exec --proxy --mcp: the command finds the endpoint in LS_AUTH_API and has no token', async () => {
  await begin()
  const script = join(world.home, 'client.mjs')
  await writeFile(
    script,
    `const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const body = ${JSON.stringify(JSON.stringify(call(3, 'read_it')))}
    const answer = await fetch(process.env.LS_AUTH_API, { method: 'POST', headers, body })
    process.exit((await answer.text()).includes('read_it {}') && !process.env.LS_AUTH_TOKEN ? 0 : 9)`,
  )
  const { exit, stderr } = await world.type(`ls-auth exec --proxy --mcp -- ${process.execPath} ${script}`)
  expect({ exit, stderr }).toMatchObject({ exit: 0 })
  expect(server.calls.map(({ name }) => name)).toEqual(['read_it'])
})

it('--routes grafana: its read routes alone', async () => {
  const address = await begin('modern', '--routes grafana')
  const asked: string[] = []
  server.instead = ({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
    return true
  }
  const ask = async (method: string, path: string) =>
    (await fetch(address + path, { method, ...(method === 'POST' && { body: '{}' }) })).status
  const data = '/api/datasources/proxy/uid/tempo1'
  const open = [
    ...['/api/datasources', '/api/datasources/uid/tempo1', '/api/search', '/api/dashboards/uid/d1'],
    ...[
      `${data}/api/search`,
      `${data}/api/v2/traces/4bf92f3577b34da6a3ce929d0e0e4736`,
      `${data}/api/services`,
    ],
  ]
  for (const path of open) expect([path, await ask('GET', path)]).toEqual([path, 200])
  expect(await ask('POST', '/api/ds/query')).toBe(200)
  const closed = [
    '/api/admin/settings',
    '/api/users',
    `${data}/api/overrides`,
    `${data}/../x`,
    '/api/datasources/1',
  ]
  for (const path of closed) expect([path, await ask('GET', path)]).toEqual([path, 403])
  expect(await ask('POST', '/api/dashboards/db')).toBe(403)
  expect(await ask('DELETE', '/api/datasources/uid/tempo1')).toBe(403)
  expect(asked).toHaveLength(open.length + 1)
})

it.each([
  ['proxy --port 0 --mcp --routes grafana', /--mcp and --routes exclude each other/],
  ['proxy --port 0 --allow-tool x', /--allow-tool is for --mcp/],
  ['proxy --port 0 --mcp --print grafana', /--print grafana is for traces alone/],
])('ls-auth %s is exit 2', async (line, words) => {
  server = await startMcpServer({ kind: 'modern' })
  const { exit, stderr } = await world.type(`ls-auth ${line}`)
  expect(stderr).toMatch(words)
  expect(exit).toBe(2)
})
