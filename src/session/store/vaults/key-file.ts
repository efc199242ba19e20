import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { Failure } from '../../../errors.ts'
import type { Env, Files, Ports } from '../../../ports/ports.ts'
import { whyNotPrivate } from '../../../why-not-private.ts'
import { openBox, sealBox } from '../sealed-box.ts'
import type { Vault } from './vault.ts'

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
export function keyFileVault(path: string, ports: Ports, from: string | undefined): Vault {
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
