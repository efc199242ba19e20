import { PassThrough, Readable } from 'node:stream'
import { run } from '../../../src/cli.ts'
import { NetworkFailure } from '../../../src/errors.ts'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'
import type { Files, Ports } from '../../../src/ports/ports.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'

/** A machine in memory: files, keychain and network are what the input says. */
export interface Machine {
  /** Path → content. */
  readonly files: Map<string, Buffer>
  readonly items: Map<string, string>
  /** All of standard input. */
  stdin: Buffer
  /** Milliseconds; sleeping moves it. */
  now: number
  variables: Record<string, string>
  answer: (request: HttpRequest) => HttpAnswer | undefined
}

/** How a command line ended. */
export interface Ended {
  readonly exit: number
  readonly out: string
  readonly err: string
  readonly exception: string | undefined
}

export const CONFIG = '/home/ada/.config/ls-auth/config.toml'

export const openMachine = (): Machine => ({
  files: new Map(),
  items: new Map(),
  stdin: Buffer.alloc(0),
  // The protocol library reads the real clock.
  now: Date.now(),
  variables: {},
  answer: () => undefined,
})

/** Runs one command line in this process. */
export async function type(machine: Machine, argv: readonly string[]): Promise<Ended> {
  let [out, err] = ['', '']
  const ports = portsOf(
    machine,
    (text) => (out += text),
    (text) => (err += text),
  )
  try {
    const exit = await run(argv, ports)
    return { exit, out, err, exception: exit === 1 ? err : undefined }
  } catch (error) {
    return { exit: 1, out, err, exception: String((error as Error).stack ?? error) }
  }
}

function portsOf(machine: Machine, out: (text: string) => void, err: (text: string) => void): Ports {
  const files = memoryFiles(machine.files)
  const write: Ports['terminal']['out'] = async (text, after = '') => {
    for (const piece of typeof text === 'string' ? [text] : text) out(piece + after)
  }
  return {
    env: {
      variables: machine.variables,
      platform: 'linux',
      homeDirectory: '/home/ada',
      workingDirectory: () => '/home/ada/work',
      systemConfigFile: '/etc/ls-auth/config.toml',
      pid: 1,
      uid: 1000,
      version: '0',
    },
    clock: {
      now: () => machine.now,
      async sleep(milliseconds) {
        machine.now += milliseconds
      },
    },
    terminal: {
      // A server that speaks a protocol finds its input at the end.
      streams: () => ({ input: Readable.from([machine.stdin]), output: new PassThrough() }),
      columns: 100,
      unicode: true,
      out: write,
      page: write,
      outBytes: async (bytes) => write(bytes.toString()),
      err,
      isForAgent: false,
      outIsTTY: false,
      errIsTTY: false,
      inIsTTY: false,
      style: async () => UNSTYLED,
      setColor: () => {},
      setPager: () => {},
      hasScreen: false,
      withScreen: async () => {
        throw new Error('there is no screen')
      },
      readAll: async () => machine.stdin.toString(),
      readAllBytes: async () => machine.stdin,
      readLine: async () => undefined,
      readSecret: async () => undefined,
    },
    signals: { shield: (work) => work(), ending: () => new Promise(() => {}), beforeEnd: () => () => {} },
    files: async () => files,
    lock: async () => ({ tryLock: async () => async () => {} }),
    keychain: async () => ({
      get: async (account) => machine.items.get(account),
      set: async (account, secret) => void machine.items.set(account, secret),
      remove: async (account) => machine.items.delete(account),
    }),
    http: async () => ({
      async send(request) {
        const answer = machine.answer(request)
        if (!answer) throw new NetworkFailure(`cannot reach ${request.url.host}`, false)
        return answer
      },
      certificateIssuer: async () => undefined,
      proxyOf: async () => undefined,
    }),
    upstream: async () => failing('ENOSYS'),
    localServers: async () => failing('ENOSYS'),
    browser: async () => ({ open: async () => false }),
    programs: async () => ({ run: async () => ({ status: 0 }), output: async () => ({ end: 'no-program' }) }),
  }
}

const failing = (code: string): never => {
  throw Object.assign(new Error(code), { code })
}

function memoryFiles(files: Map<string, Buffer>): Files {
  const made = new Set<string>()
  const isDirectory = (path: string) =>
    made.has(path) || [...files.keys()].some((one) => one.startsWith(`${path}/`))
  async function create(path: string, bytes: Uint8Array) {
    if (files.has(path)) failing('EEXIST')
    files.set(path, Buffer.from(bytes))
  }
  return {
    create,
    createWhole: create,
    read: async (path) => files.get(path),
    endOfLinks: async (path) => path,
    readLink: async (path) => path,
    async readForeign(path, maxBytes) {
      const bytes = files.get(path)
      return (bytes?.length ?? 0) > maxBytes ? failing('EFBIG') : bytes
    },
    async append(path, bytes) {
      const whole = Buffer.concat([files.get(path) ?? Buffer.alloc(0), bytes])
      files.set(path, whole)
      return whole.length
    },
    openGrowing: async () => failing('ENOSYS'),
    async rename(from, to) {
      files.set(to, files.get(from) ?? failing('ENOENT'))
      files.delete(from)
    },
    syncDirectory: async () => {},
    remove: async (path) => void files.delete(path),
    removeTree: async (path) => void files.delete(path),
    makeDirectory: async (path) => void made.add(path),
    list: async (path) =>
      [...files.keys()].filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1)),
    async inspect(path) {
      const bytes = files.get(path)
      if (bytes) return { kind: 'file', mode: 0o600, uid: 1000, size: bytes.length }
      return isDirectory(path) ? { kind: 'directory', mode: 0o700, uid: 1000, size: 0 } : undefined
    },
  }
}
