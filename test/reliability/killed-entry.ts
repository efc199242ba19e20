import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Http } from '../../src/ports/http.ts'
import type { Files, Keychain, Lock, Ports } from '../../src/ports/ports.ts'

/**
 * The built program on the real machine, with two differences: its clock may be set forward (LS_AUTH_AHEAD, milliseconds),
 * and it may kill itself at one call of one operation (LS_AUTH_KILL, see points.ts). Nothing of it ships.
 */
export interface Kill {
  /** `create session`, `POST token`, `lock`, …; temporary files go by the name of the file they will become. */
  readonly operation: string
  /** Which call of it, from 1. */
  readonly nth: number
  /** `half`: with half of the bytes written; `during`: the request is out and the answer is not back. */
  readonly when: 'before' | 'half' | 'during' | 'after'
}

const ahead = Number(process.env.LS_AUTH_AHEAD ?? 0)
const kill = process.env.LS_AUTH_KILL ? (JSON.parse(process.env.LS_AUTH_KILL) as Kill) : undefined
let calls = 0

async function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

/** Performs one operation, or as much of it as the plan lets it. */
async function watch<T>(operation: string, perform: () => Promise<T>, half?: () => void): Promise<T> {
  if (operation !== kill?.operation || ++calls !== kill.nth) return perform()
  if (kill.when === 'before') return die()
  if (kill.when === 'half') {
    half?.()
    return die()
  }
  const done = perform()
  if (kill.when === 'during') {
    await Promise.race([done, sleep(50)]).catch(() => {})
    return die()
  }
  await done
  return die()
}

const nameOf = (path: string) =>
  basename(path)
    .replace(/\.\d+\.tmp$|\.\d+$/, '')
    .replace(/^tombstone-.*/, 'tombstone')

function watchFiles(files: Files): Files {
  return {
    ...files,
    create: (path, bytes) =>
      watch(
        `create ${nameOf(path)}`,
        () => files.create(path, bytes),
        () => writeFileSync(path, bytes.subarray(0, bytes.length / 2), { mode: 0o600, flag: 'wx' }),
      ),
    rename: (from, to) => watch(`rename ${nameOf(to)}`, () => files.rename(from, to)),
    syncDirectory: (path) => watch('flush', () => files.syncDirectory(path)),
    remove: (path) => watch(`remove ${nameOf(path)}`, () => files.remove(path)),
  }
}

const itemOf = (account: string) => (account.startsWith('probe') ? 'probe' : 'item')

function watchKeychain(keychain: Keychain): Keychain {
  return {
    get: (account) => watch(`get ${itemOf(account)}`, () => keychain.get(account)),
    set: (account, secret) => watch(`set ${itemOf(account)}`, () => keychain.set(account, secret)),
    remove: (account) => watch(`delete ${itemOf(account)}`, () => keychain.remove(account)),
  }
}

function watchLock(lock: Lock): Lock {
  return {
    async tryLock(path, note) {
      const unlock = await lock.tryLock(path, note)
      if (!unlock) return undefined
      await watch('lock', async () => {})
      return () => watch('unlock', unlock)
    },
  }
}

function watchHttp(http: Http): Http {
  return {
    ...http,
    send: (request) => watch(`${request.method} ${basename(request.url.pathname)}`, () => http.send(request)),
  }
}

const built = new URL('../dist/main.cjs', import.meta.url).href
const { realPorts, run } = (await import(built)) as typeof import('../../src/main.ts')
const real = realPorts()
const ports: Ports = {
  ...real,
  clock: { ...real.clock, now: () => real.clock.now() + ahead },
  files: async () => watchFiles(await real.files()),
  keychain: async () => watchKeychain(await real.keychain()),
  lock: async () => watchLock(await real.lock()),
  http: async (settings) => watchHttp(await real.http(settings)),
}
process.exitCode = await run(process.argv.slice(2), ports)
