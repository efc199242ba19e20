import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { needs } from './needs.ts'

const run = promisify(execFile)

/** Whether a keyring session can be opened here: `describe.skipIf(!hasKeyring())`. */
export const hasKeyring = (): boolean =>
  needs({
    commands: ['gnome-keyring-daemon', 'dbus-run-session', 'gdbus', 'secret-tool'],
    packages: [
      'gnome-keyring',
      'dbus-bin',
      'dbus-daemon',
      'libsecret-1-0',
      'libsecret-tools',
      'libglib2.0-bin',
    ],
  })

/** A login session of its own: a private D-Bus, and on it a real gnome-keyring with an unlocked collection. */
export interface KeyringSession {
  /** What makes a process part of the session. */
  readonly env: Readonly<Record<string, string>>
  /** What an independent program finds: `secret-tool search --all`, attributes and secrets. */
  search(service: string): Promise<string>
  /** One secret as an independent program reads it, undefined when there is none. */
  readSecret(service: string, account: string): Promise<string | undefined>
  /** Locks the collection; without a display nobody can unlock it again. */
  lock(): Promise<void>
  /** Stops the daemon where it stands, as a hung one: it takes requests and answers none. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

/** @param options.provider false: a session with a bus and nothing on it. */
export async function openKeyringSession(options: { provider?: boolean } = {}): Promise<KeyringSession> {
  const { provider = true } = options
  const home = await mkdtemp(join(tmpdir(), 'ls-auth-bus-'))
  const places = {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_RUNTIME_DIR: join(home, 'run'),
  }
  await mkdir(join(places.XDG_DATA_HOME, 'keyrings'), { recursive: true })
  await mkdir(places.XDG_RUNTIME_DIR, { mode: 0o700 })
  const config = join(home, 'bus.conf')
  await writeFile(config, BARE_BUS)
  const { bus, address } = await startBus(provider ? [] : ['--config-file', config], provider, places)
  const env = { ...places, DBUS_SESSION_BUS_ADDRESS: address }
  const inside = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 10_000 }
  const call = async (destination: string, path: string, method: string, ...values: string[]) => {
    const to = ['call', '--session', '--dest', destination, '--object-path', path, '--method', method]
    return (await run('gdbus', [...to, ...values], inside)).stdout
  }
  const daemon = provider ? await findDaemon(call) : undefined

  return {
    env,
    async search(service) {
      // The attributes go to stderr, the rest to stdout.
      const { stdout, stderr } = await run('secret-tool', ['search', '--all', 'service', service], inside)
      return stdout + stderr
    },
    async readSecret(service, account) {
      try {
        const asked = ['lookup', 'service', service, 'account', account]
        return (await run('secret-tool', asked, inside)).stdout
      } catch (error) {
        if ((error as { code?: unknown }).code === 1) return undefined
        throw error
      }
    },
    async lock() {
      const [service, root] = ['org.freedesktop.secrets', '/org/freedesktop/secrets']
      await call(service, root, 'org.freedesktop.Secret.Service.Lock', `['${root}/collection/login']`)
    },
    freeze: () => signal(daemon, 'SIGSTOP'),
    thaw: () => signal(daemon, 'SIGCONT'),
    async close() {
      signal(daemon, 'SIGCONT')
      bus.stdin?.end()
      await once(bus, 'close')
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}

/** The bus lives until its standard input ends; the daemon goes with the bus. */
async function startBus(
  options: string[],
  provider: boolean,
  places: Record<string, string>,
): Promise<{ bus: ChildProcess; address: string }> {
  const keyring = 'printf test-pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;'
  const script = `${provider ? keyring : ''} echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >/dev/null`
  const bus = spawn('dbus-run-session', [...options, '--', 'sh', '-c', script], {
    env: { PATH: process.env.PATH, ...places },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const address = await new Promise<string>((resolve, reject) => {
    let heard = ''
    bus.once('error', reject)
    bus.once('close', () => reject(new Error('the D-Bus session did not start')))
    bus.stdout.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
      if (heard.includes('\n')) resolve(heard.trim())
    })
  })
  return { bus, address }
}

type Call = (destination: string, path: string, method: string, ...values: string[]) => Promise<string>

/** The process behind the Secret Service. It takes its name on the bus a moment after it has started. */
async function findDaemon(call: Call): Promise<number> {
  const name = 'org.freedesktop.secrets'
  for (let left = 50; left > 0; left -= 1) {
    const method = 'org.freedesktop.DBus.GetConnectionUnixProcessID'
    const answer = await call('org.freedesktop.DBus', '/', method, name).catch(() => '')
    const pid = /uint32 (\d+)/.exec(answer)?.[1]
    if (pid) return Number(pid)
    await sleep(50)
  }
  throw new Error('gnome-keyring did not start')
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}

/** A bus that can start nothing: no service directories. */
const BARE_BUS = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`
