import { join } from 'node:path'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { sessionName } from '../session-name.ts'
import { discardItem, type Item, listItems, recallItem } from './items.ts'
import { type HeaderFacts, install, probe } from './new-session.ts'
import { failureSince, noteFailure } from './noted-failure.ts'
import { openSession, type Session } from './session.ts'
import { readSessionFile, type SessionBody, type SessionHeader, sealFile } from './session-file.ts'
import { withSessionLock } from './session-lock.ts'
import { placeNamed, type SessionPlace, type StoreSettings } from './session-place.ts'
import { listOwn, makePrivate, removeOwn, requirePrivate, unwritable, writeOwn } from './state-files.ts'
import { bury, clearTombstone, listTombstones } from './tombstones.ts'
import type { Secret } from './vaults/vault.ts'

/**
 * The stored session. The one commit point is the rename of the session file. The keychain item of a sign-in is written
 * once and never overwritten, so a write that is delayed past its timeout cannot replace a newer one.
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
  /** Removes temporary files of killed processes. Only under the lock: nobody else writes these files then. */
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

/** The store of a client's session. Does no I/O itself; nothing is cached between calls. */
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
