// @ts-check
import { posix } from 'node:path'

/** The order of reading. A page that is not in it is reached from one of these. */
const CONTENTS = {
  'First steps': ['index', 'docs/install', 'docs/providers', 'docs/settings', 'docs/back-ends'],
  'Reading traces': ['docs/analysis', 'docs/many-traces', 'docs/formats'],
  Programs: ['docs/scripts', 'docs/ci', 'docs/agents', 'docs/json'],
  'For administrators': ['docs/gateway/index', 'docs/gateway/access', 'docs/gateway/policy', 'SECURITY'],
  Reference: [
    'docs/reference/index',
    'docs/reference/settings',
    'docs/architecture',
    'CONTRIBUTING',
    'CHANGELOG',
  ],
}

/** Where a page's own heading says too little beside the others. */
const LABELS = /** @type {Record<string, string>} */ ({
  index: 'Overview',
  'docs/install': 'Install',
  'docs/gateway/access': 'Who may read what',
  'docs/gateway/policy': 'What the gateway refuses',
  'docs/reference/index': 'All commands',
  'docs/reference/settings': 'Environment and settings',
  LICENSE: 'Licence',
})

/** The heading of a page as text. @param {string} body */
export const heading = (body) => /<h1[^>]*>(.*?)<\/h1>/s.exec(body)?.[1]?.replace(/<[^>]+>/g, '') ?? ''

/**
 * A whole page. `headings` are those of all pages by their path without `.html`.
 *
 * @param {string} path
 * @param {string} body
 * @param {ReadonlyMap<string, string>} headings
 */
export function page(path, body, headings) {
  const to = (/** @type {string} */ target) => posix.relative(posix.dirname(path), target)
  const link = (/** @type {string} */ name) => {
    const label = LABELS[name] ?? headings.get(name)?.replace(/:.*/, '')
    const here = path === `${name}.html` ? ' aria-current="page"' : ''
    return `<li><a href="${to(`${name}.html`)}"${here}>${label}</a></li>`
  }
  const groups = Object.entries(CONTENTS).map(
    ([title, names]) => `<h2>${title}</h2>\n<ul>\n${names.map(link).join('\n')}\n</ul>`,
  )
  const title = path === 'index.html' ? 'ls-auth' : `${heading(body)} · ls-auth`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${to('site.css')}">
<body>
<header><a href="${to('index.html')}">ls-auth</a> <a class="to-pages" href="#pages">All pages</a></header>
<main>
${body.replaceAll('<table>', '<div class="table"><table>').replaceAll('</table>', '</table></div>')}
</main>
<nav id="pages" aria-label="All pages">
${groups.join('\n')}
</nav>
`
}
