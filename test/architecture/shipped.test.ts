import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundledPackages } from '../../build/bundled.mjs'
import { packForNpm } from '../../build/package/npm-package.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Component {
  readonly 'bom-ref': string
  readonly purl: string
  readonly hashes: readonly unknown[]
  readonly licenses: readonly unknown[]
  readonly properties: readonly { readonly name: string; readonly value: string }[]
}

const bundled = bundledPackages(JSON.parse(readFileSync(`${ROOT}.build/meta.json`, 'utf8')))

describe('what is shipped says what it is made of', () => {
  let paths: string[] = []
  let size = 0
  let unpackedSize = 0
  let manifest: Manifest
  const scratch = mkdtempSync(join(ROOT, '.build/shipped-'))
  const unpacked = (path: string) => readFileSync(join(scratch, 'npm', path), 'utf8')

  beforeAll(async () => {
    const packed = await packForNpm(scratch, relative('.', scratch), 0)
    paths = packed.files.map(({ path }) => path)
    size = packed.size
    unpackedSize = packed.unpackedSize
    manifest = JSON.parse(unpacked('package.json'))
  }, 60_000)
  afterAll(() => rmSync(scratch, { recursive: true }))

  it('the tarball: the program, its documents, the notices of what is bundled, and nothing else', () => {
    const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'dist/THIRD-PARTY-NOTICES.txt']
    expect(paths).toEqual(
      expect.arrayContaining([...documents, 'bin/ls-auth.js', 'dist/start.cjs', 'man/ls-auth.1']),
    )
    expect(paths.filter((path) => !/^(bin|dist|docs|man)\/|^package\.json$/.test(path)).sort()).toEqual(
      documents.slice(0, 4),
    )
    expect(paths.filter((path) => path.endsWith('.map'))).toEqual([])
  })

  it('is no larger than 950 kB, and 3 MB where it is installed, beside native packages', () => {
    const isNative = (name: string) => /^(keytar|fs-native-extensions|node-addon-api)$/.test(name)
    const others = Object.keys(manifest.dependencies).filter((name) => !isNative(name))
    const beside = others.reduce((sum, name) => sum + sizeOf(`${ROOT}node_modules/${name}`), 0)
    expect(size).toBeLessThanOrEqual(950_000)
    expect(unpackedSize + beside).toBeLessThanOrEqual(3_000_000)
  })

  it('each link of its documents leads to a file in it, or to the web', () => {
    const links = paths
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...unpacked(path).matchAll(/\]\(([^)#\s]+)/g)].map(([, to = '']) =>
          /^https?:/.test(to) ? 'README.md' : posix.join(posix.dirname(path), to),
        ),
      )
    expect(links).toContain('SECURITY.md')
    expect(links.filter((to) => !paths.includes(to))).toEqual([])
  })

  it('holds what the program’s own texts name', () => {
    const texts = paths.filter((path) => /^(dist|man)\//.test(path)).map(unpacked)
    const named = texts.flatMap((text) => text.match(/\bdocs\/(?:reference\/)?\w+\.md\b/g) ?? [])
    expect(named).toContain('docs/reference/settings.md')
    expect([...new Set(named)].filter((path) => !paths.includes(path))).toEqual([])
  })

  it('what an installed package runs is what was tested: nothing is chosen at the installation', () => {
    // What judges tokens is in dist.
    const { jose, oauth4webapi, 'openid-client': client } = readJson('package.json').devDependencies
    for (const version of [...Object.values(manifest.dependencies), jose, oauth4webapi, client])
      expect(version).toMatch(/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/)
    const { packages } = readJson('package-lock.json')
    const locked = Object.entries(packages as Record<string, { dev?: true; version: string }>)
      .filter(([place, { dev }]) => place !== '' && !dev)
      .map(([place, { version }]) => [place, version])
    expect(locked.map(([place]) => place)).toContain('node_modules/ansi-regex')
    const pinned = Object.entries(manifest.dependencies).map(([name, version]) => [
      `node_modules/${name}`,
      version.replace(/^npm:.+@/, ''),
    ])
    expect(pinned.sort()).toEqual(locked.sort())
    for (const [place, version] of locked)
      expect([place, readJson(`${place}/package.json`).version]).toEqual([place, version])
  })

  it('the notices hold the license of each bundled package', async () => {
    const notices = readFileSync(`${ROOT}dist/THIRD-PARTY-NOTICES.txt`, 'utf8')
    for (const { name, version } of await bundled) expect(notices).toContain(`\n${name} ${version} (`)
    expect(notices.match(/^-{80}$/gm)).toHaveLength((await bundled).length)
  })

  it('`npm run sbom` lists each bundled package, with its license and hash', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ls-auth-sbom-'))
    try {
      const file = join(directory, 'sbom.json')
      run('node', ['build/sbom.mjs', file])
      const { bomFormat, components } = JSON.parse(readFileSync(file, 'utf8'))
      expect(bomFormat).toBe('CycloneDX')
      const inside = (components as Component[]).filter(({ properties }) =>
        properties.some(({ value }) => value === 'bundled into dist'),
      )
      expect(inside.map((one) => one['bom-ref']).sort()).toEqual(
        (await bundled).map(({ name, version }) => `${name}@${version}`).sort(),
      )
      const { components: inJq } = components.find(({ name }: { name: string }) => name === 'jq-wasm')
      expect(inJq.map(({ name }: { name: string }) => name)).toEqual(
        expect.arrayContaining(['jq', 'decNumber', 'oniguruma']),
      )
      for (const { purl, hashes, licenses } of components as Component[]) {
        expect(purl).toMatch(/^pkg:npm\//)
        expect([purl, hashes.length, licenses.length]).toEqual([purl, 1, 1])
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
}

const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

const readJson = (path: string) => JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8'))

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
