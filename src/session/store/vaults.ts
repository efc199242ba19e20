import { randomBytes, scrypt } from 'node:crypto'
import { dirname } from 'node:path'
import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Env, Files, Ports } from '../../ports/ports.ts'
import type { Terminal } from '../../ports/terminal.ts'
import { whyNotPrivate } from '../../why-not-private.ts'
import { openBox, sealBox } from './sealed-box.ts'
import type { SessionHeader } from './session-file.ts'

/** What a vault stores for a session: the data key, and the refresh token as issued. */
export interface Secret {
  readonly key: Buffer
  readonly refresh: string | undefined
}

/** Stores secrets. An item is written once per sign-in and never overwritten. */
export interface Vault {
  /** Proves that a secret can be stored, before the browser opens. Not concurrently with the same `account`. */
  probe(account: string): Promise<void>
  /** Stores the secret and reads it back. Gives fields for the header, and whether the refresh token was stored. */
  keep(
    account: string,
    secret: Secret,
  ): Promise<{ header: Pick<SessionHeader, 'wrappedKey' | 'scrypt'>; keptRefresh: boolean }>
  /** The secret of an existing session. Failures: `keychain-*`, `store-key`. */
  recall(account: string, header: SessionHeader): Promise<Secret>
  /** Deletes the item. Resolves when it is certainly gone. */
  discard(account: string): Promise<void>
}

const HEX = /^[0-9a-f]{64}\s*$/i

/**
 * The 32 bytes of a key file (64 hex characters, mode 0600, owned by the user, no symlink). Undefined: no file. Failures:
 * `storage` (cannot be read), `store-key` (another content).
 */
export async function readKeyFile(path: string, files: Files, env: Env): Promise<Buffer | undefined> {
  const unreadable = (cause: NodeJS.ErrnoException) => {
    throw new Failure('storage', `cannot read the key file ${path} (${cause.code ?? 'error'})`, {
      hint: 'Check the disk and the permissions of this file, then try again.',
      cause,
    })
  }
  const facts = await files.inspect(path).catch(unreadable)
  if (!facts) return undefined
  const unsafe = (why: string, hint: string) =>
    new Failure('store-key', `the key file ${path} ${why}`, { hint: `It was not changed. ${hint}` })
  const problem = whyNotPrivate(path, facts, env)
  if (problem) throw unsafe(problem.why, problem.hint)
  const text = (await files.read(path).catch(unreadable))?.toString('latin1')
  // Removed since it was looked at.
  if (text === undefined) return undefined
  if (!HEX.test(text)) throw unsafe('does not hold 64 hex characters', 'Use the file that ls-auth made.')
  // Decoding ends at the white space.
  return Buffer.from(text, 'hex')
}

/** The same; creates the file (0600) when it is missing. Only signing in may create one. */
async function ensureKeyFile(path: string, files: Files, env: Env): Promise<Buffer> {
  const existing = await readKeyFile(path, files, env)
  if (existing) return existing
  const unwritable = (cause: NodeJS.ErrnoException) =>
    new Failure('storage', `cannot write the key file ${path} (${cause.code ?? 'error'})`, { cause })
  // Outside of what follows: EEXIST says here that a plain file is in the way.
  await files.makeDirectory(dirname(path)).catch((cause) => {
    const failure = unwritable(cause)
    throw /^(EEXIST|ENOTDIR)$/.test(cause.code)
      ? failure.withHint('A part of its path is not a directory. Choose another place for the key file.')
      : failure
  })
  const key = randomBytes(32)
  try {
    await files.createWhole(path, Buffer.from(`${key.toString('hex')}\n`))
    await files.syncDirectory(dirname(path))
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException
    // Race of two sign-ins: use the key file that the other one has created.
    const ofTheOther = error.code === 'EEXIST' ? await readKeyFile(path, files, env) : undefined
    if (ofTheOther) return ofTheOther
    // A key that is kept nowhere would open nothing tomorrow.
    throw unwritable(error)
  }
  return key
}

/** Encrypts the data key with the key file's (or the passphrase's) key; the session's account name is the AAD. */
export const wrapKey = (key: Buffer, wrapping: Buffer, account: string): string =>
  sealBox(key, wrapping, Buffer.from(account)).toString('base64url')

/** The data key; undefined when `wrapping` is the wrong key, or no key is wrapped. */
export const unwrapKey = (
  wrapped: string | undefined,
  wrapping: Buffer,
  account: string,
): Buffer | undefined =>
  wrapped === undefined
    ? undefined
    : openBox(Buffer.from(wrapped, 'base64url'), wrapping, Buffer.from(account))

/**
 * A key file that a session cannot be opened with. `from`: the flag or variable that named the file, for the hint; undefined:
 * the settings did.
 */
export function unfitKeyFile(path: string, why: string, from: string | undefined): Failure {
  const failure = new Failure('store-key', `the key file ${path} ${why}`)
  return from === undefined ? failure : failure.withHint(failure.hint.replace('store_key_file', from))
}

/** `store = "file"` with a key file: the data key, wrapped, in the session file's header. `from`: see {@link unfitKeyFile}. */
function keyFileVault(path: string, ports: Ports, from: string | undefined): Vault {
  const unfit = (why: string) => unfitKeyFile(path, why, from)
  return {
    async probe() {
      await ensureKeyFile(path, await ports.files(), ports.env)
    },
    async keep(account, secret) {
      const wrapping = await ensureKeyFile(path, await ports.files(), ports.env)
      return { header: { wrappedKey: wrapKey(secret.key, wrapping, account) }, keptRefresh: false }
    },
    async recall(account, header) {
      if (header.scrypt) throw new Failure('store-key', 'a passphrase protects this session, not a key file')
      const wrapping = await readKeyFile(path, await ports.files(), ports.env)
      if (!wrapping) throw unfit('does not exist')
      const key = unwrapKey(header.wrappedKey, wrapping, account)
      if (!key) throw unfit('does not open this session')
      return { key, refresh: undefined }
    },
    discard: async () => {},
  }
}

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
