import { join } from 'node:path'
import { Failure } from '../../errors.ts'
import { type Item, listItems } from './items.ts'
import { readSessionFile } from './session-file.ts'
import type { SessionPlace } from './session-place.ts'
import { listOwn, removeOwn, unwritable } from './state-files.ts'

/** Renames the session file to a tombstone: the commit of a sign-out. Failure `storage`. */
export async function bury({ file, directory, files, tombstone }: SessionPlace, sid: string): Promise<void> {
  try {
    await files.rename(file, tombstone(sid))
    await files.syncDirectory(directory)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
}

/** The items of unfinished sign-outs. Failures: `storage`, `refused`, `settings` (of a newer ls-auth). */
export async function listTombstones(place: SessionPlace): Promise<readonly Item[]> {
  const { directory, files } = place
  const found: Item[] = []
  for (const name of await listOwn(directory, files)) {
    if (!name.startsWith('tombstone-')) continue
    const item = await itemOf(name.slice('tombstone-'.length), join(directory, name), place)
    if (item) found.push(item)
  }
  return found
}

/** Of a damaged tombstone its name and the list of items say the same: else no sign-out could be finished any more. */
async function itemOf(sid: string, path: string, place: SessionPlace): Promise<Item | undefined> {
  try {
    const found = await readSessionFile(path, place.name, place.files)
    // It is removed by its own name, whatever its header says.
    return found && { sid, store: found.header.store }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'session-ended') throw error
    const listed = (await listItems(place)).find((item) => item.sid === sid)
    // An item that is not listed is deleted already, and the file store has none to delete.
    return { sid, store: listed?.store ?? 'file' }
  }
}

/** Removes a tombstone. Failure `storage`. */
export const clearTombstone = ({ files, tombstone }: SessionPlace, { sid }: Item): Promise<void> =>
  removeOwn(tombstone(sid), files)
