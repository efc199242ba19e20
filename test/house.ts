import { readdirSync, readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileStore, loginArgs, signIn } from './process/sign-in.ts'
import { loadedFiles } from './world/loaded-files.ts'
import { openMachine } from './world/machine.ts'
import { startProvider } from './world/provider.ts'
import { toOtlpDocument } from './world/trace/otlp.ts'
import { makeTrace } from './world/trace-data.ts'

/**
 * How large the house is, beside the limits in test/house.json. Exits 1 when a figure is over its limit, or has none.
 * `--lower` writes lower figures down as the new limits; none is ever raised here.
 */
const LIMITS = 'test/house.json'

const say = (line: string) => process.stdout.write(`${line}\n`)

/** Every file below a folder whose path fits. */
const files = (folder: string, fits: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => fits.test(path) && !path.includes('node_modules') && statSync(path).isFile())

const text = (paths: readonly string[]): string => paths.map((path) => readFileSync(path, 'utf8')).join('\n')
const linesIn = (paths: readonly string[]): number =>
  paths.reduce((sum, path) => sum + (readFileSync(path, 'utf8').match(/\n/g)?.length ?? 0), 0)
const wordsIn = (paths: readonly string[]): number => text(paths).match(/\S+/g)?.length ?? 0

/** Calls of `import()` outside of comments; `typeof import(…)` is a type. */
const dynamicImports = (source: string): number =>
  source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').match(/(?<!typeof )\bimport\((?!.[^)]*\)\.(?!then))/g)
    ?.length ?? 0

function sizes(): Record<string, number> {
  const source = files('src', /\.ts$/)
  const documents = files('docs', /\.md$/).filter((path) => !/^docs[\\/]reference[\\/]/.test(path))
  const top = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']
  const folders = readdirSync('src', { recursive: true, withFileTypes: true }).filter((one) =>
    one.isDirectory(),
  )
  return {
    'lines in src': linesIn(source),
    'files in src': source.length,
    'folders in src': folders.length + 1,
    'lines in test': linesIn(files('test', /\.ts$/)),
    'words in README, docs and so on': wordsIn([...documents, ...top]),
    'lines in CHANGELOG': linesIn(['CHANGELOG.md']),
    'dynamic imports in src': dynamicImports(text(source)),
    'chunks in dist': files('dist', /\.c?js$/).length,
  }
}

/** Bytes of `dist` that some commands read, each in a process of its own. */
async function loads(): Promise<Record<string, number>> {
  const [provider, machine] = await Promise.all([
    startProvider(),
    openMachine({ binary: join(process.cwd(), 'bin', 'ls-auth.js') }),
  ])
  const file = join(machine.home, 'trace.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([makeTrace({ seed: 3 })], 'hex')))
  const lines: Record<string, readonly string[]> = {
    '--help': ['--help'],
    token: ['token'],
    'trace get FILE': ['trace', 'get', file],
    'trace why --file FILE': ['trace', 'why', '--file', file, '--error'],
  }
  const found: Record<string, number> = {}
  try {
    await signIn(machine, [...loginArgs(provider), ...fileStore(machine)])
    for (const [line, args] of Object.entries(lines)) {
      const { ended, paths } = await loadedFiles(machine, args)
      if (ended.exit !== 0) throw new Error(`${line}: exit ${ended.exit}\n${ended.stderr}`)
      const built = paths.filter((path) => path.startsWith('dist/'))
      found[`bytes loaded by ${line}`] = built.reduce((sum, path) => sum + statSync(path).size, 0)
    }
  } finally {
    await Promise.all([provider.close(), machine.close()])
  }
  return found
}

const figures = { ...sizes(), ...(await loads()) }
const limits: Record<string, number> = JSON.parse(readFileSync(LIMITS, 'utf8'))
let over = 0
for (const [name, figure] of Object.entries(figures)) {
  const limit = limits[name]
  const isOver = limit === undefined || figure > limit
  if (isOver) over += 1
  const mark = isOver ? '  OVER' : figure < limit ? `  ${limit - figure} below` : ''
  say(`${String(figure).padStart(8)} of ${String(limit ?? 'no limit').padStart(8)}  ${name}${mark}`)
}
if (process.argv.includes('--lower')) {
  const lower = Object.entries(figures).map(([name, figure]) => [
    name,
    Math.min(figure, limits[name] ?? figure),
  ])
  await writeFile(LIMITS, `${JSON.stringify(Object.fromEntries(lower), null, 2)}\n`)
}
say(`house: ${over} of ${Object.keys(figures).length} over the limit`)
process.exitCode = over > 0 ? 1 : 0
