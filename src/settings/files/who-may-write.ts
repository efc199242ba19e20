import { dirname } from 'node:path'
import type { FileFacts, Files } from '../../ports/ports.ts'

/** A place by which another user decides what the settings say. */
export interface OpenPlace {
  readonly path: string
  readonly kind: FileFacts['kind']
  readonly why: string
  readonly owner: number
  /** The owner is neither this user nor root. */
  readonly isForeign: boolean
}

const ROOT = 0

/**
 * A settings file, what it leads to where it is a link, and the directories of both: who writes one of those can replace
 * it. Gives those that another user than this one and root owns, or may write. `onlyIfThere`: none where there is no file.
 */
export async function openPlaces(
  file: string,
  { inspect, endOfLinks }: Pick<Files, 'inspect' | 'endOfLinks'>,
  uid: number,
  onlyIfThere = false,
): Promise<OpenPlace[]> {
  const isThere = (await inspect(file)) !== undefined
  if (!isThere && onlyIfThere) return []
  const end = isThere ? await endOfLinks(file) : file
  const places: OpenPlace[] = []
  for (const path of new Set([file, end, dirname(file), dirname(end)])) {
    const facts = await inspect(path)
    // What isn't a file is refused when it is read.
    if (facts === undefined || facts.kind === 'other') continue
    const { kind, mode, uid: owner } = facts
    const who = kind === 'directory' ? ', who can replace the settings in it' : ''
    if (owner !== ROOT && owner !== uid)
      places.push({ path, kind, why: `belongs to another user${who}`, owner, isForeign: true })
    // The mode of a link says nothing.
    if (kind !== 'symlink' && facts.sticky !== true && (mode & 0o022) !== 0)
      places.push({ path, kind, why: `is writable by others${who}`, owner, isForeign: false })
  }
  return places
}
