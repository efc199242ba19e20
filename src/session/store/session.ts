import { join } from 'node:path'
import type { Client } from '../../client.ts'
import type { Files, Ports } from '../../ports/ports.ts'
import { damaged, openFile, readSessionFile, type SessionBody, type SessionHeader } from './session-file.ts'
import { readOwn, requirePrivate } from './state-files.ts'
import { openVault, type Secret, type Vault } from './vaults.ts'

/** A session that has been read and decrypted. */
export interface Session {
  readonly header: SessionHeader
  readonly body: SessionBody
  readonly secret: Secret
}

/** The current refresh token: the last one the provider rotated to, else the one issued at sign-in. */
export const refreshTokenOf = (session: Session): string | undefined =>
  session.body.refresh ?? session.secret.refresh

/** Retries when a session cannot be decrypted. */
const LOOKS = 2

/**
 * Reads a session file (or tombstone) and decrypts it with the key from its vault. Undefined: there is none.
 * `judge` gets the header before the vault is read: what it throws leaves the keychain untouched.
 */
export async function openSession(
  place: SessionPlace,
  path: string,
  judge?: (header: SessionHeader) => void,
): Promise<Session | undefined> {
  // Before every read, cached token or not: others could put a session of theirs in the place of this one.
  await requirePrivate(place.directories, place.files, place.ports.env, path)
  // Race: a sign-in may replace the file between reading it and fetching its key, so read it again before giving up.
  for (let attempt = 0; ; attempt++) {
    const found = await readSessionFile(path, place.name, place.files)
    if (!found) return undefined
    const { bytes, header } = found
    judge?.(header)
    try {
      const secret = await place.vault(header.store).recall(place.account(header.sid), header)
      const body = openFile(bytes, secret.key)
      if (body) return { header, body, secret }
    } catch (error) {
      const now = await readOwn(path, place.files)
      // Gone since it was read: another process has signed out and deleted the key.
      if (!now) return undefined
      if (attempt >= LOOKS || now.equals(bytes)) throw error
      continue
    }
    if (attempt >= LOOKS) throw damaged(path)
  }
}

/** Where one session is stored: its directory, the files in it, and the vaults of its secrets. */
export interface SessionPlace {
  readonly name: string
  readonly directory: string
  /** The state directory and each directory from there to the session's own. */
  readonly directories: readonly string[]
  /** The session file. */
  readonly file: string
  /** The list of keychain items that sign-ins have written. */
  readonly itemList: string
  tombstone(sid: string): string
  /** The name of a sign-in's item in its vault. */
  account(sid: string): string
  /** Memoized for each kind: a command prompts for a passphrase once. */
  vault(store: SessionHeader['store']): Vault
  readonly client: StoreSettings
  readonly files: Files
  readonly ports: Ports
}

/** What decides where a session is stored, beside its name. */
export type StoreSettings = Pick<Client, 'stateDirectory' | 'store' | 'storeKeyFile' | 'storeKeyFrom'>

/** Where the session of this name is stored. No I/O. */
export async function placeNamed(name: string, client: StoreSettings, ports: Ports): Promise<SessionPlace> {
  const sessions = join(client.stateDirectory, 'sessions')
  const directory = join(sessions, name)
  const vaults = new Map<SessionHeader['store'], Vault>()
  return {
    name,
    directory,
    directories: [client.stateDirectory, sessions, directory],
    file: join(directory, 'session'),
    itemList: join(directory, 'items.json'),
    tombstone: (sid) => join(directory, `tombstone-${sid}`),
    account: (sid) => `${name}|${sid}`,
    vault(store) {
      const vault = vaults.get(store) ?? openVault(client, store, ports)
      vaults.set(store, vault)
      return vault
    },
    client,
    files: await ports.files(),
    ports,
  }
}
