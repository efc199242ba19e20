import type { Client } from '../../../client.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { SessionHeader } from '../session-file.ts'
import { keyFileVault } from './key-file.ts'
import { keychainVault } from './keychain-vault.ts'
import { passphraseVault } from './passphrase-vault.ts'
import type { Vault } from './vault.ts'

/** The vault of a session, by the store in its header (not by the `store` setting, which may have changed). */
export function openVault(
  client: Pick<Client, 'store' | 'storeKeyFile' | 'storeKeyFrom'>,
  store: SessionHeader['store'],
  ports: Ports,
): Vault {
  if (store === 'keychain') return keychainVault(ports)
  const { storeKeyFile, storeKeyFrom } = client
  return storeKeyFile === undefined ? passphraseVault(ports) : keyFileVault(storeKeyFile, ports, storeKeyFrom)
}
