import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { envOf } from '../../world/env.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** On Windows Node gives no user id, owner 0 for every file and a mode that is made up (libuv, `fs__stat_impl`). */
let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' } })
  world.override = { env: envOf(world, { uid: undefined }) }
})
afterEach(() => world.close())

/** The lines of some areas, each in one line with its next step. */
const doctor = async (areas: RegExp) => {
  const { stdout } = await world.type('ls-auth doctor')
  const lines = stdout.replaceAll(/\n +/g, ' ').split('\n')
  return lines.filter((line) => areas.test(line)).map((line) => line.replaceAll(/ +/g, ' '))
}

it('neither the state directory nor the key file is called closed', async () => {
  const key = join(world.home, 'ls-auth.key')
  const line = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`
  expect((await world.type(`${line} --store file --store-key-file ${key}`)).exit).toBe(0)
  expect(await doctor(/^\S+ +(file store|state) /)).toEqual([
    `ok file store key file ${key} exists; its permissions are unknown on this system`,
    `ok state ${world.stateDirectory} exists; its permissions are unknown on this system`,
  ])
})
