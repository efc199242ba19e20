import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { type Client, sessionName } from '../client.ts'
import { openVault } from './open-vault.ts'
import { type Body, damaged, type Header, openFile, readHeader, sealFile } from './session-file.ts'
import { withSessionLock } from './session-lock.ts'
import { listOwn, makePrivate, readOwn, unwritable, writeOwn } from './state-files.ts'
import type { Secret, Vault } from './vault.ts'

/** How often a session that does not open is looked at again. */
const LOOKS = 2

/** A session that has been read and opened. */
export interface Session {
  readonly header: Header
  readonly body: Body
  readonly secret: Secret
}

/** A keychain item (or key-file session) that a sign-in has written, by the store it was written to. */
export type Item = Pick<Header, 'sid' | 'store'>

/** The refresh token that counts: what the provider rotated to, else the one issued at sign-in. */
export const refreshTokenOf = (session: Session): string | undefined =>
  session.body.refresh ?? session.secret.refresh

/**
 * The session at rest. The one commit point is the rename of the session file; the keychain item of a sign-in is
 * written once and never overwritten, so a write that lands late can replace nothing.
 */
export interface Store {
  /** The header alone: no key, no keychain. */
  peek(): Promise<Header | undefined>
  /** The same for whoever is about to replace it: a damaged file counts as none, a newer version's is still refused. */
  peekPast(): Promise<Header | undefined>
  /**
   * Reads and opens the session; undefined when there is none. The file is read once, and `judge` sees its header
   * before the vault is asked for the key: what it throws leaves the keychain untouched.
   */
  read(judge?: (header: Header) => void): Promise<Session | undefined>
  commit(session: Session): Promise<void>
  /** Keeps a new sign-in: note the item, write it, read it back, then commit the file that points at it. */
  install(
    header: Omit<Header, 'sid' | 'schema' | 'store' | 'wrappedKey' | 'scrypt'>,
    body: Body,
    refresh: string | undefined,
  ): Promise<void>
  /** Proves that a sign-in can be kept: in the state directory and in the vault. */
  probe(tell: (line: string) => void): Promise<void>
  /** Turns the session file into a tombstone (the commit of a sign-out). */
  bury(sid: string): Promise<void>
  tombstones(): Promise<readonly Item[]>
  readTombstone(item: Item): Promise<Session | undefined>
  clearTombstone(item: Item): Promise<void>
  /** Items written by sign-ins, current or not. */
  items(): Promise<readonly Item[]>
  /** Removes what killed writers left half way. For holders of the lock: nobody else writes these files. */
  clearTemporary(): Promise<void>
  recallItem(item: Item): Promise<Secret | undefined>
  discardItem(item: Item): Promise<void>
  /** Runs `work` while no other process changes this session. Failure `busy` after 30 s. */
  withSessionLock<T>(command: string, tell: (line: string) => void, work: () => Promise<T>): Promise<T>
}

export async function openStore(client: Client, ports: Ports): Promise<Store> {
  const files = await ports.files()
  const name = sessionName(client)
  const directory = join(client.stateDirectory, 'sessions', name)
  const path = join(directory, 'session')
  const itemsPath = join(directory, 'items.json')
  const tombstonePath = (sid: string) => join(directory, `tombstone-${sid}`)
  const account = (sid: string) => `${name}|${sid}`
  const vaults = new Map<Header['store'], Vault>()
  // One vault per command: a passphrase is asked for once.
  const vaultOf = (store: Header['store']): Vault => {
    const vault = vaults.get(store) ?? openVault(client, store, ports)
    vaults.set(store, vault)
    return vault
  }
  const write = (to: string, bytes: Uint8Array) => writeOwn(to, bytes, files, ports.env.pid)

  async function readFile(at: string, judge?: (header: Header) => void): Promise<Session | undefined> {
    // A sign-in may swap the file between reading it and fetching its key: look again before giving up.
    for (let attempt = 0; ; attempt++) {
      const bytes = await readOwn(at, files)
      if (!bytes) return undefined
      const header = readHeader(bytes, at)
      judge?.(header)
      try {
        const secret = await vaultOf(header.store).recall(account(header.sid), header)
        const body = openFile(bytes, secret.key)
        if (body) return { header, body, secret }
      } catch (error) {
        const now = await readOwn(at, files)
        // Gone since it was read: somebody signed out, and the key was taken away on purpose.
        if (!now) return undefined
        if (attempt >= LOOKS || now.equals(bytes)) throw error
        continue
      }
      if (attempt >= LOOKS) throw damaged(at)
    }
  }

  async function items(): Promise<readonly Item[]> {
    const bytes = await readOwn(itemsPath, files)
    if (!bytes) return []
    try {
      const parsed: unknown = JSON.parse(bytes.toString())
      return Array.isArray(parsed) ? parsed.filter(isItem) : []
    } catch {
      return []
    }
  }
  const saveItems = (list: readonly Item[]) => write(itemsPath, Buffer.from(JSON.stringify(list)))

  return {
    async peek() {
      const bytes = await readOwn(path, files)
      return bytes ? readHeader(bytes, path) : undefined
    },
    async peekPast() {
      const bytes = await readOwn(path, files)
      try {
        return bytes ? readHeader(bytes, path) : undefined
      } catch (error) {
        if (error instanceof Failure && error.code === 'session-ended') return undefined
        throw error
      }
    },
    read: (judge) => readFile(path, judge),
    commit: (session) => write(path, sealFile(session.header, session.body, session.secret.key)),
    async install(facts, body, refresh) {
      const sid = randomBytes(12).toString('base64url')
      const secret: Secret = { key: randomBytes(32), refresh }
      await saveItems([...(await items()), { sid, store: client.store }])
      const kept = await vaultOf(client.store).keep(account(sid), secret)
      const header: Header = { schema: 1, sid, store: client.store, ...facts, ...kept.header }
      const whole = kept.keptRefresh || refresh === undefined ? body : { ...body, refresh }
      const bytes = sealFile(header, whole, secret.key)
      await write(path, bytes).catch(async (failure) => {
        // Renamed, but the directory could not be flushed: every reader finds the new sign-in, so it is kept.
        if (!(await files.read(path).catch(() => undefined))?.equals(bytes)) throw failure
      })
    },
    async probe(tell) {
      await makePrivate(directory, client.stateDirectory, files, ports)
      const test = join(directory, `probe.${ports.env.pid}`)
      try {
        await files.remove(test)
        await files.create(test, Buffer.alloc(16 * 1024))
        await files.remove(test)
      } catch (cause) {
        throw unwritable(directory, cause)
      }
      const probe = () => vaultOf(client.store).probe(`probe|${name}`)
      // One name, so that what a killed probe left goes with the next; the keychain needs the lock for that (two
      // processes at one item make libsecret fail). A person at a passphrase prompt must not hold it.
      await (client.store === 'keychain' ? withSessionLock(directory, 'login', ports, tell, probe) : probe())
    },
    async bury(sid) {
      try {
        await files.rename(path, tombstonePath(sid))
        await files.syncDirectory(directory)
      } catch (cause) {
        throw unwritable(directory, cause)
      }
    },
    async tombstones() {
      const found: Item[] = []
      for (const name of await listOwn(directory, files)) {
        if (!name.startsWith('tombstone-')) continue
        const at = join(directory, name)
        const bytes = await readOwn(at, files)
        if (bytes) found.push(readHeader(bytes, at))
      }
      return found
    },
    readTombstone: ({ sid }) => readFile(tombstonePath(sid)),
    async clearTombstone({ sid }) {
      try {
        await files.remove(tombstonePath(sid))
      } catch (cause) {
        throw unwritable(directory, cause)
      }
    },
    items,
    async clearTemporary() {
      for (const name of await listOwn(directory, files)) {
        if (/^(session|items\.json)\.\d+\.tmp$|^probe\.\d+$/.test(name))
          await files.remove(join(directory, name))
      }
    },
    async recallItem({ sid, store }) {
      // A key-file session rests in the session file alone; only a keychain item can outlive it.
      if (store === 'file') return undefined
      return vaultOf(store)
        .recall(account(sid), { store } as Header)
        .catch(() => undefined)
    },
    async discardItem({ sid, store }) {
      if (store === 'keychain') await vaultOf(store).discard(account(sid))
      await saveItems((await items()).filter((other) => other.sid !== sid))
    },
    async withSessionLock(command, tell, work) {
      await makePrivate(directory, client.stateDirectory, files, ports)
      return withSessionLock(directory, command, ports, tell, work)
    },
  }
}

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && /^[\w-]{8,64}$/.test(String((value as Item).sid))
