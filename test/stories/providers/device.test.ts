import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { google, googleForDevices } from '../../world/simulator/behaviours/google.ts'
import { keycloakWithPkceMethod } from '../../world/simulator/behaviours/keycloak.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { BEHAVIOURS } from '../../world/simulator/behaviours.ts'
import type { PollOutcome } from '../../world/simulator/device.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
afterEach(() => place.close())

/** Signs in by a code, without waiting; what the polls meet is scripted. */
async function byDevice(behaviour: Behaviour, ...script: PollOutcome[]) {
  place = await openPlace(behaviour)
  place.world.fastForward = true
  place.simulator.pollsMeet(...script)
  return place.world.type('ls-auth login --device')
}

const withDevice = BEHAVIOURS.map((one) => (one === google ? googleForDevices : one)).filter(
  ({ device }) => device !== undefined,
)

describe.each(withDevice)('the device flow at $id', (behaviour) => {
  it('shows the page and the code, waits at the pace that was set, and signs in', async () => {
    const { exit, stderr } = await byDevice(
      behaviour,
      'pending',
      'slow-down',
      'pending',
      'broken',
      'pending',
      'approve',
    )
    expect({ exit, stderr }).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('Signed in as ada@acme.example.'),
    })
    expect(stderr).toContain(`Go to  ${new URL(place.simulator.issuer).origin}/device`)
    expect(stderr).toContain('enter the code  WDJB-MJHT')
    expect(stderr.includes('With the code filled in')).toBe(
      behaviour.device?.answer.verification_uri_complete !== undefined,
    )
    expect(place.world.slept).toEqual([5_000, 5_000, 10_000, 10_000, 20_000, 10_000])
    expect((await place.world.type('ls-auth token')).exit).toBe(0)
  })

  it('a refusal at the other device is exit 4 at once', async () => {
    const { exit, stderr } = await byDevice(behaviour, 'pending', 'decline')
    expect({ exit, stderr }).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('the sign-in was declined'),
    })
    expect(place.world.keychain.items.size).toBe(0)
  })

  it('a code that ran out is exit 4, and the way on', async () => {
    const { exit, stderr } = await byDevice(behaviour, 'pending', 'expire')
    expect({ exit, stderr }).toMatchObject({ exit: 4, stderr: expect.stringContaining('ls-auth login') })
  })
})

it('keys that cannot be fetched end the sign-in: the code is spent, and no poll follows', async () => {
  place = await openPlace(okta)
  place.world.fastForward = true
  place.simulator.hideKeys(true)
  const { exit, stderr } = await place.world.type('ls-auth login --device')
  expect({ exit, stderr }).toMatchObject({ exit: 6, stderr: expect.stringContaining('no signing keys') })
  expect(place.simulator.asked('token')).toHaveLength(1)
  expect(place.simulator.asked('revoke')).toHaveLength(1)
  expect(place.simulator.liveRefreshTokens).toBe(0)
})

describe('PKCE in the device flow', () => {
  it('a Keycloak client set to S256 gets a challenge with the request and its verifier with each poll', async () => {
    expect((await byDevice(keycloakWithPkceMethod, 'pending', 'approve')).exit).toBe(0)
    const [asked] = place.simulator.asked('device')
    expect(asked?.get('code_challenge_method')).toBe('S256')
    for (const poll of place.simulator.asked('token')) expect(poll.has('code_verifier')).toBe(true)
  })
})
