import { join } from 'node:path'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { discardItem, type Item, listItems, recallItem } from './items.ts'
import { type HeaderFacts, install, probe } from './new-session.ts'
import { openSession, type Session } from './session.ts'
import { readHeader, type SessionBody, type SessionHeader, sealFile } from './session-file.ts'
import { withSessionLock } from './session-lock.ts'
import { type SessionPlace, sessionPlace } from './session-place.ts'
import { listOwn, makePrivate, readOwn, writeOwn } from './state-files.ts'
import { bury, clearTombstone, listTombstones } from './tombstones.ts'
import type { Secret } from './vaults/vault.ts'

/**
 * The session at rest. The one commit point is the rename of the session file; the keychain item of a sign-in is
 * written once and never overwritten, so a write that lands late can replace nothing.
 */
export interface Store {
  /** The header alone: no key, no keychain. */
  peek(): Promise<SessionHeader | undefined>
  /** The same for whoever is about to replace it: a damaged file counts as none, a newer version's is still refused. */
  peekPast(): Promise<SessionHeader | undefined>
  /**
   * Reads and opens the session; undefined when there is none. The file is read once, and `judge` sees its header
   * before the vault is asked for the key: what it throws leaves the keychain untouched.
   */
  read(judge?: (header: SessionHeader) => void): Promise<Session | undefined>
  commit(session: Session): Promise<void>
  /** Keeps a new sign-in: note the item, write it, read it back, then commit the file that points at it. */
  install(header: HeaderFacts, body: SessionBody, refresh: string | undefined): Promise<void>
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

/** Touches nothing yet: every method goes to the disk anew. */
export async function openStore(client: Client, ports: Ports): Promise<Store> {
  const place = await sessionPlace(client, ports)
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
    clearTemporary: () => clearTemporary(place),
    async withSessionLock(command, tell, work) {
      await makePrivate(directory, client.stateDirectory, files, ports)
      return withSessionLock(directory, command, ports, tell, work)
    },
  }
}

async function peek({ file, files }: SessionPlace): Promise<SessionHeader | undefined> {
  const bytes = await readOwn(file, files)
  return bytes && readHeader(bytes, file)
}

async function peekPast(place: SessionPlace): Promise<SessionHeader | undefined> {
  try {
    return await peek(place)
  } catch (error) {
    if (error instanceof Failure && error.code === 'session-ended') return undefined
    throw error
  }
}

async function clearTemporary({ directory, files }: SessionPlace): Promise<void> {
  for (const name of await listOwn(directory, files)) {
    if (/^(session|items\.json)\.\d+\.tmp$|^probe\.\d+$/.test(name)) await files.remove(join(directory, name))
  }
}
