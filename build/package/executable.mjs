// @ts-check
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inject } from 'postject'
import { bundledPackages } from '../bundled.mjs'
import { thirdPartyNotices } from '../notices.mjs'
import { PLATFORM } from './runtime-packages.mjs'
import { bundleForSea } from './sea-bundle.mjs'

/** Where Node looks for its single executable application, and the mark in Node that says whether there is one. */
const RESOURCE = 'NODE_SEA_BLOB'
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

const IS_MAC = process.platform === 'darwin'

/** Name of the program in its directory. */
export const EXECUTABLE = process.platform === 'win32' ? 'ls-auth.exe' : 'ls-auth'

/**
 * Makes DIRECTORY/ls-auth: the Node that runs this build with the program inside of it
 * (nodejs.org/api/single-executable-applications.html). Beside it go the native modules and the licenses.
 *
 * @param {string} directory
 * @param {string} scratch
 */
export async function makeExecutable(directory, scratch) {
  const executable = join(directory, EXECUTABLE)
  const bundle = join(scratch, 'sea.cjs')
  const packages = await bundledPackages(await bundleForSea(bundle))
  await copyFile(process.execPath, executable)
  await chmod(executable, 0o755)
  // macOS runs no program whose signature does not fit: Node's is replaced by an ad-hoc one.
  if (IS_MAC) execFileSync('codesign', ['--remove-signature', executable])
  await inject(executable, RESOURCE, await prepareBlob(bundle, scratch), {
    sentinelFuse: FUSE,
    ...(IS_MAC && { machoSegmentName: 'NODE_SEA' }),
  })
  if (IS_MAC) execFileSync('codesign', ['--sign', '-', executable])
  for (const name of ['keytar', 'fs-native-extensions']) {
    await copyFile(
      join('node_modules', name, 'prebuilds', PLATFORM, `${name}.node`),
      join(directory, `${name}.node`),
    )
  }
  const notices = [await thirdPartyNotices(packages), await nodeNotice()].join('\n\n')
  await writeFile(join(directory, 'THIRD-PARTY-NOTICES.txt'), notices)
}

/**
 * @param {string} main
 * @param {string} scratch
 */
async function prepareBlob(main, scratch) {
  const [output, config] = [join(scratch, 'sea.blob'), join(scratch, 'sea.json')]
  const settings = {
    main,
    output,
    disableExperimentalSEAWarning: true,
    // A start without it takes more than twice as long.
    useCodeCache: true,
    // NODE_OPTIONS is for those who run Node; with other V8 flags the code cache would be refused, with a warning.
    // A Node that is too old for this says nothing, so package.mjs asks the executable (node-options.mjs).
    execArgvExtension: 'none',
  }
  await writeFile(config, JSON.stringify(settings))
  // `--predictable`: else the code cache has other bytes each time. V8 checks the flags of a cache, and takes this one.
  const flags = ['--predictable', '--experimental-sea-config', config]
  execFileSync(process.execPath, flags, { stdio: ['ignore', 'ignore', 'inherit'] })
  return readFile(output)
}

/** The license of Node and what it contains, from where its own archive or a Debian package puts it. */
async function nodeNotice() {
  const home = dirname(process.execPath)
  const places = [join(home, '..', 'LICENSE'), join(home, 'LICENSE'), '/usr/share/doc/nodejs/copyright']
  const place = places.find((path) => existsSync(path))
  if (place === undefined) throw new Error(`the license of Node is not at ${places.join(', ')}`)
  return `${'-'.repeat(80)}\nNode.js ${process.version}\n\n${await readFile(place, 'utf8')}`
}
