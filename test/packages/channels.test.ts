import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker'
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

/**
 * What the newest schema of the MCP registry asks of the members that we use, 2025-12-11: schemas/2025-12-11/server.schema.json of
 * github.com/modelcontextprotocol/static. The draft after it adds only members. The registry itself takes no other npm.
 */
const ENTRY = {
  type: 'object',
  required: ['name', 'description', 'version'],
  additionalProperties: false,
  properties: {
    $schema: { const: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json' },
    name: { type: 'string', minLength: 3, maxLength: 200, pattern: '^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$' },
    title: { type: 'string', minLength: 1, maxLength: 100 },
    description: { type: 'string', minLength: 1, maxLength: 100 },
    version: { type: 'string', maxLength: 255 },
    websiteUrl: { type: 'string', format: 'uri' },
    repository: {
      type: 'object',
      required: ['url', 'source'],
      additionalProperties: false,
      properties: { url: { type: 'string', format: 'uri' }, source: { type: 'string' } },
    },
    packages: {
      type: 'array',
      items: {
        type: 'object',
        required: ['registryType', 'identifier', 'transport'],
        additionalProperties: false,
        properties: {
          registryType: { type: 'string' },
          registryBaseUrl: { const: 'https://registry.npmjs.org' },
          identifier: { type: 'string' },
          version: { type: 'string', minLength: 1, not: { const: 'latest' } },
          runtimeHint: { type: 'string' },
          transport: { type: 'object', required: ['type'], properties: { type: { const: 'stdio' } } },
          packageArguments: {
            type: 'array',
            items: {
              type: 'object',
              required: ['type', 'value'],
              additionalProperties: false,
              properties: { type: { const: 'positional' }, value: { type: 'string' } },
            },
          },
        },
      },
    },
  },
} as const

it('the entry of the MCP registry keeps the rules of its schema, and names the npm package', async () => {
  inRepository()
  const { 'server.json': text = '' } = await channels(SUMS)
  const server = JSON.parse(text)
  const isValid = (entry: unknown) => new CfWorkerJsonSchemaValidator().getValidator(ENTRY)(entry).valid
  expect(isValid(server)).toBe(true)
  const [npm, ...others] = server.packages
  for (const wrong of [
    { name: 'ls-auth' },
    { description: 'x'.repeat(101) },
    { version: undefined },
    { status: 'active' },
    { packages: [{ ...npm, version: 'latest' }] },
    { packages: [{ ...npm, packageArguments: [{ type: 'positional' }] }] },
  ])
    expect([wrong, isValid(JSON.parse(JSON.stringify({ ...server, ...wrong })))]).toEqual([wrong, false])
  expect(server.name).toBe((await publishedManifest()).mcpName)
  expect(server.repository).toEqual({ url: 'https://github.com/acme/ls-auth', source: 'github' })
  expect(others).toEqual([])
  expect(npm).toMatchObject({ registryType: 'npm', identifier: 'ls-auth', version })
  const [argument] = npm.packageArguments
  expect(argument).toEqual({ type: 'positional', value: 'mcp' })
  // The program takes it so.
  const said = spawnSync(process.execPath, ['bin/ls-auth.js', argument.value, '--help'], { encoding: 'utf8' })
  expect(said.status).toBe(0)
})
