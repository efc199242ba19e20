import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundledPackages } from '../../build/bundled.mjs'

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
  it('the tarball: the program, its documents, the notices of what is bundled, the packages beside it, and nothing else', () => {
    const packed = JSON.parse(run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']))
    const [{ files }] = packed as [{ files: { path: string }[] }]
    const paths = files.map(({ path }) => path)
    const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'dist/THIRD-PARTY-NOTICES.txt']
    expect(paths).toEqual(
      expect.arrayContaining([...documents, 'bin/ls-auth.js', 'dist/start.cjs', 'man/ls-auth.1']),
    )
    expect(
      paths.filter((path) => !/^(bin|dist|docs|man|node_modules)\/|^package\.json$/.test(path)).sort(),
    ).toEqual(documents.slice(0, 4))
  })

  it('what an installed package runs is what was tested: nothing is chosen at the installation', () => {
    const { dependencies, devDependencies } = readJson('package.json')
    // What judges tokens is in dist.
    const { jose, oauth4webapi, 'openid-client': client } = devDependencies
    for (const version of [...Object.values(dependencies), jose, oauth4webapi, client])
      expect(version).toMatch(/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+$/)
    const { packages } = readJson('package-lock.json')
    const locked = Object.entries(packages as Record<string, { dev?: true; version: string }>)
      .filter(([place, { dev }]) => place !== '' && !dev)
      .map(([place, { version }]) => [place, version])
    expect(locked.map(([place]) => place)).toContain('node_modules/ansi-regex')
    const [{ bundled, files }] = JSON.parse(
      run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']),
    ) as [{ bundled: string[]; files: { path: string }[] }]
    expect(bundled.map((name) => `node_modules/${name}`).sort()).toEqual(
      locked.map(([place]) => place).sort(),
    )
    const paths = files.map(({ path }) => path)
    for (const [place, version] of locked) {
      expect(paths).toContain(`${place}/package.json`)
      expect([place, readJson(`${place}/package.json`).version]).toEqual([place, version])
    }
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
      for (const { purl, hashes, licenses } of components as Component[]) {
        expect(purl).toMatch(/^pkg:npm\//)
        expect([purl, hashes.length, licenses.length]).toEqual([purl, 1, 1])
      }
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

const readJson = (path: string) => JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8'))

function run(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
