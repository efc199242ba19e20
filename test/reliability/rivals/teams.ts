import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { browse } from '../../world/browser.ts'

/** Where one program signs in. */
export interface Place {
  readonly home: string
  readonly url: string
}

/** One process that holds a connection to the server. */
export interface Member {
  /** Whether a tool has answered; false also when it asks for a browser. Never throws. */
  call(): Promise<boolean>
  /** What it has said on standard error, to debug a round. */
  said(): string
  /** SIGKILL. Resolves to the ports of its connections at that moment. */
  kill(): Promise<readonly number[]>
  close(): Promise<void>
}

/** A program that signs in once, for any number of processes. */
export interface Team {
  readonly name: string
  readonly version: string
  signIn(place: Place): Promise<void>
  /** Forgets the sign-in, as its own documentation says. */
  forget(place: Place): Promise<void>
  open(place: Place, name: string): Promise<Member>
}

const PATIENCE = 30_000
const within = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
  Promise.race([work.catch(() => otherwise), sleep(PATIENCE, otherwise, { ref: false })])

const envOf = ({ home }: Place): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  LANG: 'C.UTF-8',
  XDG_CONFIG_HOME: join(home, 'config'),
  XDG_STATE_HOME: join(home, 'state'),
  XDG_RUNTIME_DIR: join(home, 'run'),
})

/** Kills a process; the local ports of its connections, where the system tells them. */
function killed(pid: number): readonly number[] {
  const ports = portsOf(pid)
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  return ports
}

function portsOf(pid: number): number[] {
  try {
    const folder = `/proc/${pid}/fd`
    const inodes = new Set(
      readdirSync(folder).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkAt(join(folder, fd)))?.[1] ?? []),
    )
    const lines = ['tcp', 'tcp6'].flatMap((name) => readFileSync(`/proc/net/${name}`, 'utf8').split('\n'))
    return lines.flatMap((line) => {
      const [, local = '', , , , , , , , inode = ''] = line.trim().split(/\s+/)
      return inodes.has(inode) ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : []
    })
  } catch {
    return []
  }
}

function linkAt(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Kills all that runs with that home, or with one below it: some leave processes of their own behind. */
export function killBelow(folder: string): void {
  if (process.platform !== 'linux') return
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
      if (variables.some((one) => `${one}/`.startsWith(`HOME=${folder}/`))) process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended, or is another user's.
    }
  }
}

/** Runs a sign-in to its end: the person opens the address that it prints. */
async function signInBy(command: readonly string[], place: Place, isDone: RegExp | 'exit'): Promise<void> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: envOf(place), stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  let visited = false
  const done = new Promise<void>((resolve, reject) => {
    const look = (more: Buffer) => {
      text += more
      if (/Press Enter/.test(String(more))) child.stdin.write('\n')
      const url =
        /(https?:\/\/\S+\/oauth\/authorize\?\S+)/.exec(text)?.[1] ?? /^ {2}(https?:\/\/\S+)$/m.exec(text)?.[1]
      if (url !== undefined && !visited && text.indexOf('\n', text.indexOf(url)) > 0) {
        visited = true
        browse(url, { user: 'ada' }).catch(reject)
      }
      if (isDone !== 'exit' && isDone.test(text)) resolve()
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}: ${text}`))))
  })
  await Promise.race([
    done,
    sleep(120_000).then(() => {
      child.kill('SIGKILL')
      throw new Error(`no sign-in: ${text}`)
    }),
  ])
  if (isDone !== 'exit') await stop(child)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const gone = await Promise.race([once(child, 'exit'), sleep(3000, undefined, { ref: false })])
  if (gone === undefined) child.kill('SIGKILL')
}

/** A program that speaks over standard input and output, with the official client as its host. */
async function overStdio(command: readonly string[], place: Place): Promise<Member> {
  const [file = '', ...args] = command
  const transport = new StdioClientTransport({ command: file, args, env: envOf(place), stderr: 'pipe' })
  let asksForBrowser: () => void = () => {}
  const asked = new Promise<boolean>((resolve) => {
    asksForBrowser = () => resolve(false)
  })
  let said = ''
  transport.stderr?.on('data', (text: Buffer) => {
    said += text
    if (/\/oauth\/authorize\?/.test(String(text))) asksForBrowser()
  })
  const client = new Client({ name: 'rivals', version: '1' }, { versionNegotiation: { mode: 'legacy' } })
  const begun = client.connect(transport, { timeout: PATIENCE })
  await within(Promise.race([begun.then(() => true), asked]), false)
  return {
    async call() {
      const called = begun.then(() =>
        client.callTool({ name: 'read_it', arguments: {} }, { timeout: PATIENCE }),
      )
      return within(
        Promise.race([
          called.then((result) => {
            if (result.isError === true) said += JSON.stringify(result)
            return result.isError !== true
          }),
          asked,
        ]),
        false,
      )
    },
    said: () => said,
    kill: async () => (transport.pid === null ? [] : killed(transport.pid)),
    close: () => within(client.close(), undefined),
  }
}

export function lsAuth(binary: string, version: string): Team {
  const start = [process.execPath, binary] as const
  const key = ({ home }: Place) => ['--store', 'file', '--store-key-file', join(home, 'ls-auth.key')]
  return {
    name: 'ls-auth',
    version,
    signIn: (place) =>
      signInBy(
        [...start, 'login', place.url, '--yes', '--port', '0', '--no-browser', ...key(place)],
        place,
        'exit',
      ),
    forget: async () => {},
    open: (place) => overStdio([...start, 'mcp', '--connect', place.url, '--max-calls', '100000'], place),
  }
}

export function mcpRemote(folder: string, version: string): Team {
  const proxy = ({ url }: Place) => [
    process.execPath,
    join(folder, 'node_modules/mcp-remote/dist/proxy.js'),
    url,
    '--transport',
    'http-only',
  ]
  return {
    name: 'mcp-remote',
    version,
    signIn: (place) => signInBy(proxy(place), place, /Proxy established|Connected to remote server/),
    forget: ({ home }) =>
      rm(join(home, '.mcp-auth'), { recursive: true, force: true, maxRetries: 10, retryDelay: 300 }),
    open: (place) => overStdio(proxy(place), place),
  }
}

/** A command line over processes of its own: each session has one that stays, the bridge. */
export function mcpc(folder: string, version: string): Team {
  const binary = [process.execPath, join(folder, 'node_modules/@apify/mcpc/bin/mcpc')] as const
  const run = (place: Place, ...args: string[]) =>
    new Promise<{ readonly exit: number; readonly text: string }>((resolve) => {
      const [file, ...first] = binary
      const child = spawn(file, [...first, ...args], { env: envOf(place), stdio: ['ignore', 'pipe', 'pipe'] })
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (more) => (text += more))
      child.once('close', (exit) => resolve({ exit: exit ?? 1, text }))
    })
  return {
    name: 'mcpc',
    version,
    signIn: (place) => signInBy([...binary, 'login', place.url], place, 'exit'),
    forget: async (place) => void (await run(place, 'logout', place.url)),
    async open(place, name) {
      const session = `@${name}`
      await within(run(place, 'connect', place.url, session), undefined)
      const { text: listed } = await within(run(place, '--json'), { exit: 1, text: '{}' })
      const { sessions = [] } = JSON.parse(listed) as { sessions?: { name: string; pid?: number }[] }
      const bridge = sessions.find((one) => one.name === session)?.pid
      let said = ''
      const ask = async () => {
        const { exit, text } = await run(place, '--json', session, 'tools-call', 'read_it')
        said = text
        return exit === 0 && text.includes('read_it {}') && !/"isError": true/.test(text)
      }
      return {
        said: () => said,
        call: () =>
          within(
            ask().then(async (isAnswered) => {
              if (isAnswered) return true
              // As it advises.
              await run(place, session, 'restart')
              return ask()
            }),
            false,
          ),
        kill: async () => (bridge === undefined ? [] : killed(bridge)),
        close: async () => void (await within(run(place, 'close', session), undefined)),
      }
    },
  }
}
