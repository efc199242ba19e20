import { afterEach, describe, expect, it } from 'vitest'
import type { Refusal } from '../../world/simulator/behaviour.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** A renewal that is refused without a word; refusals with a code are in token-answers.test.ts. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

/** Signed in, and the access token has run out. */
async function signedIn(deadRefresh: Refusal = okta.deadRefresh): Promise<void> {
  place = await openPlace({ ...okta, id: 'generic', deadRefresh })
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
  place.pass(okta.accessSeconds + 1)
}

describe('a refusal that gives no reason', () => {
  const silent: Refusal = { status: 400 }

  it('counts as the end at the second time, and the session is kept until a sign-in replaces it', async () => {
    await signedIn(silent)
    place.simulator.endSessions()
    const first = await type('ls-auth token')
    expect(first).toMatchObject({ exit: 6, stderr: expect.stringContaining('HTTP 400') })
    for (const line of ['token', 'token --narrow --scope openid', 'token']) {
      const { exit, stderr } = await type(`ls-auth ${line}`)
      expect([line, exit]).toEqual([line, 3])
      expect(stderr).toContain('the provider did not renew it and gave no reason')
      expect(stderr).not.toContain('interrupted')
      expect(stderr).toMatch(/^hint: .*ls-auth login/m)
    }
    expect((await type('ls-auth doctor')).stdout).toMatch(/^FAIL +session .*gave no reason/m)
    expect(place.world.keychain.items.size).toBe(1)
    expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('to a scope of the person says nothing of the session', async () => {
    await signedIn()
    place.simulator.answerTokensWith(silent)
    for (let time = 0; time < 3; time++) {
      const { exit, stderr } = await type('ls-auth token --narrow --scope openid')
      expect({ exit, stderr }).toMatchObject({
        exit: 6,
        stderr: expect.stringContaining('without --scope and --audience'),
      })
    }
    expect((await type('ls-auth token')).exit).toBe(6)
  })
})
