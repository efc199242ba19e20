import type { Env, FileFacts } from './ports/ports.ts'

interface Problem {
  readonly why: string
  readonly hint: string
}

/**
 * Why a file that the user keeps a secret in must not be used, with the next step; undefined: it is a regular file of the user
 * that no other user can read. On Windows (no user id) its owner and mode are not known.
 */
export function whyNotPrivate(
  path: string,
  { kind, mode, uid }: FileFacts,
  env: Pick<Env, 'uid'>,
): Problem | undefined {
  if (kind === 'symlink') return { why: 'is a symbolic link', hint: 'Use the file itself.' }
  if (kind !== 'file') return { why: 'is not a file', hint: 'Name a file.' }
  if (env.uid === undefined) return undefined
  if (uid !== env.uid) return { why: 'belongs to another user', hint: 'Use a file of your own.' }
  return mode & 0o077 ? { why: 'can be read by others', hint: `Run: chmod 600 ${path}` } : undefined
}

/** A symbolic link on the way to a file. */
export interface LinkOnTheWay {
  readonly path: string
  readonly uid: number
}

/** A file that the user names to be read, after the links that lead to it. */
export interface NamedFile {
  /** Of the file itself, behind the links. */
  readonly path: string
  /** Undefined: the link leads to none. */
  readonly file: FileFacts | undefined
  /** Whether what was named is a link. */
  readonly isLink: boolean
  /** All that were followed, also those in the place of a directory. */
  readonly links: readonly LinkOnTheWay[]
}

const ROOT = 0

/**
 * The same for a file with a secret that is only read: a volume of Kubernetes has its files behind links, and they are root's.
 * Which group may read a file of root, and not write it, is the choice of the administrator (`fsGroup`).
 */
export function whyNotEntrusted(
  { path, file, isLink, links }: NamedFile,
  env: Pick<Env, 'uid'>,
): Problem | undefined {
  // Where others may make files, one of them may have made a link, too.
  const theirs = env.uid !== undefined && links.find(({ uid }) => uid !== env.uid && uid !== ROOT)
  if (theirs)
    return {
      why: `is behind another user's symbolic link: ${theirs.path}`,
      hint: 'Use the file itself.',
    }
  if (!file) return { why: 'is a broken symbolic link', hint: 'Name a file.' }
  if (file.kind === 'file' && file.uid === ROOT && env.uid !== undefined && env.uid !== ROOT) {
    if (file.mode & 0o007) return { why: 'can be read by others', hint: TAKE_IT_AWAY }
    return file.mode & 0o020 ? { why: 'is writable by its group', hint: TAKE_IT_AWAY } : undefined
  }
  const problem = whyNotPrivate(path, file, env)
  // There the volume is read-only, also for root.
  return problem && isLink && file.uid === env.uid && file.kind === 'file'
    ? {
        ...problem,
        hint: `${problem.hint} (in Kubernetes: defaultMode: 0400 for the volume, without fsGroup).`,
      }
    : problem
}

const TAKE_IT_AWAY =
  'Let at most its group read it: in Kubernetes by defaultMode: 0440 with fsGroup, in Docker by mode: 0440 with your gid.'
