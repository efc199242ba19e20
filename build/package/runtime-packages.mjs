// @ts-check
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'

/** The platform as Node and the prebuilt native modules name it. */
export const PLATFORM = `${process.platform}-${process.arch}`

/** In a native package: what compilers read, and what an install script copies. */
const NOT_SHIPPED = /^(build|src|include|script|binding\.(c|gyp)|CMakeLists\.txt)$/

/**
 * Copies the packages that npm would install for a user (package-lock.json, without devDependencies) into
 * TARGET/node_modules, native modules for one platform only.
 *
 * @param {string} target
 * @param {string} platform
 */
export async function copyRuntimePackages(target, platform) {
  // node-addon-api is C++ headers, for those who compile keytar.
  const directories = runtimePackages().filter((directory) => basename(directory) !== 'node-addon-api')
  for (const directory of directories) {
    const isNative = existsSync(join(directory, 'prebuilds'))
    await copyPackage(directory, target, (path) => !isNative || isShipped(path, platform))
  }
}

/** @param {string} directory @param {string} target @param {(path: string) => boolean} isShipped of paths below it */
const copyPackage = (directory, target, isShipped) =>
  cp(directory, join(target, relative('.', directory)), {
    recursive: true,
    filter: (path) => isShipped(relative(directory, path)),
  })

/** Directories of the packages, as npm resolved them. */
function runtimePackages() {
  const command = ['ls', '--omit=dev', '--all', '--parseable']
  const lines = execFileSync('npm', command, { encoding: 'utf8', shell: process.platform === 'win32' })
  // The first line is this package.
  return lines.trim().split(/\r?\n/).slice(1)
}

/** @param {string} path below the package @param {string} wanted */
function isShipped(path, wanted) {
  const [top = '', platform] = path.split(sep)
  if (NOT_SHIPPED.test(top)) return false
  if (top === 'prebuilds' && platform !== undefined && platform !== wanted) return false
  // Code for Bare, another runtime.
  return !path.endsWith('.bare')
}
