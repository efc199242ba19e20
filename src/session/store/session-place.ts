import { join } from 'node:path'
import type { Client } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import type { SessionHeader } from './session-file.ts'
import { openVault } from './vaults/open-vault.ts'
import type { Vault } from './vaults/vault.ts'

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
