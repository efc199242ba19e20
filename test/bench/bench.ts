import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Subject } from './process-run.ts'
import { keepResult, machineLine, type SuiteResult } from './results.ts'
import { verdictTable } from './table.ts'

/** A Node the program is measured under. Targets bind on the newest given. */
export interface NodeUnderTest {
  readonly path: string
  /** `Node 24`, as in the names of subjects. */
  readonly name: string
  readonly binding: boolean
}

/** What a suite is given: the Nodes, how often, and where its tables go. */
export interface Bench {
  readonly nodes: readonly NodeUnderTest[]
  readonly rounds: number
  readonly print: (line: string) => void
  /** The subjects, each of ours with the same command of the other checkout behind it, where one is named. */
  readonly beside: (subjects: readonly Subject[]) => readonly Subject[]
}

/**
 * `npm run bench [-- SUITE...] [--rounds N] [--node PATH]... [--beside CHECKOUT] [--keep]`: whole processes, side by
 * side. Each `--node` is one more Node to measure under, instead of the one that runs this. `--beside` names another
 * checkout, built, whose commands run in the same rounds. With `--keep` results.json is written anew. A target that is not met is said and no failure: machines differ. A run that failed is one.
 */
const SUITES: Readonly<Record<string, () => Promise<(bench: Bench) => Promise<SuiteResult>>>> = {
  start: async () => (await import('./start.ts')).start,
  mcp: async () => (await import('./mcp.ts')).mcp,
  traces: async () => (await import('./traces.ts')).traces,
}
const RESULTS = 'test/bench/results.json'
const BINARY = resolve('bin/ls-auth.js')

const USAGE = `Usage: npm run bench [-- SUITE...] [--rounds N] [--node PATH]... [--beside CHECKOUT] [--keep]
Suites: ${Object.keys(SUITES).join(', ')}; without one, all.`

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        rounds: { type: 'string', default: '15' },
        node: { type: 'string', multiple: true, default: [process.execPath] },
        beside: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message.split('. ')[0]}\nhint: npm run bench -- --help\n`)
    return process.exit(2)
  }
}

const print = (line: string) => process.stdout.write(`${line}\n`)
const { values, positionals } = readArguments()
if (values.help) {
  print(USAGE)
  process.exit(0)
}

const versions = values.node.map((path) => ({ path, version: versionOf(path) }))
const newest = Math.max(...versions.map(({ version }) => majorOf(version)))
const nodes = versions.map(({ path, version }) => ({
  path,
  name: `Node ${majorOf(version)}`,
  binding: majorOf(version) === newest && newest >= 24,
}))
print(`${machineLine()}; Node ${versions.map(({ version }) => version).join(', ')}`)
for (const name of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
  const load = SUITES[name]
  if (!load) {
    process.stderr.write(`error: there is no suite ${name}\nhint: npm run bench -- --help\n`)
    process.exit(2)
  }
  const suite = await load()
  const result = await suite({ nodes, rounds: Number(values.rounds), print, beside })
  for (const program of result.missing) print(`not compared: ${program} is not installed`)
  if (result.verdicts.length > 0) {
    print('')
    for (const line of verdictTable(result.verdicts)) print(line)
    const bound = result.verdicts.filter(({ binding }) => binding)
    print(`${name}: ${bound.filter(({ met }) => met).length} of ${bound.length} binding targets met`)
  }
  if (values.keep)
    await keepResult(
      RESULTS,
      name,
      versions.map(({ version }) => version),
      result,
    )
}

function beside(subjects: readonly Subject[]): readonly Subject[] {
  if (values.beside === undefined) return subjects
  const other = resolve(values.beside, 'bin/ls-auth.js')
  return subjects.flatMap((subject) =>
    subject.args[0] === BINARY
      ? [subject, { ...subject, name: `other: ${subject.name}`, args: [other, ...subject.args.slice(1)] }]
      : [subject],
  )
}

function versionOf(path: string): string {
  return execFileSync(path, ['-p', 'process.version'], { encoding: 'utf8' }).trim()
}

function majorOf(version: string): number {
  return Number(/^v(\d+)/.exec(version)?.[1])
}
