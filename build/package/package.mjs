// @ts-check
// `npm run package` builds what people install into packages/, with checksums and the SBOM. The same commit and the same
// Node give the same bytes.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeChecksums } from './checksums.mjs'
import { DEBIAN_ARCHITECTURE, makeDebianPackage } from './debian.mjs'
import { EXECUTABLE, makeExecutable } from './executable.mjs'
import { manPages } from './extras.mjs'
import { readsNodeOptions } from './node-options.mjs'
import { writeSbom } from './package-sbom.mjs'
import { copyRuntimePackages, copyRuntimePackagesWhole, PLATFORM } from './runtime-packages.mjs'
import { copyProgram, emptyDirectory, put, settle, sourceDateEpoch } from './staging.mjs'
import { packTarball } from './tarball.mjs'

// Node.js 24 is the first whose executable can leave NODE_OPTIONS alone.
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(
    `error: npm run package needs Node.js 24 or later, for the executable; this is ${process.version}\n` +
      'hint: Install Node.js 24 (nvm install 24), then: npm run package\n',
  )
  process.exit(1)
}

const { version } = JSON.parse(await readFile('package.json', 'utf8'))
const epoch = sourceDateEpoch()
const target = await emptyDirectory('packages')
const scratch = await emptyDirectory('.build/package')

/**
 * The npm package, with the packages that it was tested with (`bundleDependencies`). `npm pack` sorts and dates by itself, but
 * takes the modes that it finds.
 */
async function npmTarball() {
  const directory = await emptyDirectory(join(scratch, 'npm'))
  await copyProgram(directory)
  await copyRuntimePackagesWhole(directory)
  await settle(directory, ['bin/ls-auth.js', 'node_modules/open/xdg-open'], epoch)
  const command = ['pack', '--silent', '--ignore-scripts', '--pack-destination', target, `./${directory}`]
  execFileSync('npm', command, {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
}

/** A directory with everything but Node. */
async function portableTarball() {
  const name = `ls-auth-${version}-node-${PLATFORM}`
  const directory = await emptyDirectory(join(scratch, name))
  await copyProgram(directory)
  await copyRuntimePackages(directory)
  await settle(directory, ['bin/ls-auth.js', 'node_modules/open/xdg-open'], epoch)
  await packTarball(directory, join(target, `${name}.tar.gz`), epoch)
}

/** A directory with one executable, and what goes beside it. */
async function executableTarball() {
  const name = `ls-auth-${version}-${PLATFORM}`
  const directory = await emptyDirectory(join(scratch, name))
  await makeExecutable(directory, scratch)
  if (readsNodeOptions(join(directory, EXECUTABLE))) refuseThisNode()
  for (const file of ['LICENSE', 'README.md', 'SECURITY.md']) await copyFile(file, join(directory, file))
  await copyFile('docs/install.md', join(directory, 'INSTALL.md'))
  for (const { name, content } of await manPages()) await put(join(directory, 'man', name), content)
  await settle(directory, [EXECUTABLE], epoch)
  await packTarball(directory, join(target, `${name}.tar.gz`), epoch)
}

/** No executable is better than one that does not do what SECURITY.md says of it. */
function refuseThisNode() {
  process.stderr.write(
    `The executable would run code that NODE_OPTIONS names: Node.js ${process.version} makes no other, and none was packed.\n` +
      'Build with Node.js 24. What is in packages/ now is not whole: it has no executable, no SBOM and no checksums.\n',
  )
  process.exit(1)
}

/** Only where Debian's own tool is. */
async function debianPackage() {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) {
    process.stderr.write('SKIPPED the Debian package: dpkg-deb is not here\n')
    return
  }
  const name = `ls-auth_${version}_${DEBIAN_ARCHITECTURE}.deb`
  await makeDebianPackage(join(target, name), scratch, epoch)
}

await npmTarball()
await portableTarball()
await debianPackage()
await executableTarball()
await writeSbom(join(target, `ls-auth-${version}.cdx.json`), epoch)
await writeChecksums(target)
