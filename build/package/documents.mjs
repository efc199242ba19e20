// @ts-check
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { repository } from './published.mjs'

/** All that people may want to read without the network. */
export const ALL_DOCUMENTS = ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE', 'docs']

/** What the program's own texts name, for the npm package: help and man pages have the rest. */
export const FEW_DOCUMENTS = [
  ...['README.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE'],
  ...['docs/SKILL.md', 'docs/agents.md', 'docs/reference/settings.md'],
]

/**
 * Copies documents. A link to a file that does not go with them leads to the repository; without one, its text stays.
 *
 * @param {string} target
 * @param {readonly string[]} names
 */
export async function copyDocuments(target, names) {
  for (const name of names) await cp(name, join(target, name), { recursive: true })
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  const home = repository()
  for (const path of (await readdir(target, { recursive: true })).map((path) => path.replaceAll('\\', '/'))) {
    if (!path.endsWith('.md') || path.startsWith('node_modules/')) continue
    const text = await readFile(join(target, path), 'utf8')
    const linked = text.replace(/(!?)\[([^\]]+)\]\(([^)\s]+)\)/g, (link, image, label, to) => {
      const [, file, fragment = ''] = /^([^#]*)(#.*)?$/.exec(to) ?? []
      const place = posix.join(posix.dirname(path), file ?? '')
      if (/^[a-z]+:/.test(to) || !file || existsSync(join(target, place))) return link
      if (home === undefined) return image ? '' : label
      return `${image}[${label}](${home.url}/${image ? 'raw' : 'blob'}/v${version}/${place}${fragment})`
    })
    if (linked !== text) await writeFile(join(target, path), linked)
  }
}
