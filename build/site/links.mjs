// @ts-check
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Links of the pages below a folder that lead to no file there, or to no place in a page; and what a page would load from
 * another host.
 *
 * @param {string} site
 */
export function deadLinks(site) {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.html'),
  )
  return pages.flatMap((path) =>
    [...readFileSync(join(site, path), 'utf8').matchAll(/<(\w+)[^>]*\s(?:href|src)="([^"]*)"/g)]
      .filter(([, tag = '', to = '']) => !leads(site, path, tag, to))
      .map(([, , to]) => `${path}: ${to}`),
  )
}

/** @param {string} site @param {string} path @param {string} tag @param {string} to */
function leads(site, path, tag, to) {
  if (/^[a-z]+:/.test(to)) return tag === 'a' || to === 'data:,'
  const [file = '', place] = decodeURI(to).split('#')
  const target = file === '' ? join(site, path) : join(site, dirname(path), file)
  if (!existsSync(target) || !statSync(target).isFile()) return false
  return place === undefined || readFileSync(target, 'utf8').includes(` id="${place}"`)
}
