// @ts-check
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Writes DIRECTORY/SHA256SUMS, for `sha256sum -c`, and prints each file with its size. @param {string} directory */
export async function writeChecksums(directory) {
  const lines = []
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name)
    lines.push(
      `${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}  ${name}\n`,
    )
    const megabytes = ((await stat(path)).size / 1e6).toFixed(1)
    process.stdout.write(`${megabytes.padStart(6)} MB  ${path}\n`)
  }
  await writeFile(join(directory, 'SHA256SUMS'), lines.join(''))
}
