// @ts-check
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { completions, manPages } from './extras.mjs'
import { packageLicenses } from './package-licenses.mjs'
import { copyRuntimePackages } from './runtime-packages.mjs'
import { emptyDirectory, entries, put, settle } from './staging.mjs'

/** Debian's names of architectures. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' }

/** The Debian architecture of this machine. */
export const DEBIAN_ARCHITECTURE =
  ARCHITECTURES[/** @type {keyof typeof ARCHITECTURES} */ (process.arch)] ?? process.arch

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
 * @param {string} scratch
 * @param {number} epoch seconds
 */
export async function makeDebianPackage(file, scratch, epoch) {
  const root = await emptyDirectory(join(scratch, 'debian'))
  const home = join(root, 'usr/lib/ls-auth')
  for (const name of ['bin', 'dist', 'package.json']) await cp(name, join(home, name), { recursive: true })
  await copyRuntimePackages(home)
  const start = join(home, 'bin/ls-auth.js')
  // The Node of the package's dependency, whatever else is first on the PATH of a user.
  await put(start, (await readFile(start, 'utf8')).replace('#!/usr/bin/env node', '#!/usr/bin/node'))
  await mkdir(join(root, 'usr/bin'), { recursive: true })
  await symlink('../lib/ls-auth/bin/ls-auth.js', join(root, 'usr/bin/ls-auth'))
  await putDocuments(root, home)
  await put(join(root, 'DEBIAN/control'), await control(root))
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
  for (const name of ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'docs']) {
    await cp(name, join(documents, name), { recursive: true })
  }
  await put(join(documents, 'copyright'), await packageLicenses(home))
  for (const { place, content } of completions()) await put(join(root, place), content)
  for (const { name, content } of await manPages()) {
    const page = join(root, `usr/share/man/man${name.at(-1)}/${basename(name)}.gz`)
    await put(page, gzipSync(content, { level: 9 }))
  }
}

/** @param {string} root */
async function control(root) {
  const { version, description } = JSON.parse(await readFile('package.json', 'utf8'))
  const sizes = await Promise.all((await entries(root)).map(({ path }) => stat(join(root, path))))
  const bytes = sizes.reduce((sum, one) => sum + (one.isFile() ? one.size : 0), 0)
  return `Package: ls-auth
Version: ${version}
Architecture: ${DEBIAN_ARCHITECTURE}
Maintainer: The ls-auth authors <ls-auth@localhost>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: ${DEPENDS}
Suggests: gnome-keyring | kwalletmanager | keepassxc
Section: utils
Priority: optional
Description: identity-based access to distributed traces
 ${description}.
`
}
