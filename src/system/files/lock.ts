import fs, { constants } from 'node:fs'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { errorCode, Failure } from '../../errors.ts'
import type { Lock } from '../../ports/ports.ts'

type Native = typeof import('fs-native-extensions')

const [open, close, writeFile] = [promisify(fs.open), promisify(fs.close), promisify(fs.writeFile)]

// Windows has no O_NOFOLLOW.
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0

/**
 * An advisory lock that the kernel holds for an open file. It is released at once when its holder dies, so there are no stale
 * locks. The lock file is never unlinked (an unlinked file would admit a second holder). Failure `settings` when the native
 * library is missing.
 */
export async function kernelLock(): Promise<Lock> {
  const native = loadNative()
  return {
    async tryLock(path, note) {
      const file = await open(path, constants.O_RDWR | constants.O_CREAT | NO_FOLLOW, 0o600)
      let held = false
      try {
        held = tryNative(native, file)
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
export const lockOpenFile = (file: number): boolean => tryNative(loadNative(), file)

/** The library names an error as libuv does, which has no name for ENOLCK: `Unknown system error -37`. */
function tryNative(native: Native, file: number): boolean {
  try {
    return native.tryLock(file)
  } catch (error) {
    const number = Number(/^Unknown system error -(\d+)$/.exec(errorCode(error) ?? '')?.[1])
    const { errno } = process.getBuiltinModule('node:os').constants
    const [code] = Object.entries(errno).find(([, one]) => one === number) ?? []
    throw code === undefined ? error : Object.assign(new Error(code, { cause: error }), { code })
  }
}

/** Neither through a link to another file, nor into a pipe without a reader. */
async function leaveNote(path: string, note: string): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK = 0 } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | NO_FOLLOW, 0o600)
  try {
    await writeFile(file, note)
  } finally {
    await close(file)
  }
}

function loadNative(): Native {
  try {
    return createRequire(import.meta.url)('fs-native-extensions')
  } catch (cause) {
    throw new Failure(
      'settings',
      `no file lock for ${process.platform}-${process.arch} in this installation`,
      {
        hint: 'Reinstall ls-auth on this machine. Without a lock it would lose sessions.',
        cause,
      },
    )
  }
}
