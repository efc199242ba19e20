// @ts-check
import { execFileSync } from 'node:child_process'
import { chmod, cp, lutimes, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { copyDocuments } from './documents.mjs'
import { publishedManifest } from './published.mjs'

/**
 * Seconds since the epoch that stand for "now" in everything that is packaged: SOURCE_DATE_EPOCH
 * (reproducible-builds.org), else the time of the last commit.
 */
export function sourceDateEpoch() {
  const given = process.env.SOURCE_DATE_EPOCH
  if (given !== undefined && !/^\d+$/.test(given))
    throw new Error('SOURCE_DATE_EPOCH must be a number of seconds')
  return Number(given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }))
}

/** A new, empty directory at this path. @param {string} path */
export async function emptyDirectory(path) {
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true })
  return path
}

/** Writes a file and the directories above it. @param {string} path @param {string | Uint8Array} content */
export async function put(path, content) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

/** The built program, its man pages and these documents. @param {string} target @param {readonly string[]} documents */
export async function copyProgram(target, documents) {
  for (const name of ['bin', 'dist', 'man']) await cp(name, join(target, name), { recursive: true })
  await put(join(target, 'package.json'), `${JSON.stringify(await publishedManifest(), null, 2)}\n`)
  await copyDocuments(target, documents)
}

/**
 * Modes and times that do not depend on who builds: 0755 for directories and what is in `programs`, else 0644, and the
 * time of the last commit.
 *
 * @param {string} root
 * @param {readonly string[]} programs paths below root
 * @param {number} epoch seconds
 */
export async function settle(root, programs, epoch) {
  const paths = await entries(root)
  for (const { path, kind } of paths) {
    if (kind === 'link') continue
    const executable = kind === 'directory' || programs.includes(path)
    await chmod(join(root, path), executable ? 0o755 : 0o644)
  }
  await chmod(root, 0o755)
  // Children first: writing into a directory changes its time.
  for (const { path } of paths.toReversed()) await lutimes(join(root, path), epoch, epoch)
  await lutimes(root, epoch, epoch)
}

/**
 * What is below a directory, sorted, a directory before what is in it.
 *
 * @param {string} root
 */
export async function entries(root) {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  return found
    .map((entry) => ({
      path: relative(root, join(entry.parentPath, entry.name)),
      kind: entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'file',
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
