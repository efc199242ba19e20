import { afterEach, beforeEach, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** "The pipeline had no value for it": the profile's own would be another tenant, another API, another person. */
let world: World
beforeEach(async () => {
  world = await openWorld()
  await world.writeConfig(
    '[profiles.work]\nbackend = "tempo"\napi = "http://127.0.0.1:1"\nauthorization = "none"\ntenant = "acme"\n',
  )
})
afterEach(() => world.close())

const PLACES = [
  'API',
  'BACKEND',
  'ORGANIZATION',
  'PROJECT',
  'TENANT',
  'AUTHORIZATION_HEADER',
  'PROFILE',
  'ISSUER',
  'CLIENT_ID',
]

it.each(PLACES)('LS_AUTH_%s, set and empty: exit 2, and nothing is asked', async (name) => {
  world.variables[`LS_AUTH_${name}`] = ''
  expect(await world.type('ls-auth services')).toEqual({
    exit: 2,
    stdout: '',
    stderr: `error: LS_AUTH_${name} is set, but empty\nhint: Give it a value, or unset it.\n`,
  })
})

it('a flag in its place counts all the same: nobody answers there', async () => {
  Object.assign(world.variables, { LS_AUTH_PROFILE: '', LS_AUTH_TENANT: '' })
  expect((await world.type('ls-auth services --profile work --tenant acme')).exit).toBe(6)
})

it.each(['REASON', 'STORE', 'STORE_KEY_FILE', 'DPOP'])(
  'LS_AUTH_%s, set and empty, is not set',
  async (name) => {
    world.variables[`LS_AUTH_${name}`] = ''
    expect((await world.type('ls-auth profile show')).exit).toBe(0)
  },
)
