import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "`revoke` says which tokens are revoked when I sign out": that is what the provider is asked for, no more and no less. */

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider({ accessTokenSeconds: 600 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
})
afterEach(async () => {
  provider.tamper = {}
  await world.close()
})
/** A provider that can revoke access tokens, too. */
const revokesAll = () => {
  provider.tamper = {
    intercept: (_, response, body) => {
      if (!body.includes('token_type_hint=access_token')) return false
      response.writeHead(200).end()
      return true
    },
  }
}

const signedIn = async (revoke: readonly string[]) => {
  const { exit, stderr } = await world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`,
  )
  expect(exit, stderr).toBe(0)
  await world.editConfig((text) => `${text}\nrevoke = ${JSON.stringify(revoke)}\n`)
}
/** The kinds of tokens that the provider was asked to revoke, as it was told. */
async function asked(work: () => Promise<void>): Promise<string[]> {
  const before = provider.requests.length
  await work()
  return provider.requests
    .slice(before)
    .filter(({ path }) => path === '/token/revocation')
    .map(({ parameters }) => {
      const isAccess = String(parameters.get('token')).startsWith('eyJ')
      return `${isAccess ? 'access' : 'refresh'} as ${parameters.get('token_type_hint')}`
    })
}
const logout = (words: string) => async () => {
  const { exit, stderr } = await world.type('ls-auth logout')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringContaining(`at the provider   ${words}`) })
}

const REFRESH = 'refresh as refresh_token'
const ACCESS = 'access as access_token'

it.each<[string[], string[], string]>([
  [['refresh'], [REFRESH], 'refresh token revoked'],
  [['access'], [ACCESS], 'access token revoked, and no refresh token'],
  [['refresh', 'access'], [REFRESH, ACCESS], 'refresh token revoked'],
  [['access', 'refresh'], [ACCESS, REFRESH], 'refresh token revoked'],
  [[], [], 'not asked to revoke (setting revoke): the refresh token was only deleted here'],
])('revoke = %j', async (revoke, requests, words) => {
  await signedIn(revoke)
  revokesAll()
  expect(await asked(logout(words))).toEqual(requests)
})

it('of a sign-in that the policy refuses, too', async () => {
  await world.writeConfig(`[profiles.work]
issuer = "${provider.issuer}"
client_id = "${provider.clientId}"
redirect_ports = "any"
api = "https://gw.example"
revoke = ["access"]
[profiles.work.expect]
groups = ["board"]
`)
  const refused = (told: unknown) => async () => {
    const { exit, stderr } = await world.type('ls-auth login')
    expect({ exit, stderr }).toEqual({ exit: 11, stderr: told })
  }
  revokesAll()
  expect(await asked(refused(expect.not.stringContaining('not revoked')))).toEqual([ACCESS])
  await world.editConfig((text) => text.replace('revoke = ["access"]', 'revoke = []'))
  const told = expect.stringContaining('not revoked (setting revoke)')
  expect(await asked(refused(told))).toEqual([])
})
