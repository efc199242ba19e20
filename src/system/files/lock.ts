import fs, { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { Failure } from '../../errors.ts'
import type { Lock } from '../../ports/storage.ts'

const require = createRequire(import.meta.url)
const [open, close, writeFile] = [promisify(fs.open), promisify(fs.close), promisify(fs.writeFile)]

// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

/**
 * An advisory lock that the kernel holds for an open file: when its holder dies it is released at once, so there are no
 * stale locks. The lock file is never unlinked (an unlinked file would let a second holder in). Failure `settings` when
 * the native library is missing.
 */
export async function kernelLock(): Promise<Lock> {
  const native = loadNative()
  return {
    async tryLock(path, note) {
      const file = await open(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o600)
      let held = false
      try {
        held = native.tryLock(file)
      } finally {
        if (!held) await close(file)
      }
      if (!held) return undefined
      await leaveNote(`${path}.holder`, note).catch(() => {})
      return async () => {
        native.unlock(file)
        await close(file)
      }
    },
  }
}

/** Locks a file that is open, until it is closed. False: another process holds the lock. */
export const lockOpenFile = (file: number): boolean => loadNative().tryLock(file)

/** Neither through a link to another file, nor into a pipe that nobody reads. */
async function leaveNote(path: string, note: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK = 0 } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | NO_FOLLOW, 0o600)
  try {
    await writeFile(file, note)
  } finally {
    await close(file)
  }
}

function loadNative(): typeof import('fs-native-extensions') {
  try {
    return require('fs-native-extensions')
  } catch (cause) {
    throw new Failure(
      'settings',
      `no file lock for ${process.platform}-${process.arch} in this installation`,
      {
        hint: 'Reinstall ls-auth on this machine; without a lock a session would be lost sooner or later.',
        cause,
      },
    )
  }
}
