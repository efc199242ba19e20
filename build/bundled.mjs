// @ts-check
import { readFile } from 'node:fs/promises'

/**
 * A package that is bundled into dist/.
 *
 * @typedef {{ readonly name: string, readonly version: string, readonly license: string, readonly directory: string }}
 * Bundled
 */

const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/

/**
 * The packages that are bundled into the program, sorted by name.
 *
 * @param {ReturnType<import('./facts.mjs').facts>} facts
 * @returns {Promise<Bundled[]>}
 */
export async function bundledPackages({ outputs }) {
  /** @type {Set<string>} */
  const directories = new Set()
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const directory = PACKAGE.exec(path)?.[0]
      if (directory !== undefined && bytesInOutput > 0) directories.add(directory)
    }
  }
  const packages = await Promise.all([...directories].map(read))
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** @param {string} directory */
async function read(directory) {
  const { name, version, license } = JSON.parse(await readFile(`${directory}/package.json`, 'utf8'))
  return { name, version, license, directory }
}
