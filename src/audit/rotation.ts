import type { Files, Lock } from '../ports/storage.ts'
import { MOST_BYTES, recordFile, recordFiles } from './files-of-record.ts'

/**
 * Renames each file to the next older one; the oldest is gone. One process does it, and the others go on appending: who
 * has the file open still writes a whole line into it under its new name. On Windows nothing is renamed while somebody reads it;
 * no command waits for that.
 */
export async function rotate(stateDirectory: string, files: Files, lock: Lock): Promise<void> {
  const unlock = await lock.tryLock(`${recordFile(stateDirectory)}.lock`, 'audit')
  if (unlock === undefined) return
  try {
    const names = recordFiles(stateDirectory)
    // Another process may have done it since this one looked.
    const now = await files.inspect(names.at(-1) as string)
    if (now === undefined || now.size <= MOST_BYTES) return
    for (const [i, older] of names.slice(0, -1).entries()) {
      const name = names[i + 1] as string
      if ((await files.inspect(name)) !== undefined) await files.rename(name, older, true)
    }
  } finally {
    await unlock()
  }
}
