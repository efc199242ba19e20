import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "I have signed in, and still I am somebody else": LS_AUTH_TOKEN, which goes before the sign-in, was forgotten. */

const NOTE = 'note: LS_AUTH_TOKEN is set, so commands use that token and ignore sign-ins on this machine\n'

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
})
afterAll(() => Promise.all([provider.close(), world.close()]))

it('login, status and logout say so, and only where it is set', async () => {
  const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`
  const told = async (line: string) => {
    const { exit, stderr } = await world.type(line)
    expect(exit, stderr).toBe(0)
    return stderr.includes(NOTE)
  }
  for (const token of [undefined, 'opaque']) {
    if (token !== undefined) world.variables.LS_AUTH_TOKEN = token
    for (const line of [login, 'ls-auth status', 'ls-auth logout'])
      expect(await told(line), line).toBe(token !== undefined)
  }
  for (const line of [`${login} --json`, 'ls-auth logout --json', `${login} --quiet`])
    expect(await told(line), line).toBe(false)
})
