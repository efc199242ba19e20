import { afterEach, expect, it } from 'vitest'
import type { Facts } from '../../world/simulator/behaviour.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Keycloak, where who revokes one refresh token ends all that the person has for the client (keycloak#35486). */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

/** The person of each sign-in to come. */
function people() {
  const who = { sub: 'ada' }
  const idToken = (facts: Facts) => {
    const shape = keycloak.idToken(facts)
    return { ...shape, claims: { ...shape.claims, sub: who.sub } }
  }
  const accessToken = (facts: Facts) => {
    const shape = keycloak.accessToken(facts) as ReturnType<typeof idToken>
    return { ...shape, claims: { ...shape.claims, sub: who.sub } }
  }
  return { who, behaviour: { ...keycloak, idToken, accessToken } }
}

/** Two renewals, each when the access token has ended: the first one sweeps. */
async function expectGood(): Promise<void> {
  for (const turn of [1, 2]) {
    place.pass(keycloak.accessSeconds + 1)
    const { exit, stderr } = await type('ls-auth token')
    expect({ turn, exit, stderr }).toEqual({ turn, exit: 0, stderr: '' })
  }
}

it('who signs in again, in another session of the provider, stays signed in', async () => {
  place = await openPlace(keycloak)
  for (const _ of [1, 2]) expect((await type('ls-auth login')).exit).toBe(0)
  await expectGood()
})

it('a second sign-in that the profile refuses leaves the first one as it was', async () => {
  place = await openPlace(keycloak)
  await type('ls-auth login')
  await type('ls-auth profile set expect.groups board')
  const { exit, stderr } = await type('ls-auth login')
  expect({ exit, stderr }).toMatchObject({ exit: 11, stderr: expect.stringContaining('were not revoked') })
  await type('ls-auth profile set expect.groups --unset')
  await expectGood()
})

it('the sign-in of another person that is replaced is revoked', async () => {
  const { who, behaviour } = people()
  place = await openPlace(behaviour)
  await type('ls-auth login')
  who.sub = 'eve'
  expect((await type('ls-auth login')).exit).toBe(0)
  expect(place.simulator.asked('revoke').length).toBeGreaterThan(0)
  await expectGood()
})
