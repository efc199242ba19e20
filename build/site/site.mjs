// @ts-check
// `npm run site` makes web pages of the documents in site/, and fails where a link of them is broken. They need no JavaScript,
// and load nothing from other hosts.
import { cp, readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { pathToFileURL } from 'node:url'
import markdown from '@metalsmith/markdown'
import Metalsmith from 'metalsmith'
import { ALL_DOCUMENTS, copyDocuments } from '../package/documents.mjs'
import { emptyDirectory } from '../package/staging.mjs'
import { deadLinks } from './links.mjs'
import { heading, page } from './page.mjs'

/**
 * Makes the pages in a folder. `homepage` is the address that they will have.
 *
 * @param {string} target
 * @param {string} [homepage]
 */
export async function makeSite(target, homepage) {
  const source = await emptyDirectory('.build/site')
  await copyDocuments(source, [...ALL_DOCUMENTS, 'CONTRIBUTING.md'])
  await cp('build/site/site.css', `${source}/site.css`)
  await Metalsmith(process.cwd())
    .source(source)
    .destination(target)
    .clean(true)
    .use(markdown({ engineOptions: { mangle: false } }))
    .use(filesAsPages)
    .use(foldersAsPages)
    .use(asSite)
    .use((files) => clientAtTheTop(files, homepage))
    .build()
}

/** @typedef {Record<string, { contents: Buffer }>} Files */

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/**
 * Settings, programs of a gateway and the like are pages, too: a browser would store them.
 *
 * @param {Files} files
 */
function filesAsPages(files) {
  for (const [path, { contents }] of Object.entries(files)) {
    if (/\.(html|css|json|svg)$/.test(path)) continue
    const name = posix.basename(path)
    files[`${path}.html`] = {
      contents: Buffer.from(`<h1>${name}</h1>\n<pre><code>${escaped(String(contents))}</code></pre>`),
    }
    delete files[path]
  }
}

/**
 * A folder that a document names, and that has no page of its own: a list of its files.
 *
 * @param {Files} files
 */
function foldersAsPages(files) {
  const folders = new Set(Object.keys(files).map((path) => posix.dirname(path)))
  for (const folder of folders) {
    if (files[`${folder}/README.html`] || folder === '.' || folder === 'docs') continue
    const inside = Object.keys(files).filter((path) => posix.dirname(path) === folder)
    const items = inside.sort().map((path) => {
      const file = posix.basename(path)
      return `<li><a href="${file}">${file.replace(/\.html$/, '')}</a></li>`
    })
    files[`${folder}/index.html`] = {
      contents: Buffer.from(`<h1>${posix.basename(folder)}</h1>\n<ul>\n${items.join('\n')}\n</ul>`),
    }
  }
}

/**
 * Links lead to the pages; each page gets its heading, the list of pages and its place.
 *
 * @param {Files} files
 */
function asSite(files) {
  /** @param {string} path */
  const place = (path) => path.replace(/README\.html$/, 'index.html')
  const pages = Object.keys(files).filter((path) => path.endsWith('.html'))
  const bodies = pages.map((path) => {
    const body = String(files[path]?.contents).replace(/ href="(?![a-z]+:|#)([^"#]+)/g, (whole, to) => {
      const target = posix.join(posix.dirname(path), to)
      const found = [target.replace(/\.md$/, '.html'), `${target}.html`, posix.join(target, 'index.html')]
      const file = found.find((one) => one.endsWith('.html') && files[one])
      return file === undefined ? whole : ` href="${posix.relative(posix.dirname(path), place(file))}`
    })
    return /** @type {const} */ ([place(path), body])
  })
  const headings = new Map(bodies.map(([path, body]) => [path.replace(/\.html$/, ''), heading(body)]))
  for (const path of pages) delete files[path]
  for (const [path, body] of bodies) files[path] = { contents: Buffer.from(page(path, body, headings)) }
}

/**
 * The client's description where its `client_id` says that it is.
 *
 * @param {Files} files
 * @param {string} [homepage]
 */
function clientAtTheTop(files, homepage) {
  const client = JSON.parse(String(files['docs/client.json']?.contents))
  if (homepage) client.client_id = new URL('client.json', homepage.replace(/\/?$/, '/')).href
  files['client.json'] = { contents: Buffer.from(`${JSON.stringify(client, null, 2)}\n`) }
}

const [, self = '', target = 'site'] = process.argv
if (import.meta.url === pathToFileURL(self).href) {
  await makeSite(target, JSON.parse(await readFile('package.json', 'utf8')).homepage)
  const dead = deadLinks(target)
  for (const link of dead) process.stderr.write(`error: a link leads nowhere: ${link}\n`)
  process.exitCode = dead.length === 0 ? 0 : 1
}
