import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStore, loginArgs, signIn } from '../process/sign-in.ts'
import { loadedFiles } from '../world/loaded-files.ts'
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

/** Runs a command, and maps the chunks that it loads to what was built into them. */
async function load(args: string[], env: Record<string, string> = {}, exits = [0]): Promise<Loaded> {
  const { ended, paths } = await loadedFiles(machine, args, env)
  expect(exits, ended.stderr).toContain(ended.exit)
  return describeLoad(paths)
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

/** The packages a command may load, files of ours it must not, and the kilobytes of built code it may read. */
interface Budget {
  readonly packages: readonly string[]
  readonly never: RegExp
  readonly kilobytes: number
}

// Words of flags, which the command tree shows.
const TRACE = 'src/trace/(?!formats/output-choices)'
const SETTINGS = ['commander', 'smol-toml']
const ABROAD =
  'src/system/(http|lock|browser)|src/session/(protocol/provider|sign-in|flow/(loopback|device))\\.ts'
const NO_COMMAND =
  /^src\/(?!system|cli|backends|text|settings\/(setting-(key|table)|files\/places)|trace\/formats\/output-choices|frame\/(exit-statuses|variables|verb)\.ts)\w+\//
const BUDGETS: Readonly<Record<string, Budget>> = {
  '--version': { packages: [], never: /^src\/(?!system|text|settings\/files\/places)\w+\//, kilobytes: 24 },
  '--help': {
    packages: ['commander'],
    never: NO_COMMAND,
    kilobytes: 120,
  },
  // At each press of the tab key.
  '__complete --word=tr -- ls-auth': { packages: ['commander'], never: NO_COMMAND, kilobytes: 122 },
  '__complete --word= -- ls-auth --profile': {
    packages: SETTINGS,
    never: new RegExp(`^(${TRACE}|${ABROAD}|src/system/keychain)`),
    kilobytes: 235,
  },
  // The path that scripts take all day: no OpenID library, HTTP client, JOSE, browser or colours.
  token: { packages: SETTINGS, never: new RegExp(`^(${TRACE}|${ABROAD})`), kilobytes: 277 },
  whoami: { packages: [...SETTINGS, 'jose'], never: new RegExp(`^(${TRACE}|${ABROAD})`), kilobytes: 332 },
  check: { packages: [...SETTINGS, 'jose'], never: new RegExp(`^(${TRACE}|${ABROAD})`), kilobytes: 341 },
  'profile show': {
    packages: SETTINGS,
    never: new RegExp(`^(${TRACE}|src/(session|api/(?!authorization)|claims/jwt/verify))`),
    kilobytes: 235,
  },
}

const PLACE = ['--organization', 'acme', '--project', 'prod']
const GET = ['trace', 'get', spanId, ...PLACE]
/** With LS_AUTH_TOKEN: no session, and nothing that signs in. */
const NO_SESSION = /^src\/(session|claims\/jwt\/verify)/

describe('a command loads what it needs and nothing else', () => {
  it.each(Object.entries(BUDGETS))('%s', async (line, budget) => {
    keepsTo(await load(line.split(' ')), budget)
  })

  it.each([
    ['trace get', GET, SETTINGS, 441],
    ['trace get -o json', [...GET, '-o', 'json'], SETTINGS, 396],
    ['services', ['services', ...PLACE], SETTINGS, 400],
    ['attributes', ['attributes', ...PLACE], SETTINGS, 400],
    ['query', ['query', 'spans count | rate', ...PLACE], SETTINGS, 449],
    ['trace search', ['trace', 'search', '--service', 'x', '--snapshot', ...PLACE], SETTINGS, 459],
  ] as const)('%s, with a token given', async (_, line, packages, kilobytes) => {
    keepsTo(await load([...line], { LS_AUTH_TOKEN: API_KEY }), { packages, never: NO_SESSION, kilobytes })
  })

  it('trace get FILE: no network, no session, no settings, no back end', async () => {
    const file = join(machine.home, 'trace.json')
    const { stdout } = await machine.run([...GET, '-o', 'otlp'], { env: { LS_AUTH_TOKEN: API_KEY } })
    await writeFile(file, stdout)
    const never =
      /^src\/(session|claims|api|trace\/sources\/(lightstep|tempo|jaeger)|settings\/(profile|files\/settings-files)\.ts|system\/http\/)/
    keepsTo(await load(['trace', 'get', file]), { packages: ['commander'], never, kilobytes: 348 })
    // What is drawn for people is not loaded for a script.
    keepsTo(await load(['trace', 'get', file, '-o', 'json']), {
      packages: ['commander'],
      never: /^src\/trace\/render\//,
      kilobytes: 305,
    })
  })

  it('doctor, the widest of all: no proxy library where there is no proxy, no drawing', async () => {
    const { packages, kilobytes } = await load(['doctor'], {}, [0, 5])
    expect(packages).not.toEqual(expect.arrayContaining(['undici']))
    expect(packages).not.toEqual(expect.arrayContaining(['string-width']))
    expect(kilobytes).toBeLessThan(434)
  })

  it('the account is a true one: a renewal shows the libraries that it does load', async () => {
    const { packages, files } = await load(['token', '--min-ttl', '60m'])
    expect(packages).toEqual(
      expect.arrayContaining(['fs-native-extensions', 'oauth4webapi', 'openid-client']),
    )
    expect(packages).not.toEqual(expect.arrayContaining(['undici']))
    expect(files).toEqual(
      expect.arrayContaining(['src/session/protocol/provider.ts', 'src/system/http/direct-transport.ts']),
    )
  })

  it('logout, last of all, asks the provider and nothing else', async () => {
    const loaded = await load(['logout'])
    expect(loaded.packages).not.toEqual(expect.arrayContaining(['undici']))
    expect(loaded.files.filter((file) => new RegExp(`^${TRACE}`).test(file))).toEqual([])
    expect(loaded.kilobytes).toBeLessThan(395)
  })
})

function keepsTo(loaded: Loaded, budget: Budget): void {
  expect(loaded.packages).toEqual([...budget.packages].sort())
  expect(loaded.files).toContain('src/main.ts')
  expect(loaded.files.filter((file) => budget.never.test(file))).toEqual([])
  expect(loaded.kilobytes).toBeLessThan(budget.kilobytes)
}
