import { dirname, isAbsolute, join, parse, resolve, sep } from 'node:path'
import type { Files } from '../../ports/storage.ts'
import type { LinkOnTheWay } from '../../why-not-private.ts'

/** As many as the kernel follows. */
const MOST_LINKS = 40

/**
 * Follows a path as the kernel does, one name after the other: links may also lie in the place of directories, as in a
 * volume of Kubernetes. `end`: the path without links, where something may be missing; undefined: too many links.
 */
export async function followLinks(
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
