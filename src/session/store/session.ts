import { damaged, openFile, readSessionFile, type SessionBody, type SessionHeader } from './session-file.ts'
import type { SessionPlace } from './session-place.ts'
import { readOwn, requirePrivate } from './state-files.ts'
import type { Secret } from './vaults/vault.ts'

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
