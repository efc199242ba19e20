// @ts-check
// `npm run package` builds what people install into packages/, with checksums and the SBOM. The same commit and the same
// Node give the same bytes.
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { writeChecksums } from './checksums.mjs'
import { DEBIAN_ARCHITECTURES, makeDebianPackage } from './debian.mjs'
import { ALL_DOCUMENTS, copyDocuments } from './documents.mjs'
import { EXECUTABLE, makeExecutable } from './executable.mjs'
import { completions, manPages } from './extras.mjs'
import { readsNodeOptions } from './node-options.mjs'
import { packForNpm } from './npm-package.mjs'
import { writeSbom } from './package-sbom.mjs'
import { notReleasable } from './published.mjs'
import { copyRuntimePackages, PLATFORM } from './runtime-packages.mjs'
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

if (process.argv.includes('--release')) {
  const reason = await notReleasable()
  if (reason !== undefined) {
    process.stderr.write(`error: ${reason}\nhint: Set that right, commit, and run it again\n`)
    process.exit(1)
  }
}

const { version } = JSON.parse(await readFile('package.json', 'utf8'))
const epoch = sourceDateEpoch()
const target = await emptyDirectory('packages')
const scratch = await emptyDirectory('.build/package')

/** A directory with everything but Node. */
async function portableTarball() {
  const name = `ls-auth-${version}-node-${PLATFORM}`
  const directory = await emptyDirectory(join(scratch, name))
  await copyProgram(directory, ALL_DOCUMENTS)
  await copyRuntimePackages(directory, PLATFORM)
  await settle(directory, ['bin/ls-auth.js', 'node_modules/open/xdg-open'], epoch)
  await packTarball(directory, join(target, `${name}.tar.gz`), epoch)
}

/** A directory with one executable, and what goes beside it. */
async function executableTarball() {
  const name = `ls-auth-${version}-${PLATFORM}`
  const directory = await emptyDirectory(join(scratch, name))
  await makeExecutable(directory, scratch)
  if (readsNodeOptions(join(directory, EXECUTABLE))) refuseThisNode()
  await copyDocuments(directory, ALL_DOCUMENTS)
  for (const { name, content } of await manPages()) await put(join(directory, 'man', name), content)
  for (const { place, content } of completions())
    await put(join(directory, 'completions', basename(place)), content)
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

/** Only where Debian's own tool is. The native modules are prebuilt for both, so each machine makes both. */
async function debianPackage() {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) {
    process.stderr.write('SKIPPED the Debian package: dpkg-deb is not here\n')
    return
  }
  for (const [platform, architecture] of Object.entries(DEBIAN_ARCHITECTURES)) {
    const name = `ls-auth_${version}_${architecture}.deb`
    await makeDebianPackage(join(target, name), { platform, architecture }, scratch, epoch)
  }
}

await packForNpm(target, scratch, epoch)
await portableTarball()
await debianPackage()
await executableTarball()
await writeSbom(join(target, `ls-auth-${version}.cdx.json`), epoch)
await writeChecksums(target)
