import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path'
import { errorCode, Failure } from '../../errors.ts'
import type { FileFacts, Files, Ports } from '../../ports/ports.ts'
import { type LinkOnTheWay, type NamedFile, whyNotEntrusted } from '../../why-not-private.ts'

/** Limit in bytes: the file holds a key or one short line. */
const MOST_BYTES = 64 * 1024

/** The text of a file that the user names, and that holds a secret. `what`: for the message. Failure `settings`. */
export async function readPrivateText(path: string, what: string, ports: Ports): Promise<string> {
  const files = await ports.files()
  const named = await lookAt(path, files).catch(() => undefined)
  const judge = (found: NamedFile) => {
    const problem = whyNotEntrusted(found, ports.env)
    if (problem) throw new Failure('settings', `the ${what} ${path} ${problem.why}`, { hint: problem.hint })
  }
  if (named) judge(named)
  let hint: string | undefined
  // Another file may lie there by now: the file that is read is judged again.
  const judgeOpen = (file: FileFacts) => named && judge({ ...named, file })
  const bytes =
    named &&
    (await files.readForeign(named.path, MOST_BYTES, true, judgeOpen).catch((error) => {
      if (error instanceof Failure) throw error
      if (errorCode(error) === 'EACCES') hint = LET_IT_READ
      return undefined
    }))
  const value = bytes?.toString('utf8').trim()
  if (value) return value
  throw new Failure('settings', `the ${what} ${path} cannot be read or is empty`, { hint })
}

const LET_IT_READ =
  'Let the user that runs ls-auth read it (in Kubernetes: defaultMode: 0440 for the volume, with fsGroup).'

/** Undefined: the file is missing. */
async function lookAt(path: string, files: Files): Promise<NamedFile | undefined> {
  const facts = await files.inspect(path)
  if (!facts) return undefined
  const isLink = facts.kind === 'symlink'
  const { links, end } = await followLinks(path, files)
  if (links.length === 0) return { path, file: facts, isLink, links }
  return { path: end ?? path, file: end === undefined ? undefined : await files.inspect(end), isLink, links }
}

/** As many as the kernel follows. */
const MOST_LINKS = 40

/**
 * Follows a path as the kernel does, one name after the other: directories may be links too, as in a volume of Kubernetes.
 * `end`: the path without links, where something may be missing; undefined: too many links.
 */
async function followLinks(
  path: string,
  files: Pick<Files, 'inspect' | 'readLink'>,
): Promise<{ readonly links: readonly LinkOnTheWay[]; readonly end: string | undefined }> {
  const links: LinkOnTheWay[] = []
  let at = isAbsolute(path) ? parse(path).root : resolve('.')
  const left = namesIn(path)
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    // No text is cut off but that of a real directory: `..` behind a link is above what the link leads to.
    const next = name === '..' ? dirname(at) : join(at, name)
    const facts = await files.inspect(next)
    if (facts?.kind !== 'symlink') {
      at = next
      continue
    }
    if (links.length === MOST_LINKS) return { links, end: undefined }
    links.push({ path: next, uid: facts.uid })
    const to = await files.readLink(next)
    if (isAbsolute(to)) at = parse(to).root
    left.unshift(...namesIn(to))
  }
  return { links, end: at }
}

const namesIn = (path: string): string[] =>
  path
    .slice(parse(path).root.length)
    .split(sep === '/' ? '/' : /[\\/]/)
    .filter((name) => name !== '' && name !== '.')
