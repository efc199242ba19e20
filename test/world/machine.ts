import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mint, searchOutput } from './canaries.ts'
import { watchProcess } from './watched-process.ts'
import { type Snapshot, searchWritten, snapshot } from './written-files.ts'

/** The program as it is built and installed: `bin/ls-auth.js` over `dist/`. */
export const BINARY = fileURLToPath(new URL('../../bin/ls-auth.js', import.meta.url))

/** How a process ended, and what it left behind. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly exit: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

/** A process that may still run. */
export interface Running {
  readonly child: ChildProcess
  readonly stdout: string
  readonly stderr: string
  readonly ended: Promise<Ended>
  /** The first match in what it has said on stderr so far or will say; rejects when it ends without. */
  said(pattern: RegExp): Promise<RegExpMatchArray>
  /** The same for stdout. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>
}

export interface RunOptions {
  /** On top of the machine's own; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** All of standard input; null keeps it open without a word. */
  readonly stdin?: string | null
}

/** One person's machine for the built program: an own home and environment, nothing of the tester's but PATH. */
export interface Machine {
  readonly home: string
  readonly stateDirectory: string
  readonly configFile: string
  readonly keyFile: string
  /** Given to every process; change it at any time. */
  readonly env: Record<string, string | undefined>
  /** Runs `ls-auth` to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  start(args: readonly string[], options?: RunOptions): Running
  /** Runs any other program on this machine. */
  command(file: string, args: readonly string[], options?: RunOptions): Running
  close(): Promise<void>
}

/** `program`: the command line that starts ls-auth; default: the binary, by the Node that runs the tests. */
export async function openMachine(
  options: { binary?: string; program?: readonly [string, ...string[]] } = {},
): Promise<Machine> {
  const { binary = BINARY, program = [process.execPath, binary] } = options
  const [file, ...before] = program
  const home = await mkdtemp(join(tmpdir(), 'ls-auth-machine-'))
  const running = new Set<ChildProcess>()
  const machine: Machine = {
    home,
    stateDirectory: join(home, 'state', 'ls-auth'),
    configFile: join(home, 'config', 'ls-auth', 'config.toml'),
    keyFile: join(home, 'keys', 'ls-auth.key'),
    env: {
      PATH: process.env.PATH,
      HOME: home,
      LANG: 'C.UTF-8',
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      // An empty place: libdbus would look for the tester's own bus in the usual one.
      XDG_RUNTIME_DIR: join(home, 'run'),
    },
    run: (args, options) => machine.start(args, options).ended,
    start(args, options) {
      const seen = snapshot(home)
      const running = machine.command(file, [...before, ...args], options)
      // Not outside of the tests, where what is measured would be disturbed.
      return process.env.VITEST
        ? searched(running, args, home, seen, { ...machine.env, ...options?.env })
        : running
    },
    command(file, args, { env, stdin } = {}) {
      const child = spawn(file, args, {
        env: { ...machine.env, ...env },
        stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      })
      running.add(child)
      child.once('close', () => running.delete(child))
      child.stdin?.on('error', () => {})
      if (stdin !== null) child.stdin?.end(stdin)
      return follow(child)
    },
    async close() {
      for (const child of running) {
        child.kill('SIGKILL')
        await once(child, 'close')
      }
      await rm(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  return machine
}

/** The same process, which fails at its end when a secret shows in what it has printed, written or started. */
function searched(
  running: Running,
  args: readonly string[],
  home: string,
  before: Snapshot,
  env: RunOptions['env'] & {},
): Running {
  const watch = watchProcess(running.child.pid ?? 0, args, env)
  if (env.LS_AUTH_TOKEN) mint(env.LS_AUTH_TOKEN, 'token')
  const ended = running.ended.then((all) => {
    searchOutput(args, all.stdout, all.stderr)
    watch.search()
    searchWritten(home, before)
    return all
  })
  ended.catch(() => {})
  return Object.defineProperty(running, 'ended', { value: ended })
}

function follow(child: ChildProcess): Running {
  const started = performance.now()
  const heard = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    heard.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard.stderr += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit, signal) =>
      resolve({ exit, signal, ...heard, milliseconds: performance.now() - started }),
    )
  })
  // A caller that only waits for `said` must not get an unhandled rejection.
  ended.catch(() => {})
  const first = (stream: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = heard[stream].match(pattern)
        if (match) resolve(match)
        return match !== null
      }
      if (look()) return
      child[stream]?.on('data', look)
      ended.then(() => {
        if (!look()) reject(new Error(`ended without ${pattern} on ${stream}: ${heard.stderr}`))
      }, reject)
    })
  return {
    child,
    get stdout() {
      return heard.stdout
    },
    get stderr() {
      return heard.stderr
    },
    ended,
    said: (pattern) => first('stderr', pattern),
    printed: (pattern) => first('stdout', pattern),
  }
}
