import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { realpath } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../world/keyring-session.ts'
import { needs } from '../world/needs.ts'
import { type Arena, openArena } from './arena.ts'

/**
 * Every way a keychain fails, against every command that needs one: `npm run faults [-- --only locked]`. Each cell is
 * a machine, a provider and a Secret Service of its own: a healthy sign-in, the fault, then one process of the built
 * program. Non-zero when a command takes longer than promised or ends with another status than documented.
 */
const COMMANDS = ['login', 'token', 'whoami', 'logout'] as const
type Command = (typeof COMMANDS)[number]

/** The promise is 5 s for all calls of a process, and what it takes to start and to end. */
const PROMISED_SECONDS = 5.5
/** Then it is ended from here. */
const BROKEN_SECONDS = 8

type KeychainArena = Arena & { readonly keyring: KeyringSession }

/** How a fault is brought about in a healthy arena, and what must be undone; undefined when it cannot be here. */
interface Fault {
  readonly name: string
  inject(arena: KeychainArena): Promise<Injected | undefined>
  /** Where it is not 8. */
  readonly expected?: Partial<Record<Command, readonly number[]>>
  /** A native call may never come back: before Node 22.15 such a process can only kill itself. */
  readonly stuck?: true
}

interface Injected {
  /** Put before the command line of the program. */
  readonly wrapper?: readonly string[]
  undo?(): Promise<void>
}

/** The keychain works and has lost the item: a new sign-in has what it needs, and a sign-out all but the token to revoke. */
const ITEM_LOST = { login: [0], logout: [6] }

const FAULTS: readonly Fault[] = [
  { name: 'absent library', inject: hideLibrary },
  {
    name: 'no D-Bus',
    async inject({ machine }) {
      machine.env.DBUS_SESSION_BUS_ADDRESS = undefined
      return {}
    },
  },
  {
    name: 'no provider on the bus',
    async inject({ machine }) {
      const bare = await openKeyringSession({ provider: false })
      Object.assign(machine.env, bare.env, { HOME: machine.home })
      return { undo: () => bare.close() }
    },
  },
  { name: 'locked collection', inject: lock },
  { name: 'unanswered prompt', inject: leavePrompt, stuck: true },
  { name: 'mute bus', inject: muteBus, stuck: true },
  {
    name: 'stuck daemon',
    async inject({ keyring }) {
      keyring.freeze()
      return { undo: async () => keyring.thaw() }
    },
    stuck: true,
  },
  { name: 'item missing', inject: clearItem, expected: ITEM_LOST },
  {
    name: 'item corrupt',
    async inject(arena) {
      const { account } = await clearItem(arena)
      // The program's library asks for its schema as well.
      const schema = ['xdg:schema', 'org.freedesktop.Secret.Generic']
      const item = ['service', 'ls-auth', 'account', account, ...schema]
      await tool(arena, ['store', '--label=ls-auth', ...item], 'not a key')
      return {}
    },
    expected: ITEM_LOST,
  },
]

const print = (line: string) => process.stdout.write(`${line}\n`)
if (!hasKeyring()) process.exit(2)

const only = process.argv.indexOf('--only')
const wanted = only < 0 ? '' : (process.argv[only + 1] ?? '')
const count = { faults: 0, commands: 0, slow: 0, unexpected: 0 }

print(`Node ${process.versions.node}\n`)
print('| fault | command | exit | seconds | first line of the error |')
print('| --- | --- | --- | --- | --- |')
for (const fault of FAULTS.filter(({ name }) => name.includes(wanted))) {
  let tried = false
  for (const command of COMMANDS) {
    let cell = await tryOut(fault, command)
    // A machine under load gets a second chance; what breaks the promise does so again.
    if (cell && cell.seconds > PROMISED_SECONDS) cell = (await tryOut(fault, command)) ?? cell
    if (!cell) {
      print(`| ${fault.name} | ${command} | skipped | | cannot be brought about here |`)
      continue
    }
    tried = true
    count.commands += 1
    const { exit, seconds, line } = cell
    const slow = seconds > PROMISED_SECONDS
    const wrong = typeof exit !== 'number' || !expectedExits(fault, command).includes(exit)
    if (slow) count.slow += 1
    if (wrong) count.unexpected += 1
    const mark = (bad: boolean, text: string) => (bad ? `**${text}**` : text)
    print(
      `| ${fault.name} | ${command} | ${mark(wrong, String(exit))} | ${mark(slow, seconds.toFixed(2))} | ${line} |`,
    )
  }
  if (tried) count.faults += 1
}
print(
  `\nfaults=${count.faults} commands=${count.commands} over_5.5s=${count.slow} unexpected_exit=${count.unexpected}`,
)
process.exitCode = count.slow + count.unexpected === 0 ? 0 : 1

function expectedExits(fault: Fault, command: Command): readonly number[] {
  const documented = fault.expected?.[command] ?? [8]
  return fault.stuck && !('execve' in process) ? [...documented, 137] : documented
}

interface Cell {
  /** A status, 128 + signal as a shell has it, or what was done to a process that did not end. */
  readonly exit: number | string
  readonly seconds: number
  readonly line: string
}

async function tryOut(fault: Fault, command: Command): Promise<Cell | undefined> {
  const arena = await openArena({ store: 'keychain' })
  let injected: Injected | undefined
  try {
    const healthy = await arena.login()
    if (healthy.exit !== 0) throw new Error(`cannot sign in: ${healthy.stderr}`)
    injected = await fault.inject(arena as KeychainArena)
    return injected && (await runOnce(arena, command, injected.wrapper ?? []))
  } finally {
    await injected?.undo?.()
    await arena.close()
  }
}

async function runOnce(arena: Arena, command: Command, wrapper: readonly string[]): Promise<Cell> {
  let overdue = false
  const start = (args: string[]) => {
    const [file, ...rest] = [...wrapper, process.execPath, 'bin/ls-auth.js', ...args]
    const running = arena.machine.command(file as string, rest)
    const timer = setTimeout(() => {
      overdue = true
      running.child.kill('SIGKILL')
    }, BROKEN_SECONDS * 1000)
    running.child.once('close', () => clearTimeout(timer))
    return running
  }
  const ended = await (command === 'login' ? arena.login(start) : start([command]).ended)
  const exit = ended.signal === 'SIGKILL' ? 137 : (ended.exit ?? String(ended.signal))
  const line = ended.stderr.split('\n').find((text) => text.startsWith('error: ')) ?? ''
  return {
    exit: overdue ? 'did not end' : exit,
    seconds: ended.milliseconds / 1000,
    line: line.replaceAll('|', '\\|'),
  }
}

/** The loader finds an empty file under the library's name, in a mount namespace of the one command. */
async function hideLibrary({ machine }: Arena): Promise<Injected | undefined> {
  if (!needs({ commands: ['unshare', 'mount'], packages: ['util-linux', 'mount'] })) return undefined
  const list = await machine.command('sh', ['-c', 'PATH="$PATH:/usr/sbin:/sbin" ldconfig -p']).ended
  const found = [...list.stdout.matchAll(/libsecret-1\.so\.0 .*=> (\S+)$/gm)].map(
    ([, path]) => path as string,
  )
  const paths = await Promise.all(found.map((path) => realpath(path)))
  const hide = paths.map((path) => `mount --bind /dev/null '${path}' && `).join('')
  const wrapper = ['unshare', process.getuid?.() === 0 ? '-m' : '-rm', 'sh', '-c', `${hide}exec "$@"`, 'sh']
  const [file, ...rest] = [...wrapper, 'true']
  const possible = paths.length > 0 && (await machine.command(file as string, rest).ended).exit === 0
  return possible ? { wrapper } : undefined
}

async function lock({ keyring }: KeychainArena): Promise<Injected> {
  await keyring.lock()
  return {}
}

/** A locked collection, and a display where the dialog that asks for its password stands unanswered. */
async function leavePrompt({ machine, keyring }: KeychainArena): Promise<Injected | undefined> {
  if (!needs({ commands: ['Xvfb'], packages: ['xvfb', 'gcr'] })) return undefined
  const server = spawn('Xvfb', ['-displayfd', '1', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const undo = async () => {
    server.kill()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'close')
  }
  const [number] = await once(server.stdout, 'data')
  const bus = 'org.freedesktop.DBus'
  const to = ['call', '--session', '--dest', bus, '--object-path', '/org/freedesktop/DBus', '--method']
  const display = `{'DISPLAY': ':${String(number).trim()}'}`
  await machine.command('gdbus', [...to, `${bus}.UpdateActivationEnvironment`, display]).ended
  await keyring.lock()
  return { undo }
}

/** Takes every connection and never says a word. */
async function muteBus({ machine }: Arena): Promise<Injected> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  const path = join(machine.home, 'mute')
  server.listen(path)
  await once(server, 'listening')
  machine.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${path}`
  return {
    async undo() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function clearItem(arena: KeychainArena): Promise<Injected & { account: string }> {
  const account = /account = (\S+)/.exec(await arena.keyring.search('ls-auth'))?.[1]
  if (!account) throw new Error('the sign-in left no item')
  await tool(arena, ['clear', 'service', 'ls-auth', 'account', account])
  return { account }
}

async function tool({ machine }: Arena, args: string[], stdin = ''): Promise<void> {
  const { exit, stderr } = await machine.command('secret-tool', args, { stdin }).ended
  if (exit !== 0) throw new Error(`secret-tool ${args[0]}: exit ${exit}: ${stderr}`)
}
