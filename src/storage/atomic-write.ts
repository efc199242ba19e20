import { dirname } from 'node:path'
import type { Files } from '../ports/storage.ts'

/**
 * Replaces a file atomically: writes a temporary file beside it, flushes it (fsync) and renames it, so that a reader
 * finds the old or the new content. On an error the temporary file is removed and the file system's error is thrown.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array,
  files: Files,
  pid: number,
): Promise<void> {
  const temporary = `${path}.${pid}.tmp`
  try {
    // Left by a killed process that had the same pid.
    await files.remove(temporary)
    await files.create(temporary, bytes)
    await files.rename(temporary, path)
    await files.syncDirectory(dirname(path))
  } catch (error) {
    await files.remove(temporary).catch(() => {})
    throw error
  }
}

/**
 * What to do where a file of the state cannot be made or opened, by the code of the system's error; undefined: another place
 * would not help, as on a full disk.
 */
export const adviceOnPlace = (code: string): string | undefined =>
  /^(ENOENT|ENOTDIR|EROFS|EPERM|EACCES|ELOOP)$/.test(code)
    ? 'Mend its permissions, or point XDG_STATE_HOME at a directory that you can write to.'
    : undefined
