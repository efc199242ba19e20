import { afterEach, describe, expect, it } from 'vitest'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
afterEach(() => place.close())

describe.each(['access_denied', 'consent_required', 'interaction_required'])(
  'a person who refuses, where the provider calls it %s',
  (declined) => {
    it('is exit 4', async () => {
      place = await openPlace({ ...okta, id: 'generic', declined })
      const { exit, stderr } = await place.world.type('ls-auth login')
      expect({ exit, stderr }).toMatchObject({
        exit: 4,
        stderr: expect.stringMatching(/^error: the sign-in was declined\nhint: You declined/m),
      })
      expect(stderr).toContain(declined)
    })
  },
)

describe('a renewal that the provider denies (access_denied)', () => {
  it('is no refusal of a person and no end: exit 11', async () => {
    place = await openPlace({ ...okta, id: 'generic' })
    await place.world.type('ls-auth login')
    place.pass(okta.accessSeconds + 1)
    place.simulator.answerTokensWith({
      status: 403,
      json: { error: 'access_denied', error_description: 'Blocked by a rule' },
    })
    const { exit, stderr } = await place.world.type('ls-auth token')
    expect(exit).toBe(11)
    expect(stderr).toMatch(/^error: the provider refused to renew the session/)
    expect(stderr).toContain('access_denied: Blocked by a rule')
    place.simulator.answerTokensWith(undefined)
    expect((await place.world.type('ls-auth token')).exit).toBe(0)
  })
})
