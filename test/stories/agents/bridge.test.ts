import { PassThrough } from 'node:stream'
import { type CallToolResult, Client } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type McpWorldServer, startMcpServer } from '../../world/mcp-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'

/** "My agent starts `ls-auth mcp --connect`. What does it hear?" */

let provider: Provider
let server: McpWorldServer
let world: World
let leave: () => Promise<Outcome | undefined>
beforeEach(async () => {
  provider = await startProvider()
  server = await startMcpServer({ kind: 'modern', issuer: provider.issuer })
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  leave = async () => undefined
})
afterEach(async () => {
  await leave()
  await Promise.all([world.close(), server.close(), provider.close()])
})

const login = (flags = `--api ${server.url}`) =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --scope '${SCOPES}' ${flags}`,
  )

/** The program in this process, and the official client as its host. */
async function connect(flags = '') {
  const [input, output] = [new PassThrough(), new PassThrough()]
  world.streams = { input, output }
  const ended = world.type(`ls-auth mcp --connect ${server.url} ${flags}`)
  const transport: Parameters<Client['connect']>[0] = {
    async start() {
      let text = ''
      output.setEncoding('utf8').on('data', (more: string) => {
        const lines = (text + more).split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) transport.onmessage?.(JSON.parse(line))
      })
    },
    send: async (message) => void input.write(`${JSON.stringify(message)}\n`),
    close: async () => transport.onclose?.(),
  }
  const client = new Client({ name: 'host', version: '1' })
  leave = async () => {
    leave = async () => undefined
    input.end()
    const outcome = await ended
    await client.close()
    return outcome
  }
  const begun = client.connect(transport).then(() => undefined)
  const early = await Promise.race([begun, ended])
  if (early !== undefined) throw new Error(`ended: ${early.stderr}`)
  return {
    names: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name: string, args = {}) {
      const { content, isError = false } = (await client.callTool({
        name,
        arguments: args,
      })) as CallToolResult
      return { text: content.map((one) => ('text' in one ? one.text : '')).join('\n'), isError }
    },
  }
}

it('a profile that is not made yet: the one tool names the command, and after it the next call works', async () => {
  const host = await connect('--profile acme')
  expect(await host.names()).toEqual(['ls_auth_status'])
  const told = await host.call('ls_auth_status')
  expect(told.isError).toBe(true)
  expect(told.text).toMatch(new RegExp(`^hint: Run: ls-auth login ${server.url} --profile acme$`, 'm'))
  expect(server.requests).toEqual([])
  expect((await login(`--profile acme --api ${server.url}`)).exit).toBe(0)
  expect(await host.call('read_it', { text: 'a' })).toEqual({ text: 'read_it {"text":"a"}', isError: false })
  expect((await leave())?.exit).toBe(0)
})

it('a profile that gets another address is refused from the next second on', async () => {
  await login(`--profile acme --api ${server.url}`)
  const host = await connect('--profile acme')
  expect((await host.call('read_it')).isError).toBe(false)
  expect((await world.type('ls-auth profile set --profile acme api https://other.example')).exit).toBe(0)
  world.clockOffset += 1000
  await expect(host.call('read_it')).rejects.toThrow('the profile acme is not for http')
})

it('a missing scope is answered with the whole command, odd names in quotes', async () => {
  await login(`--profile acme --api ${server.url}`)
  const host = await connect('--profile acme')
  server.scope = 'traces:*'
  expect((await host.call('read_it')).text).toContain("ls-auth login --profile acme --scope 'traces:*'")
  server.scope = 'a$(reboot)'
  const odd = (await host.call('read_it')).text
  expect(odd).toContain('Sign in with the scope a$(reboot) (login --scope).')
  expect(odd).not.toContain('ls-auth login --profile acme --scope')
})

it('the words of a redirect and of a web page speak of the server', async () => {
  await login()
  const host = await connect()
  expect(await host.names()).toEqual(['read_it'])
  for (const [status, words] of [
    [307, 'redirects to another page instead of an answer of the MCP server'],
    [200, 'answered with a web page instead of an answer of the MCP server'],
  ] as const) {
    server.instead = (_, response) => {
      response.writeHead(status, { location: 'https://evil.example/', 'content-type': 'text/html' }).end()
      return true
    }
    const { text, isError } = await host.call('read_it')
    expect(text).toContain(words)
    expect(text).not.toMatch(/trace API|instead of traces/)
    expect(isError).toBe(true)
  }
})

it('an address with a password or a query is exit 2 and never repeated', async () => {
  await login()
  for (const address of ['https://user:PASSWORD@mcp.acme.example/mcp', `${server.url}?key=PASSWORD`]) {
    const { exit, stdout, stderr } = await world.type(`ls-auth mcp --connect ${address}`)
    expect(exit).toBe(2)
    expect(stdout + stderr).not.toContain('PASSWORD')
  }
  expect(server.requests).toEqual([])
})

it('a hint with an address keeps all of it, also with --profile', async () => {
  await login(`--profile other --api ${new URL('/', server.url).href}`)
  const { exit, stderr } = await world.type(`ls-auth mcp --connect ${server.url} --profile other`)
  expect(exit).toBe(10)
  expect(stderr).toContain(`ls-auth login ${server.url} --profile NAME`)
  const bare = await world.type(`ls-auth mcp --connect ${server.url}x --profile other`)
  expect(bare.stderr).toContain(`ls-auth login ${server.url}x --profile NAME`)
})

it('the resource of the profile is an address of its own; one of another origin is not', async () => {
  await login(`--api ${new URL('/', server.url).href} --resource ${server.url}`)
  const host = await connect()
  expect(await host.names()).toEqual(['read_it'])
  expect(await host.call('read_it')).toMatchObject({ isError: false })
  expect(new Set(server.requests.map(({ path }) => path))).toEqual(new Set(['/mcp']))
  await leave()
  await world.editConfig((text) => text.replace(server.url, 'https://mcp.other.example/mcp'))
  expect((await world.type('ls-auth mcp --connect https://mcp.other.example/mcp')).exit).toBe(10)
})

it('LS_AUTH_TOKEN goes to the API that LS_AUTH_API names beside it, whatever --api says', async () => {
  world.variables.LS_AUTH_TOKEN = 'token-of-a-job-0123456789'
  world.variables.LS_AUTH_API = 'https://traces.acme.example'
  for (const command of ['services', 'api /', 'exec -- true', 'proxy --port 0']) {
    const { exit, stderr } = await world.type(
      `ls-auth ${command.replace(/^\w+/, (word) => `${word} --api ${server.url} --backend tempo`)}`,
    )
    expect([command, stderr]).toEqual([command, expect.stringContaining('LS_AUTH_TOKEN is not for')])
    expect([command, exit]).toEqual([command, command.startsWith('exec') ? 125 : 10])
  }
  expect(server.requests).toEqual([])
})
