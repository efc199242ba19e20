import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
