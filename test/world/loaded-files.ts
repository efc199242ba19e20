import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ended, Machine } from './machine.ts'

/** Runs a command with V8's own account of the files it loaded: their paths from the working directory, once each. */
export async function loadedFiles(
  machine: Machine,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ readonly ended: Ended; readonly paths: readonly string[] }> {
  const directory = await mkdtemp(join(machine.home, 'coverage-'))
  const ended = await machine.run(args, { env: { NODE_V8_COVERAGE: directory, ...env } })
  const [name, ...others] = await readdir(directory)
  if (name === undefined || others.length > 0) throw new Error(`${args.join(' ')}: not one process`)
  const report = JSON.parse(await readFile(join(directory, name), 'utf8'))
  const urls = (report.result as { url: string }[]).map(({ url }) => url)
  const paths = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => relative(process.cwd(), fileURLToPath(url)))
  return { ended, paths: paths.map((path) => path.replaceAll(sep, '/')) }
}
