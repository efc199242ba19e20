import { dirname } from 'node:path'
import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import type { Files } from '../ports/storage.ts'

/**
 * Failure `refused` where one of `places` (files and directories of ls-auth) belongs to another user than this one or root;
 * also where it is missing, and whoever typed `sudo` owns the nearest directory that is there. Root could write there all the
 * same, and that user could then not use what root has made. Without `sudo` a missing place is made: in a container, root may
 * have the mounted home of another user. `variable` moves the places. On Windows (no user id) nothing is looked at.
 */
export async function requireOwn(
  places: readonly string[],
  variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME',
  files: Pick<Files, 'inspect'>,
  { uid, variables }: Pick<Env, 'uid' | 'variables'>,
): Promise<void> {
  if (uid === undefined) return
  const caller = uid === 0 ? variables.SUDO_UID : undefined
  for (const place of places) {
    const owner = await ownerOf(place, files)
    const isOthers = owner !== undefined && owner !== uid && owner !== 0
    const parent =
      owner === undefined && caller !== undefined ? await nearest(dirname(place), files) : undefined
    const isCallers = parent !== undefined && parent.owner !== 0 && String(parent.owner) === caller
    if (!isOthers && !isCallers) continue
    throw new Failure('refused', `${isCallers ? parent.path : place} belongs to another user`, {
      hint: caller === undefined ? `Choose another ${variable}.` : 'Run it again without sudo.',
    })
  }
}

/** Of a place that cannot be looked at it is unknown: nothing can be written there either, which has its own words. */
const ownerOf = async (path: string, files: Pick<Files, 'inspect'>): Promise<number | undefined> =>
  (await files.inspect(path).catch(() => undefined))?.uid

async function nearest(
  path: string,
  files: Pick<Files, 'inspect'>,
): Promise<{ readonly path: string; readonly owner: number } | undefined> {
  const owner = await ownerOf(path, files)
  if (owner !== undefined) return { path, owner }
  return dirname(path) === path ? undefined : nearest(dirname(path), files)
}
