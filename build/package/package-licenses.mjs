// @ts-check
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { thirdPartyNotices } from '../notices.mjs'

/**
 * The license of the program, of what is bundled into dist/, and of the packages in HOME/node_modules, as one text.
 *
 * @param {string} home
 */
export async function packageLicenses(home) {
  const parts = [
    'ls-auth',
    await readFile('LICENSE', 'utf8'),
    await readFile('dist/THIRD-PARTY-NOTICES.txt', 'utf8'),
    await thirdPartyNotices(await installedPackages(join(home, 'node_modules'))),
  ]
  return parts.join('\n\n')
}

/** @param {string} modules */
async function installedPackages(modules) {
  const names = await readdir(modules, { recursive: true })
  const directories = names
    .filter((name) => /^(@[^/\\]+[/\\])?[^@/\\][^/\\]*$/.test(name))
    .sort()
    .map((name) => join(modules, name))
  return Promise.all(
    directories
      .filter((directory) => existsSync(join(directory, 'package.json')))
      .map(async (directory) => {
        const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
        return { name, version, license, directory }
      }),
  )
}
