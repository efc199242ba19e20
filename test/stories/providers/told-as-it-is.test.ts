import { afterEach, describe, expect, it } from 'vitest'
import type { Facts } from '../../world/simulator/behaviour.ts'
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
    expect(stderr).toMatch(/^warning: cannot reach .*; shown is what is stored\n {9}\S/)
    expect(JSON.parse((await type('ls-auth whoami --json')).stdout).access_token.expires_in).toBeLessThan(0)
    for (const line of ['whoami --verify', 'token', 'check'])
      expect((await type(`ls-auth ${line}`)).exit).toBe(6)
  })

  it('a session that has ended is not shown as one that lives', async () => {
    place = await openPlace(keycloak)
    await type('ls-auth login')
    place.pass(keycloak.accessSeconds + 1)
    place.simulator.endSessions()
    expect(await type('ls-auth whoami')).toMatchObject({ exit: 3, stdout: '' })
  })
})

it('whoami --verify asks for the keys once', async () => {
  place = await openPlace(keycloak)
  await type('ls-auth login')
  const before = place.simulator.asked('jwks').length
  expect((await type('ls-auth whoami --verify')).exit).toBe(0)
  expect(place.simulator.asked('jwks').length - before).toBe(1)
})

it('an audience with a space is one, and an auth_time of 0 is none', async () => {
  const odd = (facts: Facts) => {
    const shape = keycloak.idToken(facts)
    return { ...shape, claims: { ...shape.claims, auth_time: 0 } }
  }
  const audience = (facts: Facts) => {
    const shape = keycloak.accessToken(facts) as ReturnType<typeof odd>
    return { ...shape, claims: { ...shape.claims, aud: ['traces of acme', 'account'], auth_time: 0 } }
  }
  place = await openPlace({ ...keycloak, idToken: odd, accessToken: audience })
  await type('ls-auth login')
  const { stdout } = await type('ls-auth whoami')
  expect(stdout).toMatch(/^ {2}audience +"traces of acme" account {2}/m)
  expect(stdout).not.toContain('1970')
  expect((await type('ls-auth check --aud "traces of acme"')).exit).toBe(0)
})

describe('logout', () => {
  it('says that it was told not to revoke, where it was', async () => {
    place = await openPlace(keycloak, ['revoke = []'])
    await type('ls-auth login')
    const { stderr } = await type('ls-auth logout')
    expect(stderr).toMatch(/at the provider +not asked to revoke \(revoke in the settings\)/)
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
    expect(stderr).toMatch(/^ {2}the tokens were not kept; the provider offers no revocation$/m)
  })

  it('says nothing of it when it did', async () => {
    place = await openPlace(okta, EXPECT)
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(11)
    expect(stderr).not.toContain('revocation')
    expect(place.simulator.liveRefreshTokens).toBe(0)
  })
})

describe('a sign-in with flags that the profile has already', () => {
  it('saves nothing again', async () => {
    place = await openPlace(okta)
    const line = 'ls-auth login --scope "openid profile offline_access"'
    expect((await type(line)).stderr).toContain('(saved: scopes)')
    expect((await type(line)).stderr).not.toContain('saved')
  })
})

it('each warning of a sign-in has its hint', async () => {
  const tokenExtras = (facts: Facts) => ({ ...okta.tokenExtras(facts), scope: 'openid' })
  place = await openPlace({ ...okta, tokenExtras })
  const { stderr } = await type('ls-auth login --scope traces.read')
  expect(stderr).toMatch(/^warning: the provider did not grant traces\.read\n {9}Have them allowed/m)
  expect((await type('ls-auth doctor')).stdout).toMatch(/asked for but not granted: .*traces\.read/)
})

it('a scope that Keycloak leaves out of the granted ones may be granted: nothing else is said', async () => {
  const tokenExtras = (facts: Facts) => ({ ...keycloak.tokenExtras(facts), scope: 'openid' })
  place = await openPlace({ ...keycloak, tokenExtras })
  const { stderr } = await type('ls-auth login --scope roles --scope groups')
  expect(stderr).toMatch(
    /^warning: the provider does not say that it granted roles, groups\n {9}.*"Include in token scope"/m,
  )
  const { stdout } = await type('ls-auth doctor')
  expect(stdout).toMatch(/asked for but not listed as granted: roles groups/)
  expect(stdout).toContain('"Include in token scope"')
})
