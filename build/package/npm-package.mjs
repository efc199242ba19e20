// @ts-check
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { FEW_DOCUMENTS } from './documents.mjs'
import { copyProgram, emptyDirectory, settle } from './staging.mjs'

/**
 * Packs the built program for npm into TARGET. `npm pack` sorts and dates by itself, but takes the modes that it finds.
 *
 * @param {string} target
 * @param {string} scratch
 * @param {number} epoch seconds
 * @returns {Promise<{ filename: string, size: number, unpackedSize: number, files: { path: string }[] }>}
 */
export async function packForNpm(target, scratch, epoch) {
  const directory = await emptyDirectory(join(scratch, 'npm'))
  await copyProgram(directory, FEW_DOCUMENTS)
  await settle(directory, ['bin/ls-auth.js'], epoch)
  const command = ['pack', '--json', '--ignore-scripts', '--pack-destination', target, `./${directory}`]
  const said = execFileSync('npm', command, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  })
  return JSON.parse(said)[0]
}
