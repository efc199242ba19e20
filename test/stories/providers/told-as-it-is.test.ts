import { afterEach, describe, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** What a command says of the provider and of the tokens is so. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

describe('whoami while the provider is out of reach', () => {
  it('shows what is stored, with a warning; --verify and token do not', async () => {
    place = await openPlace(keycloak)
    await type('ls-auth login')
    place.pass(keycloak.accessSeconds + 90)
    await place.simulator.close()
    const { exit, stdout, stderr } = await type('ls-auth whoami')
    expect(exit).toBe(0)
    expect(stdout).toContain('ada@acme.example')
    expect(stdout).toMatch(/access token +JWT, expired 1m ago/)
    expect(stderr).toMatch(/^warning: cannot reach .*; showing the stored tokens\n {9}\S/)
    expect(JSON.parse((await type('ls-auth whoami --json')).stdout).access_token.expires_in).toBeLessThan(0)
    for (const line of ['whoami --verify', 'token', 'check'])
      expect((await type(`ls-auth ${line}`)).exit).toBe(6)
  })
})

describe('logout', () => {
  it('says that it was told not to revoke, where it was', async () => {
    place = await openPlace(keycloak, ['revoke = []'])
    await type('ls-auth login')
    const { stderr } = await type('ls-auth logout')
    expect(stderr).toMatch(/at the provider +not asked to revoke \(setting revoke\)/)
  })
})

describe('a sign-in that the profile does not accept', () => {
  const EXPECT = ['[profiles.work.expect]', 'sub = "nobody"']

  it('says so when the provider did not revoke what it had issued', async () => {
    const { revoke: _, ...paths } = okta.paths
    place = await openPlace({ ...okta, paths }, EXPECT)
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(11)
    expect(stderr).toMatch(/^ {2}subject: required nobody/m)
    expect(stderr).toMatch(/^ {2}the tokens were discarded; the provider has no revocation$/m)
  })

  it('says nothing of it when it did', async () => {
    place = await openPlace(okta, EXPECT)
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(11)
    expect(stderr).not.toContain('revocation')
    expect(place.simulator.liveRefreshTokens).toBe(0)
  })
})
