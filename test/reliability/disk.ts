import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tokenHash } from '../../src/session/renewal/freshness.ts'
import { openFile, readHeader, type SessionBody } from '../../src/session/store/session-file.ts'
import { unwrapKey } from '../../src/session/store/vaults.ts'
import { kernelLock } from '../../src/system/files/lock.ts'
import type { Arena } from './arena.ts'

/** The session as it lies on the disk, read without the program's own store. */
export type OnDisk =
  | { readonly is: 'absent' }
  | { readonly is: 'unreadable'; readonly why: string }
  | {
      readonly is: 'readable'
      readonly sid: string
      /** The refresh token that counts. */
      readonly refresh: string
      /**
       * A renewal with this very token was begun and its answer is not here. `lost`: a later process has sent the token once
       * more, and was told that it is used up.
       */
      readonly attempt: 'begun' | 'lost' | undefined
    }

export async function lookAtDisk(arena: Arena): Promise<OnDisk> {
  const directory = await arena.directory()
  const path = join(directory, 'session')
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes) return { is: 'absent' }
  try {
    const header = readHeader(bytes, path)
    const { key, issued } = await keyOf(arena, directory, header.sid, header.wrappedKey)
    const body: SessionBody | undefined = openFile(bytes, key)
    if (!body) return { is: 'unreadable', why: 'the key does not open the file' }
    const refresh = body.refresh ?? issued ?? ''
    return { is: 'readable', sid: header.sid, refresh, attempt: attemptWith(refresh, body) }
  } catch (error) {
    return { is: 'unreadable', why: (error as Error).message }
  }
}

function attemptWith(refresh: string, { attempt }: SessionBody): 'begun' | 'lost' | undefined {
  if (attempt?.hash !== tokenHash(refresh)) return undefined
  if (attempt.outcome === undefined) return 'begun'
  return attempt.outcome === 'lost' ? 'lost' : undefined
}

async function keyOf(
  arena: Arena,
  directory: string,
  sid: string,
  wrapped: string | undefined,
): Promise<{ key: Buffer; issued: string | undefined }> {
  const account = `${directory.split('/').at(-1)}|${sid}`
  if (arena.keyring) {
    const [, key = '', issued = ''] = ((await arena.keyring.readSecret('ls-auth', account)) ?? '').split('.')
    return { key: Buffer.from(key, 'base64url'), issued: Buffer.from(issued, 'base64url').toString() }
  }
  const wrapping = Buffer.from((await readFile(arena.machine.keyFile, 'utf8')).trim(), 'hex')
  const key = unwrapKey(wrapped ?? '', wrapping, account)
  if (!key) throw new Error('the key file does not open the data key')
  return { key, issued: undefined }
}

/** Whether a newcomer gets the lock at once. */
export async function lockIsFree(arena: Arena): Promise<boolean> {
  const lock = await kernelLock()
  const unlock = await lock.tryLock(join(await arena.directory(), 'lock'), '{}')
  await unlock?.()
  return unlock !== undefined
}
