// @ts-check
import { basename, dirname } from 'node:path'
import { create } from 'tar'
import { entries } from './staging.mjs'

/**
 * Packs a settled directory as FILE.tar.gz with the directory's name in front of each path: sorted, owned by root, the
 * same bytes from the same tree.
 *
 * @param {string} directory
 * @param {string} file
 * @param {number} epoch seconds
 */
export async function packTarball(directory, file, epoch) {
  const name = basename(directory)
  const paths = [name, ...(await entries(directory)).map(({ path }) => `${name}/${path}`)]
  await create(
    {
      file,
      cwd: dirname(directory),
      gzip: true,
      // Leaves out who built it, and when files were read.
      portable: true,
      mtime: new Date(epoch * 1000),
      noDirRecurse: true,
    },
    paths,
  )
}
