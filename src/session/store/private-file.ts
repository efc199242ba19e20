import { Failure } from '../../errors.ts'
import type { Env, Ports } from '../../ports/ports.ts'
import type { FileFacts } from '../../ports/storage.ts'

/**
 * Why a file that the user keeps a secret in must not be used, with the next step; undefined: it is a regular file of
 * the user that nobody else can read. On Windows (no user id) its owner and mode are not known.
 */
export function whyNotPrivate(
  path: string,
  { kind, mode, uid }: FileFacts,
  env: Env,
): { readonly why: string; readonly hint: string } | undefined {
  if (kind === 'symlink') return { why: 'is a symbolic link', hint: 'Name the file itself.' }
  if (kind !== 'file') return { why: 'is not a file', hint: 'Name a file.' }
  if (env.uid === undefined) return undefined
  if (uid !== env.uid) return { why: 'belongs to another user', hint: 'Use a file of your own.' }
  return mode & 0o077 ? { why: 'can be read by others', hint: `Run: chmod 600 ${path}` } : undefined
}

/** Limit for such a file, bytes: it holds a key or one short line. */
const MOST_BYTES = 64 * 1024

/** The text of a file that the user keeps a secret in. `what`: for the message. Failure `settings`. */
export async function readPrivateText(path: string, what: string, ports: Ports): Promise<string> {
  const files = await ports.files()
  const facts = await files.inspect(path).catch(() => undefined)
  const problem = facts && whyNotPrivate(path, facts, ports.env)
  if (problem) throw new Failure('settings', `the ${what} ${path} ${problem.why}`, { hint: problem.hint })
  const bytes = facts && (await files.readForeign(path, MOST_BYTES).catch(() => undefined))
  const value = bytes?.toString('utf8').trim()
  if (value) return value
  throw new Failure('settings', `the ${what} ${path} cannot be read or is empty`)
}
