import { basename, dirname, join } from 'node:path'
import type { Client } from '../../../src/client.ts'
import type { FileFacts, Files, Ports } from '../../../src/ports/ports.ts'
import { presetFor } from '../../../src/providers/detect.ts'
import { sessionName } from '../../../src/session/session-name.ts'
import { placeNamed, type SessionPlace } from '../../../src/session/store/session.ts'
import type { SessionBody, SessionHeader } from '../../../src/session/store/session-file.ts'
import type { Item } from '../../../src/session/store/session-store.ts'
import { openStore, type Store } from '../../../src/session/store/session-store.ts'

/** A machine for the store alone: files, keychain, lock, clock and keyboard in memory, each of which can be made to fail. */
export interface Shelf {
  readonly ports: Ports
  readonly client: Client
  /** Content by path. */
  readonly disk: Map<string, Buffer>
  readonly facts: Map<string, FileFacts>
  readonly items: Map<string, string>
  /** What was done, in order: `create session.7.tmp`, `set NAME|probe`. */
  readonly log: string[]
  /** `operation name` of the log → the error's code, or what happens instead. */
  readonly faults: Map<string, string | (() => void)>
  /** Passphrases to type, in order. */
  readonly typed: (string | undefined)[]
  readonly prompts: string[]
  store(over?: Partial<Client>): Promise<Store>
  place(): Promise<SessionPlace>
  /** Stores a session ({@link FACTS}, {@link BODY}) and forgets what was done for it. */
  signIn(): Promise<Store>
  /** The header in the session file. */
  header(): SessionHeader
  /** The items in the list beside it. */
  itemList(): Item[]
  /** Writes a file, by default the session file. */
  put(content: string | Buffer, path?: string): void
  now: number
}

export const STATE = '/home/ada/.local/state/ls-auth'
const UID = 1000

/** The facts of the session that {@link Shelf.signIn} stores, and its body. */
export const FACTS = {
  issuer: 'https://id.acme.example',
  clientId: 'cli',
  account: 'default',
  apis: { acme: 'https://gw.acme.example' },
}
export const BODY: SessionBody = {
  tokens: [{ use: 'access', audience: '', scopes: '', value: 'the-token', receivedAt: 1, expiresIn: 60 }],
  skewSeconds: 0,
  signedInAt: 1,
}

export function openShelf(over: Partial<Client> = {}): Shelf {
  const shelf: Shelf = {
    disk: new Map(),
    facts: new Map(),
    items: new Map(),
    log: [],
    faults: new Map(),
    typed: [],
    prompts: [],
    now: 1_800_000_000_000,
    client: {
      profile: 'acme',
      issuer: 'https://id.acme.example',
      clientId: 'cli',
      preset: presetFor('https://id.acme.example'),
      account: 'default',
      apiOrigin: 'https://gw.acme.example',
      store: 'keychain',
      storeKeyFile: undefined,
      stateDirectory: STATE,
      http: {},
      ...over,
    } as Client,
    get ports() {
      return ports
    },
    store: (other) => openStore({ ...shelf.client, ...other }, ports),
    place: () => placeNamed(sessionName(shelf.client), shelf.client, ports),
    async signIn() {
      const store = await shelf.store()
      await store.install(FACTS, BODY, 'the-refresh-token')
      shelf.log.length = 0
      return store
    },
    header: () => JSON.parse(shelf.disk.get(file)?.toString('latin1').split('\n')[0] ?? ''),
    itemList: () => JSON.parse(String(shelf.disk.get(join(dirname(file), 'items.json')))),
    put(content, path = file) {
      shelf.disk.set(path, Buffer.from(content))
      shelf.facts.set(path, { kind: 'file', mode: 0o600, uid: UID, size: content.length })
    },
  }
  const file = join(STATE, 'sessions', sessionName(shelf.client), 'session')
  const done = (what: string) => {
    shelf.log.push(what)
    const fault = shelf.faults.get(what)
    if (typeof fault === 'string') throw Object.assign(new Error(fault), fault && { code: fault })
    fault?.()
  }
  const files = filesOf(shelf, done)
  const ports = {
    env: { uid: UID, pid: 7, platform: 'linux', variables: {}, homeDirectory: '/home/ada' },
    clock: {
      now: () => shelf.now,
      async sleep(milliseconds: number) {
        shelf.now += milliseconds
        done('sleep')
      },
    },
    terminal: {
      errIsTTY: true,
      async readSecret(prompt: string) {
        shelf.prompts.push(prompt)
        return shelf.typed.shift()
      },
    },
    files: async () => files,
    keychain: async () => ({
      async get(account: string) {
        done(`get ${account}`)
        return shelf.items.get(account)
      },
      async set(account: string, secret: string) {
        done(`set ${account}`)
        shelf.items.set(account, secret)
      },
      async remove(account: string) {
        done(`remove ${account}`)
        return shelf.items.delete(account)
      },
    }),
    lock: async () => ({
      async tryLock(path: string, note: string) {
        done(`lock ${basename(path)}`)
        if (shelf.disk.has(`${path}.holder`)) return undefined
        shelf.disk.set(`${path}.holder`, Buffer.from(note))
        return async () => {
          done('unlock')
          shelf.disk.delete(`${path}.holder`)
        }
      },
    }),
  } as unknown as Ports
  return shelf
}

function filesOf({ disk, facts }: Shelf, done: (what: string) => void): Files {
  const missing = () => Object.assign(new Error('ENOENT'), { code: 'ENOENT' })
  const directory: FileFacts = { kind: 'directory', mode: 0o700, uid: UID, size: 0 }
  async function create(path: string, bytes: Uint8Array) {
    done(`create ${basename(path)}`)
    if (disk.has(path)) throw Object.assign(new Error('EEXIST'), { code: 'EEXIST' })
    disk.set(path, Buffer.from(bytes))
    facts.set(path, { kind: 'file', mode: 0o600, uid: UID, size: bytes.length })
  }
  return {
    create,
    createWhole: create,
    async read(path) {
      done(`read ${basename(path)}`)
      return disk.get(path)
    },
    readForeign: async (path) => disk.get(path),
    endOfLinks: async (path) => path,
    readLink: async (path) => path,
    async append(path, bytes) {
      const whole = Buffer.concat([disk.get(path) ?? Buffer.alloc(0), bytes])
      disk.set(path, whole)
      return whole.length
    },
    async openGrowing() {
      throw new Error('no session grows')
    },
    async rename(from, to) {
      done(`rename ${basename(from)} ${basename(to)}`)
      const bytes = disk.get(from)
      if (!bytes) throw missing()
      if (facts.get(to)?.kind === 'directory') throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' })
      disk.delete(from)
      disk.set(to, bytes)
      const about = facts.get(from)
      if (about) facts.set(to, about)
      facts.delete(from)
    },
    async syncDirectory(path) {
      done(`sync ${basename(path)}`)
    },
    async remove(path) {
      done(`unlink ${basename(path)}`)
      disk.delete(path)
      facts.delete(path)
    },
    async removeTree(path) {
      done(`unlink ${basename(path)}`)
      for (const one of [...facts.keys()]) if (`${one}/`.startsWith(`${path}/`)) facts.delete(one)
    },
    async makeDirectory(path) {
      done(`mkdir ${basename(path)}`)
      for (let at = path; at.length > 1; at = dirname(at)) if (!facts.has(at)) facts.set(at, directory)
    },
    async list(path) {
      done(`list ${basename(path)}`)
      const inside = [...disk.keys(), ...facts.keys()].filter((one) => one.startsWith(`${path}/`))
      return [...new Set(inside.map((one) => one.slice(path.length + 1).split('/')[0] as string))]
    },
    async inspect(path) {
      done(`inspect ${basename(path)}`)
      return facts.get(path)
    },
  }
}
