import { resolve } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { fileStore, loginArgs, signIn } from '../process/sign-in.ts'
import { openMachine } from '../world/machine.ts'
import { type McpKind, startMcpServer } from '../world/mcp-server.ts'
import { startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'
import type { NodeUnderTest } from './bench.ts'
import type { Figures } from './results.ts'
import type { Verdict } from './target.ts'

const CALLS = 500
const WARM_UP = 50
/** Milliseconds that a call may take longer, at the median. */
const MOST_ADDED = 3
const KINDS: readonly McpKind[] = ['modern', 'stateless', 'stateful']
const CLIENT = { name: 'bench', version: '1' }
const AUTO = { versionNegotiation: { mode: 'auto' } } as const

/**
 * What `mcp --connect` adds to a call: the official client asks the same server itself and through the bridge, by turns. Throws
 * on an answer that is none: an error is never a time.
 */
export async function addedByConnect(
  node: NodeUnderTest,
): Promise<{ figures: Figures[]; verdicts: Verdict[] }> {
  const [figures, verdicts]: [Figures[], Verdict[]] = [[], []]
  const provider = await startProvider({ accessTokenSeconds: 3600 })
  for (const kind of KINDS) {
    const server = await startMcpServer({ kind, issuer: provider.issuer })
    const machine = await openMachine({ program: [node.path, resolve('bin/ls-auth.js')] })
    const clients = [new Client(CLIENT, AUTO), new Client(CLIENT, AUTO)] as const
    try {
      const api = ['--api', server.url, '--scope', SCOPES]
      await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...api])
      const headers = { Authorization: `Bearer ${(await machine.run(['token'])).stdout.trim()}` }
      await clients[0].connect(
        new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } }),
      )
      const args = [resolve('bin/ls-auth.js'), 'mcp', '--connect', server.url, '--max-calls', '9999']
      const env = machine.env as Record<string, string>
      await clients[1].connect(new StdioClientTransport({ command: node.path, args, env, stderr: 'ignore' }))
      const times: [number[], number[]] = [[], []]
      for (let i = -WARM_UP; i < CALLS; i += 1)
        for (const [who, client] of clients.entries()) {
          const began = performance.now()
          const { isError } = await client.callTool({ name: 'read_it', arguments: { text: 'a' } })
          if (i >= 0) times[who as 0 | 1].push(performance.now() - began)
          if (isError) throw new Error(`${kind}: a call has failed`)
        }
      const [direct, through] = times.map((one) => one.sort((a, b) => a - b)[CALLS / 2] as number) as [
        number,
        number,
      ]
      const title = `a call of a tool, ${kind} server, ${node.name}`
      const added = Math.round((through - direct) * 100) / 100
      figures.push({ title, unit: 'ms', values: { direct, 'mcp --connect': through, added } })
      verdicts.push({
        ...{ title, subject: 'mcp --connect', against: 'the official client', figure: 'added ms' },
        ...{ atMost: MOST_ADDED, binding: node.binding, ratio: added, met: added <= MOST_ADDED },
      })
    } finally {
      await Promise.all(clients.map((client) => client.close()))
      await Promise.all([machine.close(), server.close()])
    }
  }
  await provider.close()
  return { figures, verdicts }
}
