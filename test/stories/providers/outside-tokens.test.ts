import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { entra } from '../../world/simulator/behaviours/entra.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** Tokens that ls-auth did not ask for, and tokens that are not for those who hold them. */

const open: Place[] = []
afterEach(async () => {
  for (const place of open.splice(0)) await place.close()
})
async function at(behaviour: Behaviour, ...settings: string[]): Promise<Place> {
  const place = await openPlace(behaviour, settings)
  open.push(place)
  expect((await place.world.type('ls-auth login')).exit).toBe(0)
  return place
}
const tokenOf = async (place: Place) => (await place.world.type('ls-auth token')).stdout.trim()

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (claims: Record<string, unknown>, header: Record<string, unknown> = { alg: 'none' }) =>
  `${part(header)}.${part(claims)}.`

describe('a token of another issuer, by --token -', () => {
  it("is read by its own issuer's habits and not by the profile's; nobody is asked for keys", async () => {
    const [other, place] = [await at(okta), await at(entra)]
    const token = await tokenOf(other)
    const asked = other.simulator.requests.length
    place.world.stdin = [token]
    const { identity, access_token: access } = JSON.parse(
      (await place.world.type('ls-auth whoami --json --token -')).stdout,
    )
    expect(identity).toMatchObject({
      subject: { value: '00u1abcDEF2345ghI6j7', claim: 'uid' },
      client: { value: okta.clientId, claim: 'cid' },
      groups: { value: ['Everyone', 'traces-readers'], claim: 'Groups' },
    })
    expect(access).toMatchObject({ kind: 'access', signature: 'unverified' })
    expect(other.simulator.requests.length).toBe(asked)
  })

  it('check does not pass it, says why, and passes it once the issuer is named', async () => {
    const [other, place] = [await at(okta), await at(entra)]
    const token = await tokenOf(other)
    place.world.stdin = [token]
    const doubted = await place.world.type('ls-auth check --token - --group traces-readers')
    expect(doubted.exit).toBe(5)
    expect(doubted.stdout).toContain('its issuer is not the one of this profile')
    expect(doubted.stderr).toMatch(/hint: .*name it: --issuer URL/)
    place.world.stdin = [token]
    const named = `ls-auth check --token - --group traces-readers --issuer ${other.simulator.issuer}`
    expect(await place.world.type(named)).toMatchObject({ exit: 0, stderr: '' })
  })

  it('of the issuer that was named, by a key that it does not show: the hint does not ask to name it', async () => {
    const place = await at(okta)
    const [, claims, signature] = (await tokenOf(place)).split('.')
    place.world.stdin = [`${part({ alg: 'RS256', kid: 'gone' })}.${claims}.${signature}`]
    const line = `ls-auth check --token - --issuer ${place.simulator.issuer}`
    const { exit, stderr } = await place.world.type(line)
    expect(exit).toBe(5)
    expect(stderr).toContain(
      'hint: The provider has retired that key, or never had it. Believe only a new token.\n',
    )
  })

  it.each([
    ['no signature', { alg: 'none' }],
    ['a MAC', { alg: 'HS256' }],
    ['an extension nobody knows', { alg: 'RS256', crit: ['x'] }],
  ])('%s is wrong without asking anybody, with a profile and without', async (_, header) => {
    const place = await at(okta)
    const asked = place.simulator.requests.length
    for (const iss of [place.simulator.issuer, 'https://id.example', undefined]) {
      place.world.stdin = [unsigned({ iss, sub: 'mallory' }, header)]
      const { exit, stdout } = await place.world.type('ls-auth check --offline --token -')
      expect(exit).toBe(5)
      expect(stdout).toMatch(/FAIL +signature/)
    }
    expect(place.simulator.requests.length).toBe(asked)
  })

  it.each([
    ['--scope admin', /hint: (?!.*ls-auth login)(?!.*sign in)/],
    ['--use id', /hint: The token given is no ID token: leave --use out\./],
  ])('advice for check %s is not about signing in', async (flags, hint) => {
    const place = await at(okta)
    place.world.variables.LS_AUTH_TOKEN = await tokenOf(place)
    const { exit, stderr } = await place.world.type(`ls-auth check ${flags}`)
    expect(exit).not.toBe(0)
    expect(stderr).toMatch(hint)
  })

  it('an opaque one: whoami invents nobody, check says that only its API can tell', async () => {
    const place = await at(okta)
    place.world.variables.LS_AUTH_TOKEN = 'two.dots.opaque'
    const { exit, stdout } = await place.world.type('ls-auth whoami')
    expect(exit).toBe(0)
    expect(stdout).toContain('nobody can tell')
    expect(stdout).not.toContain('groups')
    const check = await place.world.type('ls-auth check')
    expect(check.exit).toBe(5)
    expect(check.stderr).toContain('Only the API this token is for can check it')
  })

  it('doctor looks at the token that commands would use', async () => {
    const place = await at(okta)
    place.world.variables.LS_AUTH_TOKEN = unsigned({ iss: place.simulator.issuer })
    const { exit, stdout } = await place.world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/^ok +session +LS_AUTH_TOKEN is set/m)
    expect(stdout).toMatch(/^FAIL +claims +signature/m)
  })
})

describe("tokens for the provider's own APIs", () => {
  it('Graph: without a scope of an API of ours it is theirs; said, not called wrong, never a pass', async () => {
    const place = await at({ ...entra, keys: ['kEntra1'] })
    const { stdout } = await place.world.type('ls-auth whoami')
    expect(stdout).toContain('signature not for us to check')
    expect(stdout).not.toContain('WRONG')
    const check = await place.world.type('ls-auth check')
    expect(check.exit).toBe(5)
    expect(check.stdout).toMatch(/unknown +signature .*\(opaque\)/s)
    expect(check.stderr).toContain('The token is for Microsoft Graph')
    expect((await place.world.type('ls-auth doctor')).stdout).toMatch(
      /^warn +claims +.*\n? *.*provider alone/m,
    )
  })

  it('Graph by its header: a signature over other bytes than these is no attack', async () => {
    const place = await at(entra)
    const header = { typ: 'JWT', alg: 'RS256', kid: 'kGraph', nonce: 'made-up' }
    place.world.stdin = [
      `${unsigned({ iss: place.simulator.issuer, tid: 'x', scp: 'User.Read' }, header)}AAAA`,
    ]
    const { access_token: access } = JSON.parse(
      (await place.world.type('ls-auth whoami --json --token -')).stdout,
    )
    expect(access).toMatchObject({
      signature: 'unverified',
      signature_detail: expect.stringContaining('API of the provider'),
    })
  })

  it('the org authorization server of Okta: the ID token is the one that counts', async () => {
    const place = await openPlace(okta)
    open.push(place)
    await place.world.editConfig((text) => text.replace('provider = "okta"', 'provider = "okta-org"'))
    expect((await place.world.type('ls-auth login')).exit).toBe(0)
    expect((await place.world.type('ls-auth check')).exit).toBe(0)
    const access = await place.world.type('ls-auth check --use access')
    expect(access.exit).toBe(5)
    expect(access.stdout).toMatch(/unknown +signature/)
    expect(access.stderr).toContain('for Okta alone')
  })

  it('Auth0 without an audience: check says which setting is missing', async () => {
    const place = await at(auth0)
    expect((await place.world.type('ls-auth check --aud api://traces')).stderr).toContain(
      'Set audience to the identifier',
    )
  })

  it('an ID token carries no scopes: unknown, and said', async () => {
    const place = await at(google)
    const { exit, stdout } = await place.world.type('ls-auth check --scope openid')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/unknown +scope .*\(unsupported\)\n +an ID token carries no scopes/)
    expect((await place.world.type('ls-auth doctor')).stdout).toMatch(/^ok +scopes +granted as asked for/m)
  })
})

describe('check --offline', () => {
  it('asks nobody, renews nothing and leaves the signature unknown: exit 5', async () => {
    const place = await at(okta)
    await place.world.type('ls-auth whoami')
    place.pass(okta.accessSeconds + 120)
    const asked = place.simulator.requests.length
    const { exit, stdout, stderr } = await place.world.type('ls-auth check --offline --group ops')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/unknown +signature .*\(--offline\)/s)
    expect(stdout).toMatch(/FAIL +not expired/)
    expect(stdout).toMatch(/FAIL +group +ops/)
    expect(stderr).toContain('--offline leaves the signature unknown')
    expect(place.simulator.requests.length).toBe(asked)
  })
})

describe('groups under a name that the administrator chose', () => {
  const renamed = (name: string): Behaviour => ({
    ...keycloak,
    accessToken: (facts) => {
      const shape = keycloak.accessToken(facts)
      if (typeof shape === 'string') return shape
      const { groups, ...claims } = shape.claims
      return { ...shape, claims: { ...claims, [name]: groups } }
    },
  })

  it.each(['teams', 'https://acme.example/my.teams', 'ext.teams'])('groups_claim = "%s"', async (name) => {
    const place = await at(renamed(name), `groups_claim = "${name}"`)
    expect((await place.world.type('ls-auth check --group /acme/traces-readers')).exit).toBe(0)
    expect((await place.world.type('ls-auth whoami')).stdout).toContain(`[${name}, access token]`)
  })

  it('without the setting they are unknown, not lacking', async () => {
    const place = await at(renamed('teams'))
    const { exit, stdout } = await place.world.type('ls-auth check --group /acme/traces-readers')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/unknown +group .*unknown/s)
  })
})

describe('a provider that gives no refresh token', () => {
  it('login warns, with what to switch on', async () => {
    const place = await openPlace({ ...auth0, offline: 'access_type' })
    open.push(place)
    const { exit, stderr } = await place.world.type('ls-auth login')
    expect(exit).toBe(0)
    expect(stderr).toMatch(/warning: the provider gave no refresh token\n +Switch on "Allow Offline Access"/)
  })
})
