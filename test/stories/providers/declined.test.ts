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
        stderr: expect.stringMatching(/^error: the sign-in was declined\nhint: The person refused/m),
      })
      expect(stderr).toContain(declined)
    })
  },
)

describe('the same codes where nobody was asked (--prompt none)', () => {
  it.each(['consent_required', 'interaction_required', 'login_required'])(
    '%s means that the provider wants to ask: no refusal',
    async (declined) => {
      place = await openPlace({ ...okta, id: 'generic', declined })
      const { exit, stderr } = await place.world.type('ls-auth login --prompt none')
      expect({ exit, stderr }).toMatchObject({ exit: 3, stderr: expect.stringContaining('needs to see you') })
      expect(stderr).toMatch(/Run: ls-auth login$/m)
    },
  )

  it('the ID token of the sign-in before says whom it is about (OIDC Core §3.1.2.1), where no address is shown', async () => {
    place = await openPlace({ ...okta, id: 'generic' })
    const hints = () => place.simulator.asked('authorize').map((asked) => asked.get('id_token_hint'))
    expect((await place.world.type('ls-auth login --prompt none')).exit).toBe(0)
    expect((await place.world.type('ls-auth login')).exit).toBe(0)
    expect(hints()).toEqual([null, null])
    const { stdout } = await place.world.type('ls-auth token --id-token')
    expect((await place.world.type('ls-auth login --prompt none')).exit).toBe(0)
    expect(hints().at(-1)).toBe(stdout.trim())
    // `--paste` shows the address.
    place.world.stdin = ['']
    const { stderr } = await place.world.type('ls-auth login --paste --prompt none')
    expect(stderr).toContain('prompt=none')
    expect(stderr).not.toContain('id_token_hint')
  })
})

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
