import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --api http://127.0.0.1:1`
  expect((await world.type(`${login} --profile work`)).exit).toBe(0)
})
afterEach(() => world.close())

const isSignedIn = async () => (await world.type('ls-auth token')).exit === 0

describe('logout of a sign-in that flags name', () => {
  it.each([
    ['--issuer https://nope.example --client-id zz', 'https://nope.example as client zz'],
    ['--account second', 'ISSUER as client CLIENT, account second'],
    ['--client-id zz', 'ISSUER as client zz'],
  ])('%s: nobody is signed in there, which is not said of the profile', async (flags, words) => {
    const { exit, stderr } = await world.type(`ls-auth logout ${flags}`)
    const named = words.replace('ISSUER', provider.issuer).replace('CLIENT', provider.clientId)
    expect([exit, stderr]).toEqual([0, `Not signed in to ${named}; nothing to do.\n`])
    expect(await isSignedIn()).toBe(true)
  })

  it('is named by them where it is there, too', async () => {
    await world.type(
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --account second --profile two`,
    )
    const { stderr } = await world.type('ls-auth logout --account second')
    expect(stderr).toContain(
      `Signed out of ${provider.issuer} as client ${provider.clientId}, account second.\n`,
    )
    expect(await isSignedIn()).toBe(true)
  })

  it('is called by its profile where the flags say what that says', async () => {
    const flags = `--issuer ${provider.issuer} --client-id ${provider.clientId}`
    expect((await world.type(`ls-auth logout ${flags}`)).stderr).toContain('Signed out of work.\n')
    expect((await world.type('ls-auth logout')).stderr).toBe('Not signed in to work; nothing to do.\n')
  })
})
