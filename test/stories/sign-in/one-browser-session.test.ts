import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../src/ports/ports.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { CookieJar } from '../../world/cookie-jar.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/**
 * "I sign in again from the browser in which I am signed in at the provider": it puts both sign-ins into one grant, and
 * whoever revokes a token of one ends the other. What stays must be good at the second renewal, too: the first one sweeps.
 */

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider({ accessTokenSeconds: 600 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({
    visitor: { user: 'alice', cookies: new CookieJar() },
    secrets: () => provider.secrets,
  })
})
afterEach(async () => {
  provider.tamper = {}
  await world.close()
})

const login = (flags = '') =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 ${flags}`.trim(),
  )
async function signedIn(): Promise<void> {
  const { exit, stderr } = await login()
  expect(exit, stderr).toBe(0)
}
/** Two renewals, each when the access token has ended. */
async function expectGood(): Promise<void> {
  for (const turn of [1, 2]) {
    world.clockOffset += 11 * 60_000
    const { exit, stderr } = await world.type('ls-auth token')
    expect({ turn, exit, stderr }).toEqual({ turn, exit: 0, stderr: '' })
  }
}
/** The ID token with other claims, by this key. */
const withClaims = (changes: Record<string, unknown>, key: 'ours' | 'foreign' = 'ours') => ({
  tokenResponse: async (body: Record<string, unknown>) => {
    const [, payload] = String(body.id_token).split('.')
    const claims = JSON.parse(Buffer.from(payload as string, 'base64url').toString())
    return { ...body, id_token: await provider.signIdToken({ ...claims, ...changes }, { key }) }
  },
})
const withoutRename: Files = {
  ...realFiles,
  rename: async (from, to) => {
    if (/session\.\d+\.tmp$/.test(from)) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    return realFiles.rename(from, to)
  },
}

describe('a new sign-in that is not kept leaves the one before as it was', () => {
  beforeEach(signedIn)

  it('the policy of the profile refuses it', async () => {
    await world.type('ls-auth profile set expect.groups board')
    const { exit, stderr } = await login()
    expect(exit).toBe(11)
    expect(stderr).toContain('Nothing was stored. An earlier sign-in is unchanged.')
    expect(stderr).toContain('not revoked')
    await world.type('ls-auth profile set expect.groups --unset')
    await expectGood()
  })

  it('its ID token is not signed by the provider', async () => {
    provider.tamper = withClaims({}, 'foreign')
    expect((await login()).exit).toBe(10)
    provider.tamper = {}
    await expectGood()
  })

  it('the disk fails at the last step', async () => {
    world.override = { files: async () => withoutRename }
    expect((await login()).exit).toBe(6)
    world.override = {}
    expect(world.keychain.items.size).toBe(2)
    await expectGood()
    expect(world.keychain.items.size).toBe(1)
  })
})
