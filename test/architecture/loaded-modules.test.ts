import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStore, loginArgs, signIn } from '../process/sign-in.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 3 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

/** What a run read: packages, files of our own, and how much code that is. */
interface Loaded {
  readonly packages: readonly string[]
  readonly files: readonly string[]
  readonly kilobytes: number
}

interface BuildFacts {
  readonly outputs: Record<string, { bytes: number; inputs: Record<string, { bytesInOutput: number }> }>
}

let provider: Provider
let api: TraceApi
let machine: Machine
let facts: BuildFacts
beforeAll(async () => {
  facts = JSON.parse(await readFile(`${ROOT}.build/meta.json`, 'utf8'))
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  machine = await openMachine()
  const { ended } = await signIn(machine, [...loginArgs(provider), ...fileStore(machine), '--api', api.url])
  expect(ended.exit).toBe(0)
})
afterAll(() => Promise.all([provider.close(), api.close(), machine.close()]))

/** Runs a command with V8's own account of the scripts it loaded, and maps the chunks to what was built into them. */
async function load(args: string[], env: Record<string, string> = {}): Promise<Loaded> {
  const directory = join(machine.home, 'coverage')
  await mkdir(directory)
  const ended = await machine.run(args, { env: { NODE_V8_COVERAGE: directory, ...env } })
  expect(ended).toMatchObject({ exit: 0, stderr: '' })
  const [name, ...others] = await readdir(directory)
  expect(others).toEqual([])
  const report = JSON.parse(await readFile(join(directory, name as string), 'utf8'))
  await rm(directory, { recursive: true })
  const urls = (report.result as { url: string }[]).map(({ url }) => url)
  const paths = urls.filter((url) => url.startsWith('file:')).map((url) => relative(ROOT, fileURLToPath(url)))
  return describeLoad(paths.map((path) => path.replaceAll(sep, '/')))
}

function describeLoad(paths: readonly string[]): Loaded {
  const chunks = paths.filter((path) => path.startsWith('dist/'))
  expect(chunks.filter((path) => !facts.outputs[path])).toEqual([])
  const inputs = chunks.flatMap((path) =>
    Object.entries(facts.outputs[path]?.inputs ?? {})
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([input]) => input),
  )
  const all = [...inputs, ...paths.filter((path) => !path.startsWith('dist/'))]
  const bytes = chunks.reduce((sum, path) => sum + (facts.outputs[path]?.bytes ?? 0), 0)
  return {
    packages: [...new Set(all.map(packageOf).filter((name) => name !== undefined))].sort(),
    files: all.filter((path) => path.startsWith('src/')),
    kilobytes: Math.round(bytes / 1024),
  }
}

const packageOf = (path: string): string | undefined =>
  /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1]

/** Rooms and packages a command may load, and the kilobytes of built code it may read. */
interface Budget {
  readonly packages: readonly string[]
  readonly never: RegExp
  readonly kilobytes: number
}

const STORE = ['@decimalturn/toml-patch', 'commander']
const BUDGETS: readonly [string[], Budget][] = []

describe('a command loads what it needs and nothing else', () => {
  it.each([['x']])('x', async () => {
    const show = async (args: string[], env = {}) => {
      const l = await load(args, env)
      process.stdout.write(`${args.join(' ')}: ${l.kilobytes} KB ${l.packages.join(' ')}\n   ${l.files.join(' ')}\n`)
    }
    await show(['--version'])
    await show(['--help'])
    await show(['token'])
    await show(['token', '--min-ttl', '60m'])
    await show(['whoami'])
    await show(['check'])
    await show(['profile', 'show'])
    await show(['trace', 'get', spanId, '--organization', 'acme', '--project', 'prod'], { LS_AUTH_TOKEN: API_KEY })
    await show(['trace', 'get', spanId, '--organization', 'acme', '--project', 'prod', '-o', 'json'], { LS_AUTH_TOKEN: API_KEY })
  })
})
