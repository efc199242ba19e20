import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Bench, NodeUnderTest } from './bench.ts'
import { type Comparison, measure } from './measure.ts'
import { findProgram } from './peers.ts'
import type { Subject } from './process-run.ts'
import type { SuiteResult } from './results.ts'
import { comparisonTable } from './table.ts'
import { judge, type Target, type Verdict } from './target.ts'
import { JSON_FORMATS, type JsonFormat, type TraceInputs, writeTraceInputs } from './trace-inputs.ts'

const BINARY = resolve('bin/ls-auth.js')

/** What `jq` is asked for: the least it can do with a document, and it has to read all of it. */
const LEAST = '.|length'

/** Runs over 200 traces take seconds each. */
const MOST_ROUNDS = 5

/** What was measured; each verdict is about one of these. */
interface Measured {
  readonly small: Readonly<Record<JsonFormat, Comparison>>
  readonly large: Readonly<Record<JsonFormat, Comparison>>
  readonly many: Comparison
  readonly sides: Comparison
}

/**
 * `trace get FILE` drawing a whole waterfall, and `trace why`, `breakdown` and `diff` over 200 traces, against
 * `jq '.|length'` on the same bytes, all to a pipe. The files are made anew, the same ones each time, and removed.
 */
export async function traces(bench: Bench): Promise<SuiteResult> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
  try {
    bench.print('writing traces of 10,000 to 1,000,000 spans, 1.2 GB, into a temporary folder ...')
    return await compareAll(bench, await writeTraceInputs(directory), await signedInHome(directory))
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** As after a sign-in, which makes the state directory: Node's compile cache lies in it. */
async function signedInHome(directory: string): Promise<NodeJS.ProcessEnv> {
  await mkdir(join(directory, 'state', 'ls-auth'), { recursive: true, mode: 0o700 })
  return { ...process.env, XDG_STATE_HOME: join(directory, 'state'), XDG_CONFIG_HOME: directory }
}

async function compareAll(bench: Bench, files: TraceInputs, env: NodeJS.ProcessEnv): Promise<SuiteResult> {
  const { nodes, rounds, print, beside } = bench
  const jq = findProgram('jq')
  const rival = (...read: string[]): Subject[] =>
    jq ? [{ name: 'jq', command: jq, args: [LEAST, ...read] }] : []
  const ours = (words: string, ...args: string[]): Subject[] =>
    nodes.map((node) => ({ name: nameOf(words, node), command: node.path, args: [BINARY, ...args], env }))
  const get = (file: string, words = GET) => ours(words, 'trace', 'get', file)
  const run: Run = async (title, subjects, times = rounds) => {
    const comparison = await measure(title, beside(subjects), times)
    print('')
    for (const line of comparisonTable(comparison, 'jq')) print(line)
    return comparison
  }
  const ofFormat = (size: string, paths: TraceInputs['tenThousand']) => (format: JsonFormat) => {
    const isBesideProtobuf = paths === files.hundredThousand && format === 'OTLP/JSON'
    const protobuf = isBesideProtobuf ? get(files.hundredThousandProtobuf, PROTOBUF) : []
    return run(`${size}, ${format}`, [...rival(paths[format]), ...get(paths[format]), ...protobuf])
  }
  const small = await eachFormat(ofFormat('10,000 spans', files.tenThousand))
  const large = await eachFormat(ofFormat('100,000 spans', files.hundredThousand))
  const { many, sides } = await compareMany(run, rival, ours, files, Math.min(rounds, MOST_ROUNDS))
  // These have nothing to be compared with: that they end is the point.
  const chain = await run('a chain of 80,000', get(files.chain), 1)
  const million = await run('1,000,000 spans', get(files.million, PROTOBUF), 1)
  return {
    comparisons: [...Object.values(small), ...Object.values(large), many, sides, chain, million],
    verdicts: nodes.flatMap((node) => verdictsFor(node, { small, large, many, sides })),
    missing: jq ? [] : ['jq'],
  }
}

type Run = (title: string, subjects: readonly Subject[], times?: number) => Promise<Comparison>
type Rival = (...read: string[]) => Subject[]
type Ours = (words: string, ...args: string[]) => Subject[]

async function eachFormat(
  measured: (format: JsonFormat) => Promise<Comparison>,
): Promise<Record<JsonFormat, Comparison>> {
  const found: Partial<Record<JsonFormat, Comparison>> = {}
  for (const format of JSON_FORMATS) found[format] = await measured(format)
  return found as Record<JsonFormat, Comparison>
}

/** Commands that read many traces. `jq` reads each file once. */
async function compareMany(
  run: Run,
  rival: Rival,
  ours: Ours,
  { twoHundred, before, after }: TraceInputs,
  rounds: number,
): Promise<Pick<Measured, 'many' | 'sides'>> {
  const why = ours(WHY, 'trace', 'why', '--error', '--file', twoHundred)
  const breakdown = ours(BREAKDOWN, 'trace', 'breakdown', '--file', twoHundred)
  // Without a limit it takes twenty a side.
  const side = (file: string) => `file=${file} limit=100`
  const diff = ours(DIFF, 'trace', 'diff', '--a', side(before), '--b', side(after))
  return {
    many: await run('200 traces of 1,000 spans', [...rival(twoHundred), ...why, ...breakdown], rounds),
    sides: await run('100 traces against 100', [...rival(before, after), ...diff], rounds),
  }
}

const GET = 'trace get'
const PROTOBUF = 'trace get, protobuf'
const WHY = 'trace why'
const BREAKDOWN = 'trace breakdown'
const DIFF = 'trace diff'

/** How long drawing a trace of 10,000 and of 100,000 spans may take, beside `jq`. */
const MOST_TIME: { readonly [Format in JsonFormat]?: { readonly small: number; readonly large: number } } = {
  'OTLP/JSON': { small: 1, large: 0.6 },
  Jaeger: { small: 1.3, large: 0.9 },
}
const timeOf = (format: JsonFormat) => MOST_TIME[format] ?? { small: 1, large: 1 }

const nameOf = (words: string, node: NodeUnderTest) => `${words}, ${node.name}`

function verdictsFor(node: NodeUnderTest, { small, large, many, sides }: Measured): Verdict[] {
  const target = (words: string, figure: Target['figure'], atMost: number, against = 'jq'): Target => {
    return { subject: nameOf(words, node), against, figure, atMost, binding: node.binding }
  }
  // Of the other formats it is only reported: their readers are short, not fast.
  const ofFormat = (format: JsonFormat, targets: readonly Target[]) =>
    targets.map((one) => ({ ...one, binding: one.binding && format in MOST_TIME }))
  const beside = (words: string) => [target(words, 'time', 1), target(words, 'memory', 1)]
  return [
    ...JSON_FORMATS.flatMap((format) =>
      judge(small[format], ofFormat(format, [target(GET, 'time', timeOf(format).small)])),
    ),
    ...JSON_FORMATS.flatMap((format) =>
      judge(
        large[format],
        ofFormat(format, [target(GET, 'time', timeOf(format).large), target(GET, 'memory', 0.7)]),
      ),
    ),
    ...judge(large['OTLP/JSON'], [
      target(PROTOBUF, 'time', timeOf('OTLP/JSON').large),
      target(PROTOBUF, 'memory', 0.7),
    ]),
    ...JSON_FORMATS.flatMap((format) =>
      judge(large[format], [target(GET, 'time', 11, nameOf(GET, node))], small[format]),
    ),
    ...judge(many, [...beside(WHY), ...beside(BREAKDOWN)]),
    ...judge(sides, beside(DIFF)),
  ]
}
