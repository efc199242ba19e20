// @ts-check
import { readdir, readFile } from 'node:fs/promises'

/**
 * Licences of what is compiled into a package, and which it comes without.
 *
 * @type {Readonly<Record<string, URL>>}
 */
const INSIDE = { 'jq-wasm': new URL('jq-notices.txt', import.meta.url) }

/**
 * The license texts of the bundled packages, as their terms require. Throws for a package without one: it may not be
 * shipped.
 *
 * @param {readonly import('./bundled.mjs').Bundled[]} packages
 */
export async function thirdPartyNotices(packages) {
  const parts = await Promise.all(packages.map(notice))
  return ['The program in this directory contains the following packages.', ...parts].join('\n\n')
}

/** @param {import('./bundled.mjs').Bundled} one */
async function notice({ name, version, license, directory }) {
  const file = (await readdir(directory)).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file))
  if (file === undefined) throw new Error(`${name} comes without a license`)
  const inside = INSIDE[name] === undefined ? '' : `\n\n${await readFile(INSIDE[name], 'utf8')}`
  const text = (await readFile(`${directory}/${file}`, 'utf8')).trim() + inside
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text.trim()}\n`
}
