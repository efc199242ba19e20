// @ts-check
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

const json = async (/** @type {string} */ path) => JSON.parse(await readFile(path, 'utf8'))

/**
 * The repository that this runs in: the workflow's, else the clone's `origin`. Undefined where there is none.
 *
 * @returns {{ owner: string, url: string } | undefined}
 */
export function repository() {
  const { GITHUB_SERVER_URL = 'https://github.com', GITHUB_REPOSITORY } = process.env
  const address = GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : origin()
  const [, host, owner, name] =
    /^(?:https:\/\/(?:[^/@]*@)?|(?:ssh:\/\/)?git@)([\w.-]+)[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      address,
    ) ?? []
  return owner === undefined ? undefined : { owner, url: `https://${host}/${owner}/${name}` }
}

function origin() {
  const { status, stdout } = spawnSync('git', ['remote', 'get-url', 'origin'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}

/** What a release may not go without: provenance compares `repository`, and people look for the rest. */
const REQUIRED = ['author', 'bugs', 'homepage', 'repository']

/**
 * package.json as people get it: without what only a clone needs, with each package that npm is to install in the version that
 * was tested, those of the packages too, and with the addresses of the repository.
 */
export async function publishedManifest() {
  const { private: _, scripts, devDependencies, allowScripts, ...own } = await json('package.json')
  const manifest = { ...own, dependencies: { ...(await tested()), ...own.dependencies } }
  const home = repository()
  if (home === undefined) return manifest
  const { owner, url } = home
  return {
    author: { name: owner, url: url.slice(0, url.lastIndexOf('/')) },
    bugs: { url: `${url}/issues` },
    homepage: `${url}#readme`,
    repository: { type: 'git', url: `git+${url}.git` },
    // By it the MCP registry knows that server.json and the npm package are of the same people.
    mcpName: `io.github.${owner}/${manifest.name}`,
    ...manifest,
  }
}

/** Why this is no release, as a sentence; undefined when it is one. @returns {Promise<string | undefined>} */
export async function notReleasable() {
  const manifest = await publishedManifest()
  const missing = REQUIRED.filter((name) => manifest[name] === undefined)
  if (missing.length > 0)
    return `package.json has no ${missing.join(', ')}, and this clone has no origin to take them from`
  const { isReleased, heading } = await changelog()
  return isReleased ? changelogDisagrees() : `CHANGELOG.md calls ${heading} unreleased`
}

/** The newest heading of the changelog; before the release it may be "Unreleased: 0.2" of 0.2.0. */
async function changelog() {
  const text = await readFile('CHANGELOG.md', 'utf8')
  const [, unreleased, heading = ''] = /^## (Unreleased: )?(\S+)/m.exec(text) ?? []
  return { isReleased: unreleased === undefined, heading }
}

/** How the changelog and the version differ, as a sentence; undefined where they agree. */
export async function changelogDisagrees() {
  const { version } = await publishedManifest()
  const { isReleased, heading } = await changelog()
  if (heading === version || (!isReleased && `${heading}.0` === version)) return undefined
  return `CHANGELOG.md begins with ${heading}, and package.json has version ${version}`
}

/** @returns {Promise<Record<string, string>>} */
async function tested() {
  const { packages } = await json('package-lock.json')
  const places = Object.entries(packages).filter(([place, { dev }]) => place !== '' && !dev)
  return Object.fromEntries(
    places.map(([place, { version }]) => [place.slice('node_modules/'.length), version]),
  )
}
