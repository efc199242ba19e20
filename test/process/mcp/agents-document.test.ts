import { readFile } from 'node:fs/promises'
import { parse as parseToml } from 'smol-toml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type McpWorldServer, startMcpServer } from '../../world/mcp-server.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { words } from '../../world/world.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'
import { ERAS, initialize, openWire } from './agent.ts'

const DOCUMENT = await readFile(new URL('../../../docs/agents.md', import.meta.url), 'utf8')
const ADDRESS = 'https://mcp.acme.example/mcp'

/** The block of an agent, below its heading. */
const blockOf = (agent: string): string => {
  const block = new RegExp(`^### ${agent}\\n[^#]*?\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``, 'm').exec(DOCUMENT)?.[1]
  if (block === undefined) throw new Error(`docs/agents.md has no block for ${agent}`)
  return block
}
type Entry = { readonly command: string | readonly string[]; readonly args?: readonly string[] }
/** The command line that an entry starts, as that agent reads it. */
const lineOf = ({ command, args = [] }: Entry): readonly string[] => [command].flat().concat(args)
const inJson =
  (agent: string, ...path: readonly string[]) =>
  () => {
    const file = path.reduce((value, key) => value[key], JSON.parse(blockOf(agent)))
    return { traces: lineOf(file.traces), acme: lineOf(file.acme) }
  }
const typed = (name: string) => {
  const line = blockOf('Claude Code')
    .split('\n')
    .find((one) => one.startsWith(`claude mcp add ${name} -- `))
  return words(line ?? '').slice(5)
}
const CODEX = () =>
  (parseToml(blockOf('Codex')) as unknown as { mcp_servers: Record<string, Entry> }).mcp_servers

const AGENTS: Readonly<Record<string, () => Readonly<Record<'traces' | 'acme', readonly string[]>>>> = {
  'Claude Code': () => ({ traces: typed('traces'), acme: typed('acme') }),
  Codex: () => ({ traces: lineOf(CODEX().traces as Entry), acme: lineOf(CODEX().acme as Entry) }),
  'VS Code': inJson('VS Code', 'servers'),
  Cursor: inJson('Cursor', 'mcpServers'),
  'Gemini CLI': inJson('Gemini CLI', 'mcpServers'),
  opencode: inJson('opencode', 'mcp'),
}

let provider: Provider
let machine: Machine
let server: McpWorldServer
beforeAll(async () => {
  provider = await startProvider()
  server = await startMcpServer({ kind: 'stateful', issuer: provider.issuer })
  machine = await openMachine()
  for (const profile of ['acme', 'work']) {
    const own = ['--profile', profile, '--api', server.url, '--scope', SCOPES]
    await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...own])
  }
})
afterAll(() => Promise.all([provider, machine, server].map((one) => one.close())))

it.each(Object.entries(AGENTS))('what docs/agents.md says for %s starts both servers', async (_, linesOf) => {
  const { traces, acme } = linesOf()
  expect(traces.join(' ')).toBe('ls-auth mcp --profile work')
  expect(acme.join(' ')).toBe(`ls-auth mcp --connect ${ADDRESS} --profile acme`)
  for (const [line, tool] of [
    [traces, 'whoami'],
    [acme, 'read_it'],
  ] as const) {
    const wire = openWire(
      machine,
      line.slice(2).map((word) => (word === ADDRESS ? server.url : word)),
    )
    await initialize(wire)
    const { result } = await wire.request('tools/list', ERAS.initialize.params())
    expect(result?.tools).toContainEqual(expect.objectContaining({ name: tool }))
    expect(await wire.close()).toMatchObject({ exit: 0 })
  }
})

it('the helpers of Claude Code and Codex print what these agents read', async () => {
  const added = words(
    blockOf('Claude Code')
      .split('\n')
      .find((line) => line.includes('add-json')) ?? '',
  ).at(-1)
  const claude = JSON.parse(added ?? '')
  const codex = CODEX()['acme-http'] as unknown as Record<string, string>
  expect([claude.type, claude.url, codex.url]).toEqual(['http', ADDRESS, ADDRESS])
  for (const helper of [claude.headersHelper, codex.http_headers_helper]) {
    const { exit, stdout, stderr } = await machine.run(words(helper).slice(1))
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ Authorization: expect.stringMatching(/^Bearer \S+$/) })
  }
})
