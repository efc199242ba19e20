import { dirname } from 'node:path'
import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import type { Files } from '../ports/storage.ts'

/**
 * By `sudo` alone: Failure `refused` where one of `places` (files and directories of ls-auth) is not root's; also where it is
 * missing, and whoever typed `sudo` owns the nearest directory that is there. Root could write there all the same, and that
 * user could then not use what root has made. Everybody else may write what the system lets them: a group's file, or the
 * mounted home of another user in a container.
 */
export async function requireOwn(
  places: readonly string[],
  files: Pick<Files, 'inspect'>,
  env: Pick<Env, 'uid' | 'variables'>,
): Promise<void> {
  if (!isSudo(env)) return
  for (const place of places) {
    const owner = await ownerOf(place, files)
    const parent = owner === undefined ? await nearest(dirname(place), files) : undefined
    const isCallers = parent !== undefined && String(parent.owner) === env.variables.SUDO_UID
    if (!owner && !isCallers) continue
    throw new Failure('refused', `${isCallers ? parent.path : place} belongs to another user`, {
      hint: 'Run it again without sudo.',
    })
  }
}

/** Whether another user has become root by `sudo`, which names that one (sudo(8), ENVIRONMENT). */
const isSudo = ({ uid, variables: { SUDO_UID } }: Pick<Env, 'uid' | 'variables'>): boolean =>
  uid === 0 && SUDO_UID !== undefined && SUDO_UID !== '0'

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
