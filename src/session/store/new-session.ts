import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { noteItem } from './items.ts'
import { type SessionBody, type SessionHeader, sealFile } from './session-file.ts'
import { withSessionLock } from './session-lock.ts'
import type { SessionPlace } from './session-place.ts'
import { makePrivate, removeOwn, unwritable, writeOwn } from './state-files.ts'
import type { Secret } from './vaults/vault.ts'

/** The header fields that the sign-in gives; the store fills in the others. */
export type HeaderFacts = Omit<SessionHeader, 'sid' | 'schema' | 'store' | 'wrappedKey' | 'scrypt'>

/** Stores a new session: list the keychain item, write it, read it back, then commit the session file (the rename). */
export async function install(
  place: SessionPlace,
  facts: HeaderFacts,
  body: SessionBody,
  refresh: string | undefined,
): Promise<void> {
  const { store } = place.client
  const sid = randomBytes(12).toString('base64url')
  const secret: Secret = { key: randomBytes(32), refresh }
  await noteItem(place, { sid, store })
  const kept = await place.vault(store).keep(place.account(sid), secret)
  const header: SessionHeader = { schema: 1, sid, store, ...facts, ...kept.header }
  const whole = { ...body, ...(!kept.keptRefresh && refresh && { refresh }) }
  const bytes = sealFile(header, whole, secret.key)
  const write = () => writeOwn(place.file, bytes, place.files, place.ports.env.pid)
  await write().catch(async (failure) => {
    // A file replaces no directory: what lies in its place is removed first.
    const facts = await place.files.inspect(place.file).catch(() => undefined)
    if (facts?.kind === 'directory') {
      await removeOwn(place.file, place.files)
      return write()
    }
    // Renamed, but fsync of the directory failed: every reader finds the new session, so it stays.
    if (!(await place.files.read(place.file).catch(() => undefined))?.equals(bytes)) throw failure
  })
}

/** Proves that a session can be stored. Failures: `storage`, `refused`, and those of the vault. */
export async function probe(place: SessionPlace, tell: (line: string) => void): Promise<void> {
  const { directory, client, ports, files } = place
  await makePrivate(place.directories, files, ports.env)
  const test = join(directory, `probe.${ports.env.pid}`)
  try {
    await files.remove(test)
    await files.create(test, Buffer.alloc(16 * 1024))
    await files.remove(test)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  const probeVault = () => place.vault(client.store).probe(`probe|${place.name}`)
  // One fixed item name, so that the next probe removes what a killed one left. The keychain probe takes the lock,
  // because libsecret fails when two processes write one item. The passphrase prompt must not hold the lock.
  await (client.store === 'keychain'
    ? withSessionLock(directory, 'login', ports, tell, probeVault)
    : probeVault())
}
