import { join } from 'node:path'
import type { Item } from './items.ts'
import { readHeader } from './session-file.ts'
import type { SessionPlace } from './session-place.ts'
import { listOwn, readOwn, unwritable } from './state-files.ts'

/** Renames the session file to a tombstone: the commit of a sign-out. Failure `storage`. */
export async function bury({ file, directory, files, tombstone }: SessionPlace, sid: string): Promise<void> {
  try {
    await files.rename(file, tombstone(sid))
    await files.syncDirectory(directory)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
}

/** The items of unfinished sign-outs. Failures: `storage`, `refused`, and those of {@link readHeader}. */
export async function listTombstones({ directory, files }: SessionPlace): Promise<readonly Item[]> {
  const found: Item[] = []
  for (const name of await listOwn(directory, files)) {
    if (!name.startsWith('tombstone-')) continue
    const path = join(directory, name)
    const bytes = await readOwn(path, files)
    if (bytes) found.push(readHeader(bytes, path))
  }
  return found
}

/** Removes a tombstone. Failure `storage`. */
export async function clearTombstone(
  { directory, files, tombstone }: SessionPlace,
  { sid }: Item,
): Promise<void> {
  try {
    await files.remove(tombstone(sid))
  } catch (cause) {
    throw unwritable(directory, cause)
  }
}
