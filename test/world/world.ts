import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Env, Files, Keychain, Ports, Programs } from '../../src/ports/ports.ts'
import { FIXED_PORTS } from '../../src/providers/preset.ts'
import { isAgent } from '../../src/system/terminal/terminal.ts'
import { UNSTYLED } from '../../src/text/unstyled.ts'
import { browse, type Visitor } from './browser.ts'
import { expectNoSecret, mint, searchOutput } from './canaries.ts'
import { envOf } from './env.ts'
import { program } from './program.ts'
import { requireOtherCommand } from './repeated-hint.ts'
import { requireToldStatus } from './told-status.ts'
import { searchWritten, snapshot } from './written-files.ts'

/** What a command left behind. */
export interface Outcome {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export interface WorldOptions {
  /** Who answers the browser; undefined: no browser opens, and one that does fails the test. */
  readonly visitor?: Visitor
  /** Canaries beyond those that the servers of the world mint. */
  readonly secrets?: () => Iterable<string>
  readonly variables?: Record<string, string>
  readonly columns?: number
}

/**
 * One person's machine: its own home, settings and keychain, the real files, lock, HTTP and listener. Only the
 * edges a test must see are replaced: terminal, browser, and the keychain's backing store.
 */
export interface World {
  readonly home: string
  /** Where commands are typed. */
  workingDirectory: string
  readonly stateDirectory: string
  readonly configFile: string
  readonly variables: Record<string, string>
  readonly keychain: MemoryKeychain
  /** Addresses handed to the browser, in order. */
  readonly opened: URL[]
  /** Milliseconds the local clock is off. */
  clockOffset: number
  visitor: Visitor | undefined
  /** Lines waiting on standard input; a function gives its line when it is asked for. */
  stdin: (string | (() => Promise<string>))[]
  /** Somebody sits at the terminal. */
  tty: boolean
  /** Output goes to the terminal, too, and is not piped. */
  watched: boolean
  /** What the running (or last) command has said on stderr so far. */
  said: string
  /** What it has printed on stdout so far. */
  printed: string
  /** Sleeping moves the local clock instead of waiting. */
  fastForward: boolean
  /** Milliseconds of each sleep under `fastForward`. */
  readonly slept: number[]
  /** The program looks in the system's table of sockets whose browser it is. */
  looksAtSockets: boolean
  /** Standard input and output as a server uses them. */
  streams: ReturnType<Ports['terminal']['streams']>
  /** Port changes for fault injection. */
  override: Partial<Ports>
  type(line: string): Promise<Outcome>
  writeConfig(text: string): Promise<void>
  editConfig(change: (text: string) => string): Promise<void>
  close(): Promise<void>
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'ls-auth-world-'))
  const keychain = memoryKeychain()
  const world: World = {
    home,
    workingDirectory: home,
    stateDirectory: join(home, 'state', 'ls-auth'),
    configFile: join(home, 'config', 'ls-auth', 'config.toml'),
    variables: {
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      DISPLAY: ':0',
      ...options.variables,
    },
    keychain,
    opened: [],
    clockOffset: 0,
    visitor: options.visitor,
    stdin: [],
    said: '',
    printed: '',
    tty: false,
    watched: false,
    fastForward: false,
    slept: [],
    looksAtSockets: false,
    streams: { input: Readable.from([]), output: new PassThrough() },
    override: {},
    async type(line) {
      const [word, ...argv] = words(line)
      if (word !== 'ls-auth') throw new Error(`not a command of ours: ${line}`)
      const before = snapshot(home)
      const outcome = await runWithPorts(world, argv, options.columns ?? 120)
      for (const secret of options.secrets?.() ?? []) mint(secret, 'token')
      for (const secret of givenIn(world.variables)) mint(secret, 'token')
      searchOutput(argv, outcome.stdout, outcome.stderr)
      searchWritten(home, before)
      await requireToldStatus(argv, outcome.exit)
      requireOtherCommand(argv, outcome)
      return outcome
    },
    async writeConfig(text) {
      await mkdir(dirname(world.configFile), { recursive: true })
      await writeFile(world.configFile, text, { mode: 0o600 })
    },
    async editConfig(change) {
      await world.writeConfig(change(await readFile(world.configFile, 'utf8')))
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
  return world
}

const FIXED_IN_USE = new RegExp(`ports? (?:${FIXED_PORTS.join('|')})\\b.* in use`)

/**
 * Profiles without `redirect_ports` share three fixed ports with all tests that run at this moment, each of which has one
 * only while a browser signs in.
 */
async function runWithPorts(world: World, argv: string[], columns: number): Promise<Outcome> {
  const stdin = [...world.stdin]
  for (let tries = 0; ; tries++) {
    const outcome = await runOnce(world, argv, columns)
    const isWaiting = outcome.exit !== 0 && FIXED_IN_USE.test(outcome.stdout + outcome.stderr)
    if (!isWaiting || tries === 50) return outcome
    await sleep(100)
    world.stdin = [...stdin]
  }
}

async function runOnce(world: World, argv: string[], columns: number): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  world.said = ''
  world.printed = ''
  const env = envOf(world)
  const real = program.realPorts(env)
  const write: Ports['terminal']['out'] = async (text, after = '') => {
    if (typeof text === 'string') stdout += text
    else for (const piece of text) stdout += piece + after
    world.printed = stdout
  }
  const ports: Ports = {
    ...real,
    clock: {
      now: () => Date.now() + world.clockOffset,
      async sleep(milliseconds, signal) {
        if (!world.fastForward) return real.clock.sleep(milliseconds, signal)
        world.slept.push(milliseconds)
        world.clockOffset += milliseconds
      },
    },
    terminal: {
      streams: () => world.streams,
      out: write,
      page: write,
      outBytes: async (bytes) => {
        stdout += bytes.toString('utf8')
      },
      err: (text) => {
        stderr += text
        world.said += text
      },
      isForAgent: isAgent(world.variables),
      outIsTTY: world.watched,
      errIsTTY: world.watched,
      inIsTTY: world.tty,
      columns,
      unicode: true,
      style: async () => UNSTYLED,
      setColor: () => {},
      setPager: () => {},
      hasScreen: false,
      withScreen: async () => {
        throw new Error('there is no screen')
      },
      readAll: async () => (await Promise.all(world.stdin.splice(0).map(given))).join('\n'),
      readAllBytes: async () => Buffer.from((await Promise.all(world.stdin.splice(0).map(given))).join('\n')),
      readSecret: async () => given(world.stdin.shift()),
      readLine: async (signal) => {
        if (world.stdin.length > 0) return given(world.stdin.shift())
        if (!signal) return undefined
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        )
      },
    },
    signals: { shield: (work) => work(), ending: () => new Promise(() => {}), beforeEnd: () => () => {} },
    keychain: async () => world.keychain,
    browser: async () => ({
      open: async (url) => {
        world.opened.push(url)
        // Every user of the machine can read the command line of a browser.
        expectNoSecret('the address for the browser', url.href)
        const { visitor } = world
        if (!visitor) throw new Error('a browser opened although none should')
        // Like a real one, the browser goes its own way; a failure shows as a sign-in that never ends.
        browse(url.href, visitor).catch(() => {})
        return true
      },
    }),
    files: async () => (world.looksAtSockets ? real.files() : withoutSocketTable(await real.files())),
    programs: async () => searchedPrograms(await real.programs(), env),
    ...world.override,
  }
  const exit = await program.run(argv, ports)
  return { exit, stdout, stderr }
}

/**
 * The kernel walks through all its sockets for each look at its table, which is most of the processor time of a sign-in
 * here: the browser is nobody's, unless a story is about it.
 */
function withoutSocketTable(files: Files): Files {
  return {
    ...files,
    readForeign: async (path, ...how) =>
      path.startsWith('/proc/net/tcp') ? undefined : files.readForeign(path, ...how),
  }
}

/** Secrets that a test puts into the environment: a token, the password of a proxy. */
function givenIn(variables: World['variables']): string[] {
  const { LS_AUTH_TOKEN = '', ...others } = variables
  const proxies = Object.entries(others).filter(([name]) => /_proxy$/i.test(name))
  const passwords = proxies.map(([, text]) => (URL.canParse(text) ? new URL(text).password : ''))
  return [LS_AUTH_TOKEN, ...passwords]
}

/** Programs of the machine; what they are started with holds no secret, but for the token that `exec` is for. */
function searchedPrograms(programs: Programs, { variables }: Env): Programs {
  return {
    run(command, given) {
      for (const word of command) expectNoSecret('an argument of a child process', word)
      for (const [name, value] of Object.entries(given)) {
        if (variables[name] !== value)
          expectNoSecret(`the variable ${name} of a child process`, value, ['token'])
      }
      return programs.run(command, given)
    },
    output(command, limits) {
      for (const word of command) expectNoSecret('an argument of a child process', word)
      return programs.output(command, limits)
    },
  }
}

const given = <T>(line: T | (() => Promise<T>)): T | Promise<T> =>
  typeof line === 'function' ? (line as () => Promise<T>)() : line

/** Splits a command line as a shell would, quotes included. */
export function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  )
}

/** A keychain that remembers, counts, and can be told to fail like a real one. */
export interface MemoryKeychain extends Keychain {
  readonly items: Map<string, string>
  readonly calls: string[]
  /** Thrown by the named call when set. */
  fail: Partial<Record<'get' | 'set' | 'remove', Error>>
  /** A locked Secret Service: reads give nothing, writes fail. */
  locked: boolean
}

export function memoryKeychain(): MemoryKeychain {
  const items = new Map<string, string>()
  const keychain: MemoryKeychain = {
    items,
    calls: [],
    fail: {},
    locked: false,
    async get(account) {
      keychain.calls.push('get')
      if (keychain.fail.get) throw keychain.fail.get
      return keychain.locked ? undefined : items.get(account)
    },
    async set(account, secret) {
      keychain.calls.push('set')
      if (keychain.fail.set) throw keychain.fail.set
      for (const part of secret.match(/[\w+/-]{20,}/g) ?? []) mint(part)
      items.set(account, secret)
    },
    async remove(account) {
      keychain.calls.push('remove')
      if (keychain.fail.remove) throw keychain.fail.remove
      return keychain.locked ? false : items.delete(account)
    },
  }
  return keychain
}
