import { dirname } from 'node:path'
import type { Files } from './ports.ts'

/**
 * Replaces a file by way of a temporary one beside it that is flushed, then renamed: a reader finds the old or the new
 * content, never neither. Throws the file system's own error; the temporary file is gone by then.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array,
  files: Files,
  pid: number,
): Promise<void> {
  const temporary = `${path}.${pid}.tmp`
  try {
    // Left by a killed process that had the same number.
    await files.remove(temporary)
    await files.create(temporary, bytes)
    await files.rename(temporary, path)
    await files.syncDirectory(dirname(path))
  } catch (error) {
    await files.remove(temporary).catch(() => {})
    throw error
  }
}
