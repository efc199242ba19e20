import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { entra } from '../../world/simulator/behaviours/entra.ts'
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
    expect(doubted.stdout).toContain('it has another issuer than this profile')
    expect(doubted.stderr).toMatch(/hint: .*add --issuer URL/)
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
    expect(stderr).toContain('hint: The provider retired that key or never had it. Only trust a new token.\n')
  })
})

describe("tokens for the provider's own APIs", () => {
  it('Graph: without a scope of an API of ours it is theirs; said, not called wrong, never a pass', async () => {
    const place = await at({ ...entra, keys: ['kEntra1'] })
    const { stdout } = await place.world.type('ls-auth whoami')
    expect(stdout).toContain('signature checkable only by its API')
    expect(stdout).not.toContain('WRONG')
    const check = await place.world.type('ls-auth check')
    expect(check.exit).toBe(5)
    expect(check.stdout).toMatch(/unknown +signature .*\(opaque\)/s)
    expect(check.stderr).toContain('so the token is for Microsoft Graph')
    expect((await place.world.type('ls-auth doctor')).stdout).toMatch(
      /^warn +claims +.*\n? *.*only for the provider/m,
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
      signature_detail: expect.stringContaining("the provider's own API"),
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
    expect(access.stderr).toContain('only for Okta')
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

describe('a provider that gives no refresh token', () => {
  it('login warns, with what to switch on', async () => {
    const place = await openPlace({ ...auth0, offline: 'access_type' })
    open.push(place)
    const { exit, stderr } = await place.world.type('ls-auth login')
    expect(exit).toBe(0)
    expect(stderr).toMatch(/warning: the provider sent no refresh token\n +Switch on "Allow Offline Access"/)
  })
})
