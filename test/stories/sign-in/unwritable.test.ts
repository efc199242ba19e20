import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { realFiles } from '../../../src/system/files/files.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/**
 * Places that can hold nothing, whoever asks: tests may run as root, for whom permissions are no obstacle. In /proc a
 * new directory is answered with "no such file", which sent Node's recursive mkdir round for ever.
 */
let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld()
  await writeFile(join(world.home, 'a-file'), '')
  await writeFile(join(world.home, 'key'), 'ab'.repeat(32), { mode: 0o600 })
})
afterEach(() => world.close())

const places = [
  { place: '/proc/nobody', there: process.platform === 'linux' },
  { place: '/dev/null', there: process.platform !== 'win32' },
  { place: 'a-file', there: true },
  { place: 'a-file/below', there: true },
].filter(({ there }) => there)

const login = (flags = '') =>
  world.type(
    `ls-auth login ${flags} --issuer ${provider.issuer} --client-id ${provider.clientId} --store file --store-key-file ${join(world.home, 'key')}`,
  )

describe.each(places)('state under $place', ({ place }) => {
  beforeEach(() => {
    world.variables.XDG_STATE_HOME = place.startsWith('/') ? place : join(world.home, place)
  })

  it('login ends at once in two lines that name the place and the setting: exit 6', async () => {
    const { exit, stderr } = await login()
    expect(exit).toBe(6)
    expect(stderr).toMatch(/^error: cannot write to .*ls-auth.* \(E\w+\)\nhint: .*XDG_STATE_HOME.*\n$/)
    expect(JSON.parse((await login('--json')).stderr)).toMatchObject({ error: { code: 'storage', exit: 6 } })
  })

  it('whoever reads only is not signed in: exit 3', async () => {
    await world.writeConfig('[profiles.work]\nissuer = "https://id.example"\nclient_id = "x"\n')
    expect((await world.type('ls-auth token')).exit).toBe(3)
  })

  it('doctor says so before the first sign-in', async () => {
    await world.writeConfig('[profiles.work]\nissuer = "http://127.0.0.1:9"\nclient_id = "x"\n')
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/^FAIL +state +cannot write to .*\n +→ .*XDG_STATE_HOME/m)
  })
})

it('doctor finds a lock of the settings that cannot be had, which hinders each change', async () => {
  await world.writeConfig('[profiles.work]\nissuer = "http://127.0.0.1:9"\nclient_id = "x"\n')
  expect((await world.type('ls-auth profile use work')).exit).toBe(0)
  const lock = join(world.stateDirectory, 'settings.lock')
  expect((await world.type('ls-auth doctor')).stdout).toMatch(/^ok +lock /m)
  await rm(lock)
  await mkdir(lock)
  expect((await world.type('ls-auth doctor')).stdout).toMatch(
    /^FAIL +lock +cannot lock the settings: \S+settings\.lock \(E\w+\)\n +→ /m,
  )
})

describe('doctor, where nobody signs in', () => {
  const line = 'ls-auth doctor --api http://127.0.0.1:9 --backend jaeger --authorization none'
  const unkept = (why: string) =>
    new RegExp(
      `^warn +record +\\S+audit\\.jsonl cannot be written \\(${why}\\)\\n +→ Nothing is recorded`,
      'm',
    )

  it('says that the record is kept', async () => {
    expect((await world.type(line)).stdout).toMatch(/^ok +record +kept/m)
  })

  it.each(places)('says that none is kept under $place', async ({ place }) => {
    world.variables.XDG_STATE_HOME = place.startsWith('/') ? place : join(world.home, place)
    expect((await world.type(line)).stdout).toMatch(
      /^ok +record +none is kept: this machine has no place for \S+audit\.jsonl$/m,
    )
  })

  it('says why a read-only place has none; so does it for a token of outside', async () => {
    const readOnly = async () => Promise.reject(Object.assign(new Error('x'), { code: 'EROFS' }))
    world.override = { files: async () => ({ ...realFiles, makeDirectory: readOnly }) }
    expect((await world.type(line)).stdout).toMatch(unkept('EROFS'))
    world.variables.LS_AUTH_TOKEN = 'opaque-token-of-the-pipeline'
    const { stdout } = await world.type('ls-auth doctor --api http://127.0.0.1:9 --backend jaeger')
    expect(stdout).toMatch(unkept('EROFS'))
  })
})

describe.each(places)('settings under $place', ({ place }) => {
  it('use, which must write, ends in two lines: exit 6', async () => {
    world.variables.XDG_CONFIG_HOME = place.startsWith('/') ? place : join(world.home, place)
    await mkdir(join(world.home, 'etc'))
    await writeFile(
      join(world.home, 'etc', 'config.toml'),
      '[profiles.work]\nissuer = "https://id.example"\n',
    )
    const { exit, stderr } = await world.type('ls-auth profile use work')
    expect(exit).toBe(6)
    expect(stderr).toMatch(/^error: cannot write .*config\.toml \(E\w+\)\nhint: .*XDG_CONFIG_HOME.*\n$/)
  })
})

describe('directories', () => {
  it('are made down to the last one, closed to others; those that are there stay as they are', async () => {
    const deep = join(world.home, 'a', 'b', 'c')
    await Promise.all([1, 2, 3, 4].map(() => realFiles.makeDirectory(deep)))
    for (const path of [join(world.home, 'a'), deep])
      expect(await realFiles.inspect(path)).toMatchObject({ kind: 'directory', mode: 0o700 })
    await realFiles.makeDirectory(deep)
  })
})
