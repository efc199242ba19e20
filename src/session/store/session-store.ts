import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Client } from '../../client.ts'
import { FAILURES, Failure, type FailureCode } from '../../errors.ts'
import { jsonObject } from '../../json-object.ts'
import type { Ports } from '../../ports/ports.ts'
import { type LockPorts, withLock } from '../../storage/wait-for-lock.ts'
import { sessionName } from '../session-name.ts'
import { openSession, placeNamed, type Session, type SessionPlace, type StoreSettings } from './session.ts'
import { readSessionFile, type SessionBody, type SessionHeader, sealFile } from './session-file.ts'
import {
  listOwn,
  makePrivate,
  readOwn,
  removeOwn,
  requirePrivate,
  unwritable,
  writeOwn,
} from './state-files.ts'
import type { Secret } from './vaults.ts'

/**
 * The stored session. The one commit point is the rename of the session file. The keychain item of a sign-in is written once
 * and never overwritten: a write that is delayed past its timeout cannot replace a newer one.
 */
export interface Store {
  /** The header alone: no key, no keychain. */
  peek(): Promise<SessionHeader | undefined>
  /** The same for a caller that will replace it: a damaged file counts as none, a newer schema still fails. */
  peekPast(): Promise<SessionHeader | undefined>
  /**
   * Reads and decrypts the session; undefined when there is none. The file is read once. `judge` gets its header before
   * the vault is read: what it throws leaves the keychain untouched.
   */
  read(judge?: (header: SessionHeader) => void): Promise<Session | undefined>
  commit(session: Session): Promise<void>
  /** Stores a new session: list the keychain item, write it, read it back, then commit the session file. */
  install(header: HeaderFacts, body: SessionBody, refresh: string | undefined): Promise<void>
  /** Proves that a session can be stored: in the state directory and in the vault. */
  probe(tell: (line: string) => void): Promise<void>
  /** Turns the session file into a tombstone (the commit of a sign-out). */
  bury(sid: string): Promise<void>
  tombstones(): Promise<readonly Item[]>
  readTombstone(item: Item): Promise<Session | undefined>
  clearTombstone(item: Item): Promise<void>
  /** The keychain items of all sign-ins, current or not. */
  items(): Promise<readonly Item[]>
  /** Removes temporary files of killed processes. Only under the lock, when no other process writes these files. */
  clearTemporary(): Promise<void>
  recallItem(item: Item): Promise<Secret | undefined>
  discardItem(item: Item): Promise<void>
  /**
   * Deletes a session file that cannot be read, with every item that is listed. The file goes last: it is found again as
   * long as an item is left.
   */
  discardDamaged(): Promise<void>
  /** Notes that a renewal got no usable answer, for those who wait for the lock; see noted-failure.ts. */
  noteFailure(failure: Failure): Promise<void>
  /** The failure noted since then (milliseconds). */
  failureSince(since: number): Promise<Failure | undefined>
  /** Runs `work` while no other process changes this session. Failure `busy` after 45 s. */
  withSessionLock<T>(command: string, tell: (line: string) => void, work: () => Promise<T>): Promise<T>
}

/** The store of a client's session. Does no I/O itself, and caches nothing between calls. */
export const openStore = (client: Client, ports: Ports): Promise<Store> =>
  openStoreNamed(sessionName(client), client, ports)

/** The same by its name, where it is not known whose it is. */
export async function openStoreNamed(name: string, client: StoreSettings, ports: Ports): Promise<Store> {
  const place = await placeNamed(name, client, ports)
  const { directory, file, files } = place
  return {
    peek: () => peek(place),
    peekPast: () => peekPast(place),
    read: (judge) => openSession(place, file, judge),
    commit: ({ header, body, secret }) =>
      writeOwn(file, sealFile(header, body, secret.key), files, ports.env.pid),
    install: (facts, body, refresh) => install(place, facts, body, refresh),
    probe: (tell) => probe(place, tell),
    bury: (sid) => bury(place, sid),
    tombstones: () => listTombstones(place),
    readTombstone: ({ sid }) => openSession(place, place.tombstone(sid)),
    clearTombstone: (item) => clearTombstone(place, item),
    items: () => listItems(place),
    recallItem: (item) => recallItem(place, item),
    discardItem: (item) => discardItem(place, item),
    discardDamaged: () => discardDamaged(place),
    clearTemporary: () => clearTemporary(place),
    noteFailure: (failure) => noteFailure(place, failure),
    failureSince: (since) => failureSince(place, since),
    async withSessionLock(command, tell, work) {
      await makePrivate(place.directories, files, ports.env)
      return withSessionLock(directory, command, ports, tell, work)
    },
  }
}

async function peek({
  name,
  file,
  files,
  directories,
  ports,
}: SessionPlace): Promise<SessionHeader | undefined> {
  await requirePrivate(directories, files, ports.env, file)
  return (await readSessionFile(file, name, files))?.header
}

async function peekPast(place: SessionPlace): Promise<SessionHeader | undefined> {
  try {
    return await peek(place)
  } catch (error) {
    if (error instanceof Failure && error.code === 'session-ended') return undefined
    throw error
  }
}

async function discardDamaged(place: SessionPlace): Promise<void> {
  for (const item of await listItems(place)) await discardItem(place, item)
  await removeOwn(place.file, place.files)
  try {
    await place.files.syncDirectory(place.directory)
  } catch (cause) {
    throw unwritable(place.directory, cause)
  }
}

async function clearTemporary({ directory, files }: SessionPlace): Promise<void> {
  for (const name of await listOwn(directory, files)) {
    if (/^(session|failed|items\.json)\.\d+\.tmp$|^probe\.\d+$/.test(name))
      await files.remove(join(directory, name))
  }
}

/** The header fields that the sign-in gives; the store fills in the others. */
type HeaderFacts = Omit<SessionHeader, 'sid' | 'schema' | 'store' | 'wrappedKey' | 'scrypt'>

/** Stores a new session: list the keychain item, write it, read it back, then commit the session file (the rename). */
async function install(
  place: SessionPlace,
  facts: HeaderFacts,
  body: SessionBody,
  refresh: string | undefined,
): Promise<void> {
  const { store } = place.client
  const sid = randomBytes(12).toString('base64url')
  const secret: Secret = { key: randomBytes(32), refresh }
  await noteItem(place, { sid, store })
  const kept = await place.vault(store).keep(place.account(sid), secret)
  const header: SessionHeader = { schema: 1, sid, store, ...facts, ...kept.header }
  const whole = { ...body, ...(!kept.keptRefresh && refresh && { refresh }) }
  const bytes = sealFile(header, whole, secret.key)
  const write = () => writeOwn(place.file, bytes, place.files, place.ports.env.pid)
  await write().catch(async (failure) => {
    // A file replaces no directory: what lies in its place is removed first.
    const facts = await place.files.inspect(place.file).catch(() => undefined)
    if (facts?.kind === 'directory') {
      await removeOwn(place.file, place.files)
      return write()
    }
    // Renamed, but fsync of the directory failed: every reader finds the new session, so it stays.
    if (!(await place.files.read(place.file).catch(() => undefined))?.equals(bytes)) throw failure
  })
}

/** Proves that a session can be stored. Failures: `storage`, `refused`, and those of the vault. */
async function probe(place: SessionPlace, tell: (line: string) => void): Promise<void> {
  const { directory, client, ports, files } = place
  await makePrivate(place.directories, files, ports.env)
  const test = join(directory, `probe.${ports.env.pid}`)
  try {
    await files.remove(test)
    await files.create(test, Buffer.alloc(16 * 1024))
    await files.remove(test)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  const probeVault = () => place.vault(client.store).probe(`probe|${place.name}`)
  // One fixed item name, so that the next probe removes what a killed one left. The keychain probe takes the lock,
  // because libsecret fails when two processes write one item. The passphrase prompt must not hold the lock.
  await (client.store === 'keychain'
    ? withSessionLock(directory, 'login', ports, tell, probeVault)
    : probeVault())
}

/**
 * The last renewal that got no usable answer, noted beside the session. Whoever has waited for the lock in that time fails in
 * the same way at once. At a provider that is down, forty processes in a row would wait too long.
 */

const fileOf = ({ directory }: SessionPlace): string => join(directory, 'failed')

/** Notes a failure, under the lock. It holds no secret. Failure `storage`. */
async function noteFailure(place: SessionPlace, failure: Failure): Promise<void> {
  const { code, message, hint, detail } = failure
  const note = { at: place.ports.clock.now(), code, message, hint, detail }
  await writeOwn(fileOf(place), Buffer.from(JSON.stringify(note)), place.files, place.ports.env.pid)
}

/** The failure noted since then (milliseconds, local clock); undefined: none, or it is damaged. Failures of readOwn. */
async function failureSince(place: SessionPlace, since: number): Promise<Failure | undefined> {
  const note = jsonObject(await readOwn(fileOf(place), place.files))
  if (typeof note?.at !== 'number' || note.at <= since || note.at > place.ports.clock.now()) return undefined
  const { code, message, hint, detail } = note
  if (typeof code !== 'string' || !Object.hasOwn(FAILURES, code) || typeof message !== 'string')
    return undefined
  return new Failure(code as FailureCode, message, {
    ...(typeof hint === 'string' && { hint }),
    detail: Array.isArray(detail) ? detail.map(String) : [],
  })
}

/** Runs `work` while this process alone holds the lock of a session; see {@link withLock}. Failures: `busy`, `storage`. */
const withSessionLock = <T>(
  directory: string,
  command: string,
  ports: LockPorts,
  tell: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> => withLock({ path: join(directory, 'lock'), what: 'this session' }, command, ports, tell, work)

/** Renames the session file to a tombstone: the commit of a sign-out. Failure `storage`. */
async function bury({ file, directory, files, tombstone }: SessionPlace, sid: string): Promise<void> {
  try {
    await files.rename(file, tombstone(sid))
    await files.syncDirectory(directory)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
}

/** The items of unfinished sign-outs. Failures: `storage`, `refused`, `settings` (of a newer ls-auth). */
async function listTombstones(place: SessionPlace): Promise<readonly Item[]> {
  const { directory, files } = place
  const found: Item[] = []
  for (const name of await listOwn(directory, files)) {
    if (!name.startsWith('tombstone-')) continue
    const item = await itemOf(name.slice('tombstone-'.length), join(directory, name), place)
    if (item) found.push(item)
  }
  return found
}

/** Of a damaged tombstone its name and the list of items say the same: else no sign-out could be finished any more. */
async function itemOf(sid: string, path: string, place: SessionPlace): Promise<Item | undefined> {
  try {
    const found = await readSessionFile(path, place.name, place.files)
    // It is removed by its own name, whatever its header says.
    return found && { sid, store: found.header.store }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'session-ended') throw error
    const listed = (await listItems(place)).find((item) => item.sid === sid)
    // An item that is not listed is deleted already, and the file store has none to delete.
    return { sid, store: listed?.store ?? 'file' }
  }
}

/** Removes a tombstone. Failure `storage`. */
const clearTombstone = ({ files, tombstone }: SessionPlace, { sid }: Item): Promise<void> =>
  removeOwn(tombstone(sid), files)

/** A keychain item (or key-file session) that a sign-in has written, by the store it was written to. */
export type Item = Pick<SessionHeader, 'sid' | 'store'>

/**
 * The keychain items of all sign-ins, current or not. An item is listed before it is written, so that one left by a
 * killed sign-in is found again. A list that is missing or cannot be parsed counts as empty.
 */
async function listItems(place: SessionPlace): Promise<readonly Item[]> {
  const bytes = await readOwn(place.itemList, place.files)
  try {
    const parsed: unknown = JSON.parse(String(bytes))
    return Array.isArray(parsed) ? parsed.filter(isItem) : []
  } catch {
    return []
  }
}

/** Adds an item to the list. */
async function noteItem(place: SessionPlace, item: Item): Promise<void> {
  await saveItems(place, [...(await listItems(place)), item])
}

/** Reads an item. Undefined: missing, the keychain does not give it, or its key is in the session file alone. */
async function recallItem(place: SessionPlace, { sid, store }: Item): Promise<Secret | undefined> {
  return place
    .vault(store)
    .recall(place.account(sid), { store } as SessionHeader)
    .catch(() => undefined)
}

/** Deletes the item, then its entry in the list. */
async function discardItem(place: SessionPlace, { sid, store }: Item): Promise<void> {
  await place.vault(store).discard(place.account(sid))
  await saveItems(
    place,
    (await listItems(place)).filter((other) => other.sid !== sid),
  )
}

const saveItems = (place: SessionPlace, list: readonly Item[]) =>
  writeOwn(place.itemList, Buffer.from(JSON.stringify(list)), place.files, place.ports.env.pid)

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && /^[\w-]{8,64}$/.test(String((value as Item).sid))
