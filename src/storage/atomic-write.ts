import { dirname } from 'node:path'
import { Failure } from '../errors.ts'
import type { Env, Files } from '../ports/ports.ts'

/**
 * Replaces a file atomically: writes a temporary file beside it, flushes it (fsync) and renames it. A reader finds the old or
 * the new content. On an error the temporary file is removed and the file system's error is thrown.
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
    ? 'Fix its permissions, or point XDG_STATE_HOME at a directory that you can write to.'
    : undefined

/**
 * By `sudo` alone: Failure `refused` where one of `places` (files and directories of ls-auth) is not root's; also where it is
 * missing, and the person who typed `sudo` owns the nearest existing directory. Root could write there anyway, and that user
 * could then not use root's file. Everybody else may write where the system allows it: a group's file, or the mounted home of
 * another user in a container.
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

/** Unknown for a place that cannot be read: writing fails there too, with words of its own. */
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
