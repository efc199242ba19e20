import { afterEach, describe, expect, it } from 'vitest'
import type { Refusal } from '../../world/simulator/behaviour.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** A renewal that is refused, in the words and the manners of many providers. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const CHALLENGE = { 'www-authenticate': 'Bearer realm="provider"' }

/** Signed in, and the access token has run out. */
async function signedIn(deadRefresh: Refusal = okta.deadRefresh): Promise<void> {
  place = await openPlace({ ...okta, id: 'generic', deadRefresh })
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
  place.pass(okta.accessSeconds + 1)
}

describe('an error code beside a WWW-Authenticate header (RFC 6749 §5.2)', () => {
  it('a dead refresh token is exit 3, with the code', async () => {
    await signedIn({ status: 401, body: { error: 'invalid_grant' }, headers: CHALLENGE })
    place.simulator.endSessions()
    const { exit, stderr } = await type('ls-auth token')
    expect({ exit, stderr }).toMatchObject({ exit: 3, stderr: expect.stringContaining('invalid_grant') })
  })

  it('a client that is not known is named as what it is', async () => {
    await signedIn()
    place.simulator.answerTokensWith({ status: 401, json: { error: 'invalid_client' }, headers: CHALLENGE })
    const { exit, stderr } = await type('ls-auth token')
    expect({ exit, stderr }).toMatchObject({ exit: 2, stderr: expect.stringContaining('invalid_client') })
    expect(stderr).toContain('Check client_id')
  })
})

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

  it.each([
    { status: 400, json: ['no'] },
    { status: 401, headers: CHALLENGE },
    { status: 403, json: { message: 'no' } },
  ])(
    '$status with a body or without: the session lives on where the next renewal succeeds',
    async (answer) => {
      await signedIn()
      place.simulator.answerTokensWith(answer)
      expect((await type('ls-auth token')).exit).toBe(6)
      expect((await type('ls-auth token')).exit).toBe(3)
      place.simulator.answerTokensWith(undefined)
      expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
      place.pass(okta.accessSeconds + 1)
      place.simulator.answerTokensWith(answer)
      expect((await type('ls-auth token')).exit).toBe(6)
    },
  )

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

describe('an answer is no interruption', () => {
  it.each([
    { status: 400, json: { error: 'invalid_target' } },
    { status: 400, json: { error: 'invalid_scope' } },
    { status: 400, json: { error: 'unauthorized_client' } },
    { status: 503, page: 'busy' },
    { status: 429 },
    { status: 200, page: '<h1>Sign in to this network</h1>' },
  ])('$status $json: a session that then turns out to be dead was refused', async (answer) => {
    await signedIn()
    place.simulator.answerTokensWith(answer)
    expect((await type('ls-auth token')).exit).toBe(answer.status === 400 ? 2 : 6)
    place.simulator.answerTokensWith(undefined)
    place.simulator.endSessions()
    const { exit, stderr } = await type('ls-auth token')
    expect(exit).toBe(3)
    expect(stderr).toContain('the provider refused to renew it')
    expect((await type('ls-auth doctor')).stdout).toMatch(/^FAIL +session .*refused to renew it/m)
  })
})
