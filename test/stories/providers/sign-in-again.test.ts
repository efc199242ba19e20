import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour, Facts } from '../../world/simulator/behaviour.ts'
import { AUTH0_API, auth0DeletingGrants } from '../../world/simulator/behaviours/auth0.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Providers where who revokes one refresh token ends all that the person has for the client. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

/** Keycloak without the fix of keycloak#35486, Auth0 where a revocation deletes the grant, and Google. */
const PROVIDERS: readonly { readonly provider: Behaviour; readonly settings: readonly string[] }[] = [
  { provider: keycloak, settings: [] },
  { provider: google, settings: [] },
  { provider: auth0DeletingGrants, settings: [`audience = "${AUTH0_API}"`] },
]

/** The person of each sign-in to come. */
function people(provider: Behaviour) {
  const who = { sub: 'ada' }
  const idToken = (facts: Facts) => {
    const shape = provider.idToken(facts)
    return { ...shape, claims: { ...shape.claims, sub: who.sub } }
  }
  const accessToken = (facts: Facts) => {
    const shape = provider.accessToken(facts)
    return typeof shape === 'string' ? shape : { ...shape, claims: { ...shape.claims, sub: who.sub } }
  }
  return { who, behaviour: { ...provider, idToken, accessToken } }
}

describe.each(PROVIDERS)('$provider.id', ({ provider, settings }) => {
  /** Two renewals, each when the access token has ended: the first one sweeps. */
  async function expectGood(): Promise<void> {
    for (const turn of [1, 2]) {
      place.pass(provider.accessSeconds + 1)
      const { exit, stderr } = await type('ls-auth token')
      expect({ turn, exit, stderr }).toEqual({ turn, exit: 0, stderr: '' })
    }
  }

  it('who signs in again, in another session of the provider, stays signed in', async () => {
    place = await openPlace(provider, settings)
    for (const _ of [1, 2]) expect((await type('ls-auth login')).exit).toBe(0)
    await expectGood()
  })

  it('a second sign-in that the profile refuses leaves the first one as it was', async () => {
    place = await openPlace(provider, settings)
    await type('ls-auth login')
    await type('ls-auth profile set expect.sub nobody')
    const { exit, stderr } = await type('ls-auth login')
    expect({ exit, stderr }).toMatchObject({ exit: 11, stderr: expect.stringContaining('not revoked') })
    await type('ls-auth profile set expect.sub --unset')
    await expectGood()
  })

  it('the sign-in of another person that is replaced is revoked', async () => {
    const { who, behaviour } = people(provider)
    place = await openPlace(behaviour, settings)
    await type('ls-auth login')
    who.sub = 'eve'
    expect((await type('ls-auth login')).exit).toBe(0)
    expect(place.simulator.asked('revoke').length).toBeGreaterThan(0)
    await expectGood()
  })
})
