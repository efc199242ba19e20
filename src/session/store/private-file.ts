import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { whyNotPrivate } from '../../why-not-private.ts'

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
