import { mkdir, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'
import type { Bench, NodeUnderTest } from './bench.ts'
import { addedByConnect } from './mcp-connect.ts'
import { type Comparison, measure } from './measure.ts'
import type { Subject } from './process-run.ts'
import type { Figures, SuiteResult } from './results.ts'
import { openStartScene, type StartScene } from './start-scene.ts'
import { comparisonTable } from './table.ts'
import { judge, type Target, type Verdict } from './target.ts'

const BINARY = resolve('bin/ls-auth.js')
const FLOOR = resolve('.build/floors/mcp-start.cjs')
const CLIENT = { name: 'bench', version: '1' }

/**
 * What `--connect` adds to a call; then the first answer of a server, from the start of its process to its end, beside the
 * command and a bare server of the kit.
 */
export async function mcp(bench: Bench): Promise<SuiteResult> {
  const figures: Figures[] = []
  const verdicts: Verdict[] = []
  for (const node of bench.nodes) {
    const added = await addedByConnect(node)
    for (const { title, values } of added.figures) {
      const parts = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(2)} ms`)
      bench.print(`${title}: ${parts.join(', ')} at the median`)
    }
    figures.push(...added.figures)
    verdicts.push(...added.verdicts)
  }
  const scene = await openStartScene()
  if (!scene) return { comparisons: [], figures, verdicts, missing: ['a Secret Service'] }
  try {
    await bundleFloor()
    const comparisons: Comparison[] = []
    for (const node of bench.nodes) {
      for (const [era, talk] of Object.entries(ERAS)) {
        const title = `first answer, ${era}, ${node.name}`
        const comparison = await measure(title, bench.beside(subjects(node, scene, talk)), bench.rounds)
        bench.print('')
        for (const line of comparisonTable(comparison, BARE.call)) bench.print(line)
        comparisons.push(comparison)
        verdicts.push(...judge(comparison, targets(node)))
      }
    }
    return { comparisons, figures, verdicts, missing: [] }
  } finally {
    await scene.close()
  }
}

/** What a client writes up to the first answer that it wants. */
interface Talk {
  /** The list of tools: the first thing that each client asks for. */
  readonly list: string
  /** A call of the tool `whoami`. */
  readonly call: string
}

const line = (method: string, params: object, id?: number): string =>
  `${JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params })}\n`

const HANDSHAKE =
  line('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: CLIENT }, 1) +
  line('notifications/initialized', {})
const ENVELOPE = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  },
}
const CALL = { name: 'whoami', arguments: {} }

/** By the revision of the protocol. */
const ERAS: Readonly<Record<string, Talk>> = {
  initialize: {
    list: HANDSHAKE + line('tools/list', {}, 2),
    call: HANDSHAKE + line('tools/call', CALL, 2),
  },
  '2026-07-28': {
    list: line('tools/list', ENVELOPE, 2),
    call: line('tools/call', { ...CALL, ...ENVELOPE }, 2),
  },
}

const BARE = { list: 'bare server: tools/list', call: 'bare server: a call' }
const OURS = {
  list: 'mcp: tools/list',
  call: 'mcp: whoami, LS_AUTH_TOKEN',
  keychain: 'mcp: whoami, keychain',
}

function subjects(node: NodeUnderTest, { env, envWithToken }: StartScene, { list, call }: Talk): Subject[] {
  const run = (name: string, args: string[], more: Partial<Subject> = {}): Subject => {
    return { name, command: node.path, args, env, ...more }
  }
  return [
    run(BARE.list, [FLOOR], { stdin: list }),
    run(OURS.list, [BINARY, 'mcp'], { stdin: list }),
    run(BARE.call, [FLOOR], { stdin: call }),
    run(OURS.call, [BINARY, 'mcp'], { stdin: call, env: envWithToken }),
    run(OURS.keychain, [BINARY, 'mcp'], { stdin: call }),
    run('whoami', [BINARY, 'whoami']),
  ]
}

/** The first answer is the list of tools. A call is only reported: the tool of the bare server does nothing. */
function targets(node: NodeUnderTest): Target[] {
  const target = (subject: string, against: string, binding: boolean): Target => {
    return { subject, against, figure: 'time', atMost: 1.3, binding: binding && node.binding }
  }
  return [
    target(OURS.list, BARE.list, true),
    target(OURS.call, BARE.call, false),
    target(OURS.keychain, BARE.call, false),
  ]
}

/** The same way as the program: one minified CommonJS file, and Node's compile cache. */
async function bundleFloor(): Promise<void> {
  const bundle = await rolldown({
    input: 'test/bench/floors/mcp-server.mjs',
    platform: 'node',
    transform: { target: 'node20.19' },
  })
  await bundle.write({
    file: '.build/floors/mcp-server.cjs',
    format: 'cjs',
    minify: true,
    codeSplitting: false,
  })
  await mkdir('.build/floors', { recursive: true })
  await writeFile(
    FLOOR,
    "require('node:module').enableCompileCache?.(__dirname + '/cache')\nrequire('./mcp-server.cjs')\n",
  )
}
