import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour, Facts, Shape } from '../../world/simulator/behaviour.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** What a provider says is checked before it is kept: at each way to sign in, and at each renewal. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const WAYS = ['ls-auth login', 'ls-auth login --device']

/** A provider whose answers have these members, once `on` is set. */
function answering(behaviour: Behaviour, members: (facts: Facts) => Record<string, unknown>) {
  const tamper = { on: true }
  return {
    tamper,
    behaviour: {
      ...behaviour,
      tokenExtras: (facts: Facts) => ({
        ...behaviour.tokenExtras(facts),
        ...(tamper.on ? members(facts) : {}),
      }),
    } satisfies Behaviour,
  }
}

async function open(behaviour: Behaviour): Promise<void> {
  place = await openPlace(behaviour)
  place.world.fastForward = true
}

describe('an ID token that is missing although openid was asked for', () => {
  it('in the browser: exit 10, nothing is kept, and what was issued is revoked', async () => {
    await open(answering(okta, () => ({ id_token: undefined })).behaviour)
    const { exit, stderr } = await type('ls-auth login')
    expect(stderr).toMatch(/^error: the provider sent no ID token, although openid was asked for/m)
    expect(exit).toBe(10)
    expect(place.world.keychain.items.size).toBe(0)
    expect(place.simulator.liveRefreshTokens).toBe(0)
  })

  const NOTE = 'note: the provider sent no ID token, although openid was asked for.'

  it('on another device: no standard promises one, so it is a note, and the access token names who signed in', async () => {
    await open(answering(keycloak, () => ({ id_token: undefined })).behaviour)
    const { exit, stderr } = await type('ls-auth login --device')
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining(NOTE) })
    expect(stderr).toMatch(/^Signed in as .*@.*\.$/m)
    expect(stderr).toContain(
      `${NOTE}\nnote: your name comes from the access token; ls-auth did not check its signature.`,
    )
    place.pass(keycloak.accessSeconds + 1)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect(await type('ls-auth whoami')).toMatchObject({ exit: 0, stdout: expect.stringMatching(/@/) })
  })

  it('and where the access token is opaque, userinfo is asked', async () => {
    const opaque: Behaviour = { ...keycloak, accessToken: ({ serial }) => `opaque-${serial}` }
    await open(
      answering({ ...keycloak, accessToken: () => 'opaque' }, () => ({ id_token: undefined })).behaviour,
    )
    const { exit, stderr } = await type('ls-auth login --device')
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining(NOTE) })
    expect(stderr).toMatch(/^Signed in \(name unknown\)\.$/m)
    await place.close()
    const userinfo = { sub: 'ada', email: 'ada@acme.example' }
    await open(answering({ ...opaque, userinfo }, () => ({ id_token: undefined })).behaviour)
    expect((await type('ls-auth login --device')).exit).toBe(0)
    expect((await type('ls-auth whoami')).stdout).toMatch(/^ada@acme\.example\n/)
  })

  it('without openid the device flow needs none, and only the place of the name is noted', async () => {
    place = await openPlace(okta, ['scopes = ["offline_access"]'])
    place.world.fastForward = true
    const { exit, stderr } = await type('ls-auth login --device')
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.not.stringContaining(NOTE) })
  })
})

describe('an access token that is not the one of the ID token (at_hash)', () => {
  const swapped = () => answering(okta, () => ({ access_token: 'stolen-from-somebody-else' }))

  it.each(WAYS)('%s: exit 10, nothing is kept, and what was issued is revoked', async (line) => {
    await open(swapped().behaviour)
    const { exit, stderr } = await type(line)
    expect(stderr).toMatch(/^error: the ID token belongs to another access token .*\(at_hash\)/m)
    expect(exit).toBe(10)
    expect(place.world.keychain.items.size).toBe(0)
    expect(place.simulator.liveRefreshTokens).toBe(0)
  })

  it('at a renewal: exit 10, the token is not handed out, and the session lives on', async () => {
    const { tamper, behaviour } = swapped()
    tamper.on = false
    await open(behaviour)
    await type('ls-auth login')
    place.pass(okta.accessSeconds + 1)
    tamper.on = true
    const { exit, stdout, stderr } = await type('ls-auth token')
    expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
    expect(stderr).toContain('at_hash')
    tamper.on = false
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})

/** The person of every access token from now on; the ID token's stays. */
function somebodyElse(behaviour: Behaviour) {
  const who = { sub: undefined as string | undefined }
  const accessToken = (facts: Facts): Shape => {
    const shape = behaviour.accessToken(facts) as Shape
    return { ...shape, claims: { ...shape.claims, ...(who.sub === undefined ? {} : { sub: who.sub }) } }
  }
  return { who, behaviour: { ...behaviour, accessToken } satisfies Behaviour }
}

describe('two tokens of two people', () => {
  it('at a renewal: exit 10, nothing of it is kept but the refresh token', async () => {
    const { who, behaviour } = somebodyElse(keycloak)
    await open(behaviour)
    expect((await type('ls-auth login')).exit).toBe(0)
    place.pass(keycloak.accessSeconds + 1)
    who.sub = 'somebody-else'
    const { exit, stdout, stderr } = await type('ls-auth token')
    expect(stderr).toMatch(/^error: the provider answered for another account/)
    expect({ exit, stdout }).toEqual({ exit: 10, stdout: '' })
    expect((await type('ls-auth token')).exit).toBe(10)
    who.sub = undefined
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})

const DAYS = 86_400

describe.each([-3 * DAYS, 3 * DAYS])('a clock that is off by %i seconds', (off) => {
  it.each(WAYS)('%s, renewal, check and whoami go by the clock of the provider', async (line) => {
    await open(keycloak)
    place.simulator.advance(off)
    expect(await type(line)).toMatchObject({ exit: 0 })
    place.pass(keycloak.accessSeconds + 1)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    expect(place.simulator.refreshes).toBe(1)
    expect((await type('ls-auth check')).exit).toBe(0)
    expect((await type('ls-auth whoami --verify')).exit).toBe(0)
    expect((await type('ls-auth doctor')).stdout).toMatch(/^FAIL +clock .*259\d{3}s/m)
  })

  it('is named where the provider does not tell the time, and the session lives on', async () => {
    await open({ ...keycloak, tellsNoTime: true })
    expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
    place.pass(keycloak.accessSeconds + 1)
    place.simulator.advance(off)
    for (let time = 0; time < 2; time++) {
      const { exit, stderr } = await type('ls-auth token')
      expect(exit).toBe(10)
      expect(stderr).toMatch(/^ {2}this machine says .*Z, the ID token was issued at .*Z$/m)
      expect(stderr).toMatch(/^hint: Check the clock of this machine/m)
    }
    place.simulator.advance(-off)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})
