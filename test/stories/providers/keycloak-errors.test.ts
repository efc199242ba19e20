import { afterEach, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** What Keycloak answers in its own words. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

/** Signed in, and the access token has run out. */
async function signedIn(): Promise<void> {
  place = await openPlace(keycloak)
  expect((await type('ls-auth login')).exit).toBe(0)
  place.pass(keycloak.accessSeconds + 1)
}

it('a renewal that is an invalid request ends no sign-in: it is told of the request, and never of the token', async () => {
  await signedIn()
  const json = { error: 'invalid_request', error_description: 'HTTPS required' }
  place.simulator.answerTokensWith({ status: 403, json })
  const { exit, stderr } = await type('ls-auth token')
  expect({ exit, stderr }).toMatchObject({ exit: 6, stderr: expect.stringContaining(': HTTPS required') })
  expect(stderr).not.toContain('has ended')
  place.simulator.answerTokensWith(undefined)
  expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
})

it('a redirect without the issuer that the metadata promise: said which switch withholds it, and nothing of another issuer', async () => {
  place = await openPlace({ ...keycloak, withholdsIssuer: true })
  const { exit, stderr } = await type('ls-auth login')
  expect(exit).toBe(10)
  expect(stderr).toContain('error: the answer names no issuer (iss), although the provider promises one\n')
  expect(stderr).toContain(
    'hint: The switch "Exclude Issuer From Authentication Response" of the client ls-auth must be off',
  )
  expect(stderr).not.toContain('received')
})

it.each([
  ['DPoP proof is not active', 'hint: Check the clock of this machine: ls-auth doctor.'],
  [
    'DPoP HTTP URL mismatch',
    'hint: Keycloak takes the request for one to another address. Set its "hostname"',
  ],
  [
    'DPoP proof is missing',
    'hint: The client ls-auth wants tokens bound to a key: ls-auth profile set dpop true\n',
  ],
])('a proof of the key that is refused as an invalid request (%s): what to look at', async (text, hint) => {
  await signedIn()
  place.simulator.answerTokensWith({
    status: 400,
    json: { error: 'invalid_request', error_description: text },
  })
  for (const line of ['ls-auth token', 'ls-auth login']) {
    const { exit, stderr } = await type(line)
    expect({ line, exit, stderr }).toMatchObject({ line, exit: 6, stderr: expect.stringContaining(hint) })
  }
})
