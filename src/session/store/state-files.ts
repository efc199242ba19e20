import { basename, dirname } from 'node:path'
import { errorCode, Failure } from '../../errors.ts'
import type { Env, FileFacts, Files } from '../../ports/ports.ts'
import { adviceOnPlace, requireOwn, writeAtomically } from '../../storage/atomic-write.ts'
import { isSessionName } from '../session-name.ts'

/** File names in a directory of the state directory; `[]` when it is missing. Failure `storage`. */
export async function listOwn(path: string, files: Files): Promise<string[]> {
  try {
    return await files.list(path)
  } catch (cause) {
    const code = errorCode(cause) ?? 'error'
    throw new Failure('storage', `cannot read ${path} (${code})`, { cause })
  }
}

/** Reads a state file; undefined when missing. Failures: `storage`, `refused` for a symlink (`O_NOFOLLOW`: ELOOP). */
export async function readOwn(path: string, files: Files): Promise<Buffer | undefined> {
  try {
    return await files.read(path)
  } catch (cause) {
    const code = errorCode(cause) ?? 'error'
    if (code === 'ELOOP') {
      throw new Failure('refused', `${path} is a symbolic link`, {
        hint: 'Remove it. ls-auth does not follow links there.',
      })
    }
    throw new Failure('storage', `cannot read ${path} (${code})`, { cause })
  }
}

/** Removes a state file; also a directory in its place, where no link is followed. Failure `storage`. */
export async function removeOwn(path: string, files: Files): Promise<void> {
  try {
    await ((await files.inspect(path))?.kind === 'directory' ? files.removeTree(path) : files.remove(path))
  } catch (cause) {
    throw unwritable(dirname(path), cause)
  }
}

/** Replaces a state file atomically. Failure `storage`. */
export async function writeOwn(path: string, bytes: Uint8Array, files: Files, pid: number): Promise<void> {
  try {
    await writeAtomically(path, bytes, files, pid)
  } catch (cause) {
    throw unwritable(dirname(path), cause)
  }
}

/**
 * Makes the last of these directories (0700), which lie in one another, and judges them as {@link requirePrivate} does.
 * Failures: `storage`, `refused`.
 */
export async function makePrivate(directories: readonly string[], files: Files, env: Env): Promise<void> {
  const directory = directories.at(-1) as string
  // Its content is judged below. Sudo makes no directory in a person's home.
  if (env.uid === 0 && env.variables.SUDO_UID !== undefined) {
    await requireOwn(directories.slice(0, 1), files, env)
  }
  try {
    await files.makeDirectory(directory)
  } catch (cause) {
    throw unwritable(directory, cause)
  }
  await requirePrivate(directories, files, env)
}

/**
 * Each existing directory must be owned by the user and not writable by others, who could replace its content; so must the file
 * in the last of them. On Windows (no user id) it checks nothing. Failures: `storage`, `refused`.
 */
export async function requirePrivate(
  directories: readonly string[],
  files: Files,
  { uid }: Pick<Env, 'uid'>,
  file?: string,
): Promise<void> {
  if (uid === undefined) return
  const refused = (place: string, why: string, hint: string) =>
    new Failure('refused', `${place} ${why}`, { hint })
  for (const place of file === undefined ? directories : [...directories, file]) {
    const facts = await files.inspect(place).catch((cause) => {
      throw new Failure('storage', `cannot inspect ${place} (${cause.code ?? 'error'})`, { cause })
    })
    // The read itself refuses what isn't a plain file.
    if (!facts || (place === file && facts.kind !== 'file')) continue
    const hint =
      place !== file
        ? hintAt(place, facts, uid)
        : facts.uid === uid
          ? `Run: chmod 600 ${place}`
          : `Remove it: rm -f ${place}, then sign in again: ls-auth login`
    if (place !== file && facts.kind !== 'directory') throw refused(place, 'is not a plain directory', hint)
    if (facts.uid !== uid) throw refused(place, 'belongs to another user', hint)
    if (facts.mode & 0o022) throw refused(place, 'is writable by others', hint)
  }
}

/** What to do about a directory that is not private. What lies in place of one session's own can be taken away alone. */
function hintAt(place: string, { kind, uid }: FileFacts, own: number): string {
  if (kind !== 'directory' && isSessionName(basename(place))) return `Remove it: rm -f ${place}`
  return uid === own && kind === 'directory'
    ? `Run: chmod 700 ${place}, or choose another XDG_STATE_HOME.`
    : 'Choose another XDG_STATE_HOME.'
}

/** Failure `storage` for a failed write. A full disk keeps the default hint; other errors suggest another directory. */
export const unwritable = (directory: string, cause: unknown): Failure => {
  const code = errorCode(cause) ?? 'error'
  return new Failure('storage', `cannot write to ${directory} (${code})`, {
    cause,
    hint: adviceOnPlace(code),
  })
}
