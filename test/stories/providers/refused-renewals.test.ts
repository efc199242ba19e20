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
    expect({ exit, stderr }).toMatchObject({ exit: 6, stderr: expect.stringContaining('invalid_client') })
    expect(stderr).toContain('Check client_id')
  })

  it('a code counts in an answer that calls itself text, or a success', async () => {
    await signedIn()
    const answer = { status: 200, page: '{"error":"invalid_grant"}' }
    place.simulator.answerTokensWith(answer)
    expect((await type('ls-auth token')).exit).toBe(3)
    place.simulator.answerTokensWith({ ...answer, status: 400 })
    expect((await type('ls-auth token')).exit).toBe(3)
  })
})
