import { resolve } from 'node:path'
import type { Bench, NodeUnderTest } from './bench.ts'
import { type Comparison, measure } from './measure.ts'
import { findProgram } from './peers.ts'
import type { Subject } from './process-run.ts'
import type { SuiteResult } from './results.ts'
import { openStartScene, type StartScene } from './start-scene.ts'
import { comparisonTable } from './table.ts'
import { judge, type Target, type Verdict } from './target.ts'

const BINARY = resolve('bin/ls-auth.js')
const FLOORS = resolve('test/bench/floors')

/** How long a command takes from the shell's point of view, against the least that Node could do and against peers. */
export async function start(bench: Bench): Promise<SuiteResult> {
  const scene = await openStartScene()
  if (!scene) return { comparisons: [], verdicts: [], missing: ['a Secret Service'] }
  try {
    const comparisons: Comparison[] = []
    const verdicts: Verdict[] = []
    for (const node of bench.nodes) {
      for (const part of partsFor(node, scene)) {
        const comparison = await measure(
          `${part.title}, ${node.name}`,
          bench.beside(part.subjects),
          part.rounds ?? bench.rounds,
        )
        bench.print('')
        for (const line of comparisonTable(comparison, part.base)) bench.print(line)
        comparisons.push(comparison)
        verdicts.push(...judge(comparison, part.targets))
      }
    }
    const missing = ['gh', 'aws', 'secret-tool', 'curl', 'jq'].filter((name) => !findProgram(name))
    return { comparisons, verdicts, missing: [...missing, 'oidc-token (needs an agent that has signed in)'] }
  } finally {
    await scene.close()
  }
}

interface Part {
  readonly title: string
  readonly subjects: Subject[]
  /** The subject the ratios of the table are to. */
  readonly base: string
  readonly targets: Target[]
  readonly rounds?: number
}

function partsFor(node: NodeUnderTest, scene: StartScene): Part[] {
  const { env, envWithToken, spanId, account, traceUrl } = scene
  const run = (name: string, args: string[], more: Partial<Subject> = {}): Subject => {
    return { name, command: node.path, args: [BINARY, ...args], env, ...more }
  }
  const floor = (name: string, file: string, more: Partial<Subject> = {}): Subject => {
    return { name, command: node.path, args: [`${FLOORS}/${file}`], env, ...more }
  }
  const peer = (program: string, args: string[], more: Partial<Subject> = {}): Subject[] => {
    const command = findProgram(program)
    return command ? [{ name: [program, ...args].slice(0, 3).join(' '), command, args, env, ...more }] : []
  }
  const target = (subject: string, atMost: number, against: string): Target => {
    return { subject, against, figure: 'time', atMost, binding: node.binding }
  }
  const bare: Subject = {
    name: 'node -e 0',
    command: node.path,
    args: ['-e', '0'],
    env,
    silent: true,
  }
  const crowd = { copies: 100 }
  return [
    {
      title: 'start',
      subjects: [bare, run('--version', ['--version']), run('--help', ['--help'])],
      base: 'node -e 0',
      targets: [target('--version', 1.2, 'node -e 0'), target('--help', 1.8, 'node -e 0')],
    },
    {
      title: 'a stored token',
      subjects: [
        floor('floor-token', 'token.mjs'),
        run('token', ['token']),
        run('whoami', ['whoami']),
        ...peer('gh', ['auth', 'token']),
        ...peer('secret-tool', ['lookup', 'service', 'ls-auth', 'account', account]),
        ...peer('aws', ['configure', 'list']),
      ],
      base: 'floor-token',
      targets: [
        target('token', 1.25, 'floor-token'),
        target('token', 1.0, 'gh auth token'),
        target('whoami', 1.3, 'token'),
      ],
    },
    {
      title: 'a token by refresh',
      subjects: [
        floor('floor-refresh', 'refresh.mjs'),
        // As long as a token lives when it comes: every run renews.
        run('token --min-ttl 60m', ['token', '--min-ttl', '60m']),
      ],
      base: 'floor-refresh',
      targets: [target('token --min-ttl 60m', 2.0, 'floor-refresh')],
    },
    {
      title: 'a trace of 100 spans',
      subjects: [
        floor('floor-get', 'get.mjs', { env: envWithToken }),
        run('trace get, LS_AUTH_TOKEN', ['trace', 'get', spanId], { env: envWithToken }),

        ...peer('curl', ['-sf', '-H', 'Authorization: Bearer bench-api-key', traceUrl]).map((one) => ({
          ...one,
          name: 'curl',
        })),
      ],
      base: 'floor-get',
      targets: [target('trace get, LS_AUTH_TOKEN', 1.6, 'floor-get')],
    },
    {
      title: 'jq, as WebAssembly',
      subjects: [
        run('version --json', ['version', '--json']),
        run('version --jq', ['version', '--jq', '.version']),
        ...peer('jq', ['-n', '1']),
      ],
      base: 'version --json',
      targets: [],
    },
    {
      title: '100 at once',
      subjects: [floor('100 floor-token', 'token.mjs', crowd), run('100 token', ['token'], crowd)],
      base: '100 floor-token',
      targets: [target('100 token', 1.3, '100 floor-token')],
    },
  ]
}
