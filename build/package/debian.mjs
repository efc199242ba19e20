// @ts-check
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ALL_DOCUMENTS, copyDocuments } from './documents.mjs'
import { completions, manPages } from './extras.mjs'
import { packageLicenses } from './package-licenses.mjs'
import { publishedManifest, repository } from './published.mjs'
import { copyRuntimePackages } from './runtime-packages.mjs'
import { emptyDirectory, entries, put, settle } from './staging.mjs'

/** Debian's names of the platforms that the native modules are prebuilt for. */
export const DEBIAN_ARCHITECTURES = { 'linux-x64': 'amd64', 'linux-arm64': 'arm64' }

/**
 * The package has no Node of its own: Debian 13's is new enough, and gets its security updates with the system. Where it
 * is older (Debian 12, Ubuntu 24.04) take the executable, or Node from NodeSource, whose package has the same name.
 * keytar is linked to libsecret, which brings glib.
 */
const DEPENDS = 'nodejs (>= 20.19), libsecret-1-0'

/**
 * Builds the Debian package FILE out of the built program.
 *
 * @param {string} file
 * @param {{ platform: string, architecture: string }} kind
 * @param {string} scratch
 * @param {number} epoch seconds
 */
export async function makeDebianPackage(file, { platform, architecture }, scratch, epoch) {
  const root = await emptyDirectory(join(scratch, 'debian'))
  const home = join(root, 'usr/lib/ls-auth')
  for (const name of ['bin', 'dist']) await cp(name, join(home, name), { recursive: true })
  const { man: _, ...manifest } = await publishedManifest()
  await put(join(home, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await copyRuntimePackages(home, platform)
  const start = join(home, 'bin/ls-auth.js')
  // The Node of the package's dependency, whatever else is first on the PATH of a user.
  await put(start, (await readFile(start, 'utf8')).replace('#!/usr/bin/env node', '#!/usr/bin/node'))
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await symlink('../lib/ls-auth/bin/ls-auth.js', join(root, 'usr/bin/ls-auth'))
  await putDocuments(root, home)
  await put(join(root, 'DEBIAN/control'), await control(root, architecture))
  const programs = ['usr/lib/ls-auth/bin/ls-auth.js', 'usr/lib/ls-auth/node_modules/open/xdg-open']
  await settle(root, programs, epoch)
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--threads-max=1', '--build', root, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/**
 * @param {string} root
 * @param {string} home
 */
async function putDocuments(root, home) {
  const documents = join(root, 'usr/share/doc/ls-auth')
  await copyDocuments(
    documents,
    ALL_DOCUMENTS.filter((name) => name !== 'LICENSE'),
  )
  await put(join(documents, 'copyright'), await packageLicenses(home))
  for (const { place, content } of completions()) await put(join(root, place), content)
  for (const { name, content } of await manPages()) {
    const page = join(root, `usr/share/man/man${name.at(-1)}/${basename(name)}.gz`)
    await put(page, gzipSync(content, { level: 9 }))
  }
}

/** @param {string} root @param {string} architecture */
async function control(root, architecture) {
  const { version, description, homepage } = await publishedManifest()
  const owner = repository()?.owner
  const sizes = await Promise.all((await entries(root)).map(({ path }) => stat(join(root, path))))
  const bytes = sizes.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0)
  return `Package: ls-auth
Version: ${version}
Architecture: ${architecture}
Maintainer: ${owner === undefined ? 'unpublished build <unpublished@example.invalid>' : `${owner} <${owner}@users.noreply.github.com>`}
${homepage === undefined ? '' : `Homepage: ${homepage}\n`}Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${DEPENDS}
Suggests: gnome-keyring | kwalletmanager | keepassxc
Section: utils
Priority: optional
Description: identity-based access to distributed traces
 ${description}.
`
}
