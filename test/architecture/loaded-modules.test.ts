import { readFile, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
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

/** What a run read: packages, and files of our own. */
interface Loaded {
  /** Names of built files. */
  readonly chunks: readonly string[]
  readonly packages: readonly string[]
  readonly files: readonly string[]
}

interface BuildFacts {
  readonly outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>
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
  return {
    chunks: chunks.map((path) => parse(path).name).sort(),
    packages: [...new Set(all.map(packageOf).filter((name) => name !== undefined))].sort(),
    files: all.filter((path) => path.startsWith('src/')),
  }
}

const packageOf = (path: string): string | undefined =>
  /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1]

const SETTINGS = ['smol-toml']
/** The packages that each command may load. `token`, which scripts run all day: no OpenID library, JOSE or browser; the parser for a line that isn't plain. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '--version': [],
  '--help': [],
  // At each press of the tab key.
  '__complete --word=tr -- ls-auth': ['commander'],
  '__complete --word= -- ls-auth --profile': ['commander', ...SETTINGS],
  token: SETTINGS,
  'token --color=never': ['commander', ...SETTINGS],
  whoami: [...SETTINGS, 'jose'],
  check: [...SETTINGS, 'jose'],
  'profile show': SETTINGS,
}

const PLACE = ['--organization', 'acme', '--project', 'prod']
const GET = ['trace', 'get', spanId, ...PLACE]
/** What signs in, opens a session, or asks an API. */
const ABROAD =
  /^src\/(session\/(access|sign-in|protocol\/provider|flow\/loopback)|api\/request|system\/http\/http)\.ts$/
const SESSION = /^src\/session\/(access|sign-in|protocol\/provider)\.ts$/
const DRAWING = /^src\/trace\/render\/waterfall\/waterfall\.ts$/

describe('a command loads what it needs and nothing else', () => {
  it.each(Object.entries(PACKAGES))('%s', async (line, packages) => {
    const loaded = await load(line.split(' '))
    expect(loaded.packages).toEqual([...packages].sort())
    expect(loaded.files).toContain('src/main.ts')
    expect(loaded.files.filter((file) => DRAWING.test(file))).toEqual([])
  })

  it.each([
    ['trace get', GET],
    ['trace get -o json', [...GET, '-o', 'json']],
    ['services', ['services', ...PLACE]],
    ['attributes', ['attributes', ...PLACE]],
    ['query', ['query', 'spans count | rate', ...PLACE]],
    ['trace search', ['trace', 'search', '--service', 'x', '--snapshot', ...PLACE]],
  ] as const)('%s, with a token given: no session', async (_, line) => {
    const { packages, files } = await load([...line], { LS_AUTH_TOKEN: API_KEY })
    expect(packages).toEqual(SETTINGS)
    expect(files.filter((file) => SESSION.test(file))).toEqual([])
  })

  it('trace get FILE: no network, no session, and no drawing for a script', async () => {
    const file = join(machine.home, 'trace.json')
    const { stdout } = await machine.run([...GET, '-o', 'otlp'], { env: { LS_AUTH_TOKEN: API_KEY } })
    await writeFile(file, stdout)
    const drawn = await load(['trace', 'get', file])
    expect(drawn.packages).toEqual([])
    expect(drawn.files.filter((one) => ABROAD.test(one))).toEqual([])
    expect(drawn.files.filter((one) => DRAWING.test(one))).toHaveLength(1)
    const written = await load(['trace', 'get', file, '-o', 'json'])
    expect(written.files.filter((one) => DRAWING.test(one))).toEqual([])
  })

  it('the files of four commands, which everybody waits for', async () => {
    const file = join(machine.home, 'one.json')
    const { stdout } = await machine.run([...GET, '-o', 'otlp'], { env: { LS_AUTH_TOKEN: API_KEY } })
    await writeFile(file, stdout)
    const chunks = async (...line: string[]) => (await load(line)).chunks
    expect({
      '--help': await chunks('--help'),
      token: await chunks('token'),
      'trace get FILE': await chunks('trace', 'get', file),
      'trace why --file FILE': await chunks('trace', 'why', '--file', file, '--error'),
    }).toMatchInlineSnapshot(`
      {
        "--help": [
          "commands",
          "main",
          "rolldown-runtime",
          "start",
        ],
        "token": [
          "command-line",
          "commands",
          "config-file",
          "credentials",
          "extract",
          "files",
          "flag",
          "invocation",
          "main",
          "plain-line",
          "presets",
          "profile",
          "recorder",
          "repeat-flags",
          "resolve",
          "rolldown-runtime",
          "run-row",
          "setting-table",
          "start",
          "state-machine",
          "token",
          "urls",
          "vaults",
          "verb",
          "wait-for-lock",
          "why-not-private",
        ],
        "trace get FILE": [
          "command-line",
          "commands",
          "file-source",
          "files",
          "fit",
          "flag",
          "head-and-notes",
          "id",
          "invocation",
          "main",
          "otlp-json",
          "plain-line",
          "print",
          "rolldown-runtime",
          "rules",
          "run-row",
          "setting-table",
          "start",
          "trace-file",
          "trace-get",
          "trace-ids",
          "trace-tree",
          "urls",
          "verb",
        ],
        "trace why --file FILE": [
          "command-line",
          "commands",
          "config-file",
          "file-source",
          "files",
          "fit",
          "flag",
          "id",
          "invocation",
          "main",
          "otlp-json",
          "plain-line",
          "population",
          "print",
          "rate-limit",
          "read-found",
          "require-api",
          "resolve",
          "rolldown-runtime",
          "rules",
          "run-row",
          "setting-table",
          "start",
          "trace-file",
          "trace-ids",
          "trace-tree",
          "urls",
          "verb",
        ],
      }
    `)
  })

  it('doctor, the widest of all: no proxy library where there is no proxy, no drawing', async () => {
    const { packages } = await load(['doctor'], {}, [0, 5])
    expect(packages).not.toEqual(expect.arrayContaining(['undici']))
    expect(packages).not.toEqual(expect.arrayContaining(['string-width']))
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
    expect(loaded.files.filter((file) => DRAWING.test(file))).toEqual([])
  })
})
