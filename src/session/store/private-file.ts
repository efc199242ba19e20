import { errorCode } from '../../error-code.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import type { Files } from '../../ports/storage.ts'
import { type NamedFile, whyNotEntrusted } from '../../why-not-private.ts'

/** Limit for such a file, bytes: it holds a key or one short line. */
const MOST_BYTES = 64 * 1024

/** The text of a file that the user names, and that holds a secret. `what`: for the message. Failure `settings`. */
export async function readPrivateText(path: string, what: string, ports: Ports): Promise<string> {
  const files = await ports.files()
  const named = await lookAt(path, files).catch(() => undefined)
  const problem = named && whyNotEntrusted(named, ports.env)
  if (problem) throw new Failure('settings', `the ${what} ${path} ${problem.why}`, { hint: problem.hint })
  let hint: string | undefined
  const bytes =
    named &&
    (await files.readForeign(named.path, MOST_BYTES, true).catch((error) => {
      if (errorCode(error) === 'EACCES') hint = LET_IT_READ
      return undefined
    }))
  const value = bytes?.toString('utf8').trim()
  if (value) return value
  throw new Failure('settings', `the ${what} ${path} cannot be read or is empty`, { hint })
}

const LET_IT_READ =
  'Let the user that runs ls-auth read it (in Kubernetes: defaultMode: 0440 for the volume, with fsGroup).'

/** Undefined: nothing is there. */
async function lookAt(path: string, files: Files): Promise<NamedFile | undefined> {
  const facts = await files.inspect(path)
  if (facts?.kind !== 'symlink') return facts && { path, file: facts, link: undefined }
  const end = await files.endOfLinks(path).catch(() => path)
  return { path: end, file: end === path ? undefined : await files.inspect(end), link: facts }
}
