import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { Client } from './client.ts'
import { ensureKeyFile, readKeyFile, unwrapKey, wrapKey } from './key-file.ts'
import { passphraseVault } from './passphrase.ts'
import type { Header } from './sealed-file.ts'

/** What a sign-in leaves outside the session file: the data key, and the refresh token as issued. */
export interface Secret {
  readonly key: Buffer
  readonly refresh: string | undefined
}

/** Where secrets rest. An item is written once per sign-in and never overwritten. */
export interface Vault {
  /** Proves that something can be kept, before a person is sent to a browser. */
  probe(): Promise<void>
  /** Keeps the secret and reads it back. Says what the header must carry and whether the refresh token is kept. */
  keep(
    account: string,
    secret: Secret,
  ): Promise<{ header: Pick<Header, 'wrappedKey' | 'scrypt'>; keptRefresh: boolean }>
  /** The secret of a session that the file says is there. */
  recall(account: string, header: Header): Promise<Secret>
  /** Whether the item is known to be gone. */
  discard(account: string): Promise<boolean>
}

export function openVault(
  client: Pick<Client, 'store' | 'storeKeyFile'>,
  store: Header['store'],
  ports: Ports,
): Vault {
  if (store === 'keychain') return keychainVault(ports)
  return client.storeKeyFile === undefined ? passphraseVault(ports) : keyFileVault(client.storeKeyFile, ports)
}

// CRED_MAX_CREDENTIAL_BLOB_SIZE; other platforms hold far more.
const WINDOWS_LIMIT = 2560

function keychainVault(ports: Ports): Vault {
  const encode = (secret: Secret) =>
    `1.${secret.key.toString('base64url')}.${secret.refresh === undefined ? '' : Buffer.from(secret.refresh).toString('base64url')}`
  const fits = (text: string) => ports.env.platform !== 'win32' || Buffer.byteLength(text) <= WINDOWS_LIMIT

  async function probe(): Promise<void> {
    const keychain = await ports.keychain()
    // One name for all, so that what a killed sign-in left goes with the next. Another one may take it in between.
    for (let attempt = 0; attempt < 3; attempt++) {
      await keychain.set('probe', 'probe')
      const back = await keychain.get('probe')
      await keychain.remove('probe')
      if (back === 'probe') return
    }
    throw lost('the keychain took an item but did not give it back')
  }

  return {
    probe,
    async keep(account, secret) {
      const keychain = await ports.keychain()
      const whole = encode(secret)
      const text = fits(whole) ? whole : encode({ ...secret, refresh: undefined })
      await keychain.set(account, text)
      if ((await keychain.get(account)) !== text)
        throw lost('the keychain took the session but did not give it back')
      return { header: {}, keptRefresh: text === whole && secret.refresh !== undefined }
    },
    async recall(account) {
      const text = await (await ports.keychain()).get(account)
      if (text === undefined) throw lost('your sign-in is stored, but the keychain did not give it back')
      const [version, key, refresh] = text.split('.')
      if (version !== '1' || !key) throw lost('the keychain item of your sign-in is damaged')
      return {
        key: Buffer.from(key, 'base64url'),
        refresh: refresh ? Buffer.from(refresh, 'base64url').toString('utf8') : undefined,
      }
    },
    async discard(account) {
      const keychain = await ports.keychain()
      if (await keychain.remove(account)) return true
      // "Not removed" is what a locked keychain says too; one that can be written to really has no such item.
      await probe()
      return true
    },
  }
}

function keyFileVault(path: string, ports: Ports): Vault {
  return {
    async probe() {
      await ensureKeyFile(path, await ports.files(), ports.env)
    },
    async keep(account, secret) {
      const wrapping = await ensureKeyFile(path, await ports.files(), ports.env)
      return { header: { wrappedKey: wrapKey(secret.key, wrapping, account) }, keptRefresh: false }
    },
    async recall(account, header) {
      if (header.scrypt)
        throw new Failure('store-key', 'this session is kept by a passphrase, not by a key file')
      const wrapping = await readKeyFile(path, await ports.files(), ports.env)
      if (!wrapping) throw new Failure('store-key', `the key file ${path} is not there`)
      const key = unwrapKey(header.wrappedKey ?? '', wrapping, account)
      if (!key) throw new Failure('store-key', `the key file ${path} does not open this session`)
      return { key, refresh: undefined }
    },
    discard: async () => true,
  }
}

const lost = (message: string): Failure =>
  new Failure('keychain-lost', message, {
    hint: 'It may be locked, or the item was removed. Unlock it, or sign in again: ls-auth login',
  })
