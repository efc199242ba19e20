import { chmod, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Unlock } from '../../../../src/ports/ports.ts'
import { kernelLock } from '../../../../src/system/files/lock.ts'
import { program } from '../../../world/program.ts'
import { type FailureRow, signedIn, two } from './row.ts'

const FILE_STORE = 'store = "file"\nstore_key_file = "~/k.key"\n'

/** The session cannot be kept or read. */
export const STORE: readonly FailureRow[] = [
  {
    name: 'no keychain at the first sign-in',
    arrange: ({ world }) => {
      const hint =
        'To keep the session in an encrypted file: ls-auth login --store file --store-key-file ~/k.key'
      world.keychain.fail.set = new program.Failure('keychain-unavailable', 'there is no keychain', { hint })
    },
    line: ({ stage }) =>
      `ls-auth login --issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId} --profile work`,
    exit: 8,
    cured: 'ls-auth whoami --profile work',
  },
  {
    name: 'no keychain any more',
    arrange: async (place) => {
      await signedIn(place)
      const hint =
        'To keep the session in an encrypted file: ls-auth login --store file --store-key-file ~/k.key'
      const failure = new program.Failure('keychain-unavailable', 'there is no keychain', { hint })
      place.world.keychain.fail = { get: failure, set: failure, remove: failure }
    },
    line: 'ls-auth token --profile work',
    exit: 8,
    cured: true,
  },
  {
    name: 'the keychain has lost the item',
    arrange: async (place) => {
      await signedIn(place)
      place.world.keychain.items.clear()
    },
    line: 'ls-auth token --profile work',
    exit: 8,
    cured: true,
  },
  {
    name: 'the key file is gone',
    arrange: async (place) => {
      await signedIn(place, { lines: FILE_STORE })
      await rm(join(place.world.home, 'k.key'))
    },
    line: 'ls-auth token --profile work',
    exit: 8,
    cured: true,
  },
  {
    name: 'the file store without a key file, in a script',
    arrange: (place) => two(place, { lines: 'store = "file"' }),
    line: 'ls-auth login --profile work',
    exit: 8,
    values: () => ({ '--store-key-file': '~/k.key' }),
    cured: 'ls-auth token --profile work',
  },
  {
    name: 'a session file that others can write',
    arrange: async (place) => {
      await signedIn(place)
      const sessions = join(place.world.stateDirectory, 'sessions')
      for (const name of await readdir(sessions))
        await chmod(join(sessions, name, 'session'), 0o666).catch(() => {})
    },
    line: 'ls-auth token --profile work',
    exit: 10,
    noCommand: true,
  },
  busyRow(),
]

/** Another ls-auth that hangs while it holds the lock of the session, until it is ended. */
function busyRow(): FailureRow {
  let unlock: Unlock | undefined
  return {
    name: 'another ls-auth holds the session',
    arrange: async (place) => {
      await signedIn(place)
      place.world.fastForward = true
      const sessions = join(place.world.stateDirectory, 'sessions')
      const [name = ''] = await readdir(sessions)
      unlock = await (await kernelLock()).tryLock(join(sessions, name, 'lock'), '{}')
    },
    line: 'ls-auth logout --profile work',
    exit: 9,
    noCommand: true,
    meanwhile: () => unlock?.(),
    cured: true,
  }
}
