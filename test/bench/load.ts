import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What a load generator saw. */
export interface Load {
  readonly perSecond: number
  readonly medianMs: number
}

/**
 * Sends `requests` requests, `atOnce` of them at a time over kept connections (`ab` of Apache: it takes little of the
 * processor). Throws when one of them is not answered with 2xx.
 */
export async function load(url: string, requests: number, atOnce: number): Promise<Load> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-load-'))
  try {
    const percentiles = join(directory, 'percentiles.csv')
    const args = ['-q', '-k', '-l', '-n', String(requests), '-c', String(atOnce), '-e', percentiles, url]
    const { stdout } = await promisify(execFile)('ab', args)
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1] ?? 0)
    if (
      number('Failed requests') + number('Non-2xx responses') > 0 ||
      number('Complete requests') !== requests
    )
      throw new Error(`not every request was answered: ${stdout}`)
    const median = /^50,([\d.]+)/m.exec(await readFile(percentiles, 'utf8'))?.[1]
    return { perSecond: number('Requests per second'), medianMs: Number(median) }
  } finally {
    await rm(directory, { recursive: true })
  }
}
