import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { channels } from '../../build/package/channels.mjs'
import { notReleasable, publishedManifest, repository } from '../../build/package/published.mjs'
import { needs } from '../world/needs.ts'

const { version } = await publishedManifest()
const [TARBALL, WINDOWS] = ['a'.repeat(64), 'b'.repeat(64)]
const SUMS = `${TARBALL}  ls-auth-${version}.tgz\n${WINDOWS}  ls-auth-${version}-win32-x64.tar.gz\n`

const inRepository = () => {
  vi.stubEnv('GITHUB_SERVER_URL', undefined)
  vi.stubEnv('GITHUB_REPOSITORY', 'acme/ls-auth')
}
const withoutRepository = () => {
  vi.stubEnv('GITHUB_REPOSITORY', undefined)
  vi.stubEnv('GIT_DIR', '/nonexistent')
}
afterEach(() => {
  vi.unstubAllEnvs()
})

it('package.json gets its addresses from the repository that the release runs in', async () => {
  inRepository()
  expect(await publishedManifest()).toMatchObject({
    author: { name: 'acme', url: 'https://github.com/acme' },
    bugs: { url: 'https://github.com/acme/ls-auth/issues' },
    homepage: 'https://github.com/acme/ls-auth#readme',
    repository: { type: 'git', url: 'git+https://github.com/acme/ls-auth.git' },
  })
  expect(await publishedManifest()).not.toHaveProperty('private')
})

it.each([
  'https://github.com/acme/ls-auth.git',
  'git@github.com:acme/ls-auth.git',
  'ssh://git@github.com/acme/ls-auth',
])('a clone of %s is of that repository', (address) => {
  withoutRepository()
  const clone = mkdtempSync(join(tmpdir(), 'ls-auth-clone-'))
  execFileSync('git', ['init', '--quiet', '--bare', clone], { env: { PATH: process.env.PATH } })
  vi.stubEnv('GIT_DIR', clone)
  execFileSync('git', ['remote', 'add', 'origin', address])
  expect(repository()).toEqual({ owner: 'acme', url: 'https://github.com/acme/ls-auth' })
  rmSync(clone, { recursive: true })
})

it('a release without a repository stops, and says what is missing', async () => {
  withoutRepository()
  expect(await notReleasable()).toBe(
    'package.json has no author, bugs, homepage, repository, and this clone has no origin to take them from',
  )
  expect(await channels(SUMS)).toEqual({})
})

it('the Homebrew formula takes the npm package by its checksum, and is Ruby', async () => {
  inRepository()
  const { 'ls-auth.rb': formula = '' } = await channels(SUMS)
  expect(formula).toContain(
    `url "https://github.com/acme/ls-auth/releases/download/v${version}/ls-auth-${version}.tgz"`,
  )
  expect(formula).toContain(`sha256 "${TARBALL}"`)
  if (needs({ commands: ['ruby'], packages: ['ruby'] }))
    execFileSync('ruby', ['-c'], { input: formula, stdio: ['pipe', 'ignore', 'inherit'] })
})

it('the Scoop manifest takes the executable for Windows by its checksum; without one there is none', async () => {
  inRepository()
  const { 'ls-auth.json': manifest = '' } = await channels(SUMS)
  const directory = `ls-auth-${version}-win32-x64`
  expect(JSON.parse(manifest)).toMatchObject({
    version,
    license: 'Apache-2.0',
    architecture: { '64bit': { url: expect.stringContaining(`/${directory}.tar.gz`), hash: WINDOWS } },
    extract_dir: directory,
    bin: 'ls-auth.exe',
  })
  expect(await channels(SUMS.split('\n')[0] ?? '')).not.toHaveProperty(['ls-auth.json'])
})

it('the entry of the MCP registry keeps the rules of its schema, and names the npm package', async () => {
  inRepository()
  const { 'server.json': text = '' } = await channels(SUMS)
  const server = JSON.parse(text)
  expect(server.$schema).toBe('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json')
  expect(server.name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
  expect(server.name).toBe((await publishedManifest()).mcpName)
  expect(server.description.length).toBeLessThanOrEqual(100)
  expect(server.repository).toEqual({ url: 'https://github.com/acme/ls-auth', source: 'github' })
  const [npm, ...others] = server.packages
  expect(others).toEqual([])
  expect(npm).toMatchObject({
    registryType: 'npm',
    identifier: 'ls-auth',
    version,
    transport: { type: 'stdio' },
  })
  const [argument] = npm.packageArguments
  expect(argument).toEqual({ type: 'positional', value: 'mcp' })
  // The program takes it so.
  const said = spawnSync(process.execPath, ['bin/ls-auth.js', argument.value, '--help'], { encoding: 'utf8' })
  expect(said.status).toBe(0)
})
