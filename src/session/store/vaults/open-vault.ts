import { randomBytes, scrypt } from 'node:crypto'
import type { Client } from '../../../client.ts'
import { Failure } from '../../../errors.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { Terminal } from '../../../ports/terminal.ts'
import type { SessionHeader } from '../session-file.ts'
import { keyFileVault, unwrapKey, wrapKey } from './key-file.ts'
import type { Secret, Vault } from './vault.ts'

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

// CRED_MAX_CREDENTIAL_BLOB_SIZE, bytes; other platforms allow far more.
const WINDOWS_LIMIT_BYTES = 2560

/** The OS keychain: one item for a sign-in, with the data key and the refresh token as issued. */
function keychainVault(ports: Ports): Vault {
  const fitsPlatformLimit = (text: string) =>
    ports.env.platform !== 'win32' || Buffer.byteLength(text) <= WINDOWS_LIMIT_BYTES

  async function probe(account: string): Promise<void> {
    const keychain = await ports.keychain()
    await keychain.set(account, 'probe')
    const back = await keychain.get(account)
    await keychain.remove(account)
    if (back !== 'probe') throw lost('the keychain stored an item but did not return it')
  }

  return {
    probe,
    async keep(account, secret) {
      const keychain = await ports.keychain()
      const whole = encodeSecret(secret)
      const text = fitsPlatformLimit(whole) ? whole : encodeSecret({ ...secret, refresh: undefined })
      await keychain.set(account, text)
      if ((await keychain.get(account)) !== text)
        throw lost('the keychain stored the session but did not return it')
      return { header: {}, keptRefresh: text === whole && secret.refresh !== undefined }
    },
    async recall(account) {
      const text = await (await ports.keychain()).get(account)
      if (text === undefined) throw lost('your sign-in is stored, but the keychain did not return it')
      return decodeSecret(text)
    },
    async discard(account) {
      const keychain = await ports.keychain()
      if (await keychain.remove(account)) return
      // A locked keychain says "not removed" too. If a probe item can be written, the item is really gone.
      await probe(`probe|${account.split('|')[0]}`)
    },
  }
}

const encodeSecret = ({ key, refresh = '' }: Secret): string =>
  `1.${key.toString('base64url')}.${Buffer.from(refresh).toString('base64url')}`

function decodeSecret(text: string): Secret {
  const [version, key, refresh] = text.split('.')
  if (version !== '1' || !key) throw lost('the keychain item of your sign-in is damaged')
  return {
    key: Buffer.from(key, 'base64url'),
    refresh: refresh ? Buffer.from(refresh, 'base64url').toString('utf8') : undefined,
  }
}

const lost = (message: string): Failure =>
  new Failure('keychain-lost', message, {
    hint: 'The keychain may be locked, or the item was removed. Unlock it, or sign in again: ls-auth login',
  })

type Cost = NonNullable<SessionHeader['scrypt']>

// 128 MiB and a few tenths of a second for each guess (the first scrypt choice of OWASP's cheat sheet).
const COST = { N: 2 ** 17, r: 8, p: 1 }
const LEAST_CHARACTERS = 8

/**
 * `store = "file"` without a key file: the data key is encrypted with a key derived from a passphrase. One prompt for
 * each command, without echo; Failure `store-key` where no person can be prompted.
 */
function passphraseVault(ports: Ports): Vault {
  const { terminal, openedKeys } = ports
  let known: string | undefined
  // A key belongs to one sign-in: another that is found in its place is asked for.
  const nameOf = (account: string, wrappedKey: string | undefined) => `${account} ${wrappedKey}`

  return {
    async probe() {
      known ??= await choosePassphrase(terminal)
    },
    async keep(account, secret) {
      known ??= await choosePassphrase(terminal)
      const cost: Cost = { salt: randomBytes(16).toString('base64url'), ...COST }
      const wrappedKey = wrapKey(secret.key, await deriveKey(known, cost), account)
      openedKeys?.set(nameOf(account, wrappedKey), secret.key)
      return { header: { wrappedKey, scrypt: cost }, keptRefresh: false }
    },
    async recall(account, header) {
      if (!header.scrypt) {
        throw new Failure('store-key', 'a key file protects this session', {
          hint: 'Set LS_AUTH_STORE_KEY_FILE to it. exec removes that variable, so for its command first run: ls-auth profile set store_key_file PATH',
        })
      }
      const name = nameOf(account, header.wrappedKey)
      const opened = openedKeys?.get(name)
      if (opened) return { key: opened, refresh: undefined }
      const passphrase = known ?? (await askPassphrase(terminal, 'Passphrase of this session: '))
      const key = unwrapKey(header.wrappedKey, await deriveKey(passphrase, header.scrypt), account)
      if (!key) {
        throw new Failure('store-key', 'the passphrase does not open this session', {
          hint: 'Try again. If you lost it, sign in again: ls-auth login',
        })
      }
      known = passphrase
      openedKeys?.set(name, key)
      return { key, refresh: undefined }
    },
    discard: async () => {},
  }
}

async function choosePassphrase(terminal: Terminal): Promise<string> {
  const first = await askPassphrase(terminal, 'Choose a passphrase for this session: ')
  if (first.length < LEAST_CHARACTERS) {
    throw new Failure('usage', `the passphrase is shorter than ${LEAST_CHARACTERS} characters`, {
      hint: 'Choose a longer one: ls-auth login',
    })
  }
  if ((await askPassphrase(terminal, 'Once more: ')) === first) return first
  throw new Failure('usage', 'the two passphrases differ', { hint: 'Run ls-auth login again.' })
}

async function askPassphrase(terminal: Terminal, prompt: string): Promise<string> {
  const typed = await terminal.readSecret(prompt)
  if (typed !== undefined) return typed
  throw new Failure('store-key', 'cannot ask for the passphrase of this session: stdin is not a terminal', {
    hint: 'Run it in a terminal, or use a key file: ls-auth login --store file --store-key-file PATH',
  })
}

/** Derives the key that encrypts the data key (scrypt, RFC 7914). */
function deriveKey(passphrase: string, { salt, N, r, p }: Cost): Promise<Buffer> {
  const unreasonable = new Failure('refused', 'the session file asks for an unreasonable scrypt cost')
  // A manipulated header must not make us allocate all memory.
  if (N > 2 ** 20 || r > 16 || p > 4) throw unreasonable
  return new Promise<Buffer>((resolve, reject) => {
    const options = { N, r, p, maxmem: 256 * N * r }
    scrypt(passphrase.normalize('NFC'), Buffer.from(salt, 'base64url'), 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  }).catch(() => {
    throw unreasonable
  })
}
