import type { Env } from './ports/ports.ts'
import type { FileFacts } from './ports/storage.ts'

/**
 * Why a file that the user keeps a secret in must not be used, with the next step; undefined: it is a regular file of
 * the user that nobody else can read. On Windows (no user id) its owner and mode are not known.
 */
export function whyNotPrivate(
  path: string,
  { kind, mode, uid }: FileFacts,
  env: Pick<Env, 'uid'>,
): { readonly why: string; readonly hint: string } | undefined {
  if (kind === 'symlink') return { why: 'is a symbolic link', hint: 'Name the file itself.' }
  if (kind !== 'file') return { why: 'is not a file', hint: 'Name a file.' }
  if (env.uid === undefined) return undefined
  if (uid !== env.uid) return { why: 'belongs to another user', hint: 'Use a file of your own.' }
  return mode & 0o077 ? { why: 'can be read by others', hint: `Run: chmod 600 ${path}` } : undefined
}
