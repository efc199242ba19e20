import { afterEach, describe, expect, it } from 'vitest'
import { entra } from '../../world/simulator/behaviours/entra.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** A provider that renews the sign-in, and refuses a token for another API. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

/** Signed in at Entra, which refuses whatever is asked for another API. */
async function refusing(error: string, words: string): Promise<void> {
  place = await openPlace(entra, ['scopes = ["openid", "offline_access", "api://traces/traces.read"]'])
  expect((await type('ls-auth login')).exit).toBe(0)
  place.simulator.answerTokensWith((form) =>
    form.get('scope')?.includes('api://other')
      ? { status: 400, json: { error, error_description: words } }
      : undefined,
  )
}

describe.each([
  [
    'invalid_grant',
    'AADSTS65001: The user has not consented.',
    /^hint: Consent is missing for .*api:\/\/other\/\.default/m,
  ],
  ['interaction_required', 'AADSTS50076: You must use a second factor.', /^hint: A Conditional Access rule/m],
  ['invalid_grant', 'AADSTS53003: Blocked by Conditional Access.', /^hint: A Conditional Access rule/m],
  ['invalid_grant', 'no', /^hint: If a plain ls-auth token fails too/m],
] as const)('%s: %s', (error, words, hint) => {
  it('is exit 11 with what helps, and the sign-in is renewed as before', async () => {
    await refusing(error, words)
    for (const _ of [1, 2]) {
      const { exit, stdout, stderr } = await type('ls-auth token --audience api://other')
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toMatch(/^error: the provider refused a token for api:\/\/other; the sign-in is kept$/m)
      expect(stderr).toMatch(hint)
      expect(stderr).toContain(words)
    }
    expect((await type('ls-auth status')).stdout).toMatch(/, renews/)
    place.pass(entra.accessSeconds + 1)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})

it('a sign-in that has ended is found out by the next renewal of its own', async () => {
  await refusing('invalid_grant', 'no')
  place.simulator.endSessions()
  place.pass(entra.accessSeconds + 1)
  expect((await type('ls-auth token --audience api://other')).exit).toBe(11)
  for (const line of ['token', 'token --audience api://other', 'token'])
    expect([line, (await type(`ls-auth ${line}`)).exit]).toEqual([line, 3])
  expect((await type('ls-auth login')).exit).toBe(0)
})

const PROVIDERS = { entra, keycloak }

describe.each<readonly [keyof typeof PROVIDERS, string, string, string]>([
  [
    'entra',
    'token --audience api://other',
    'invalid_grant',
    'AADSTS700082: The refresh token has expired due to inactivity.',
  ],
  [
    'entra',
    'token --audience api://other',
    'interaction_required',
    'AADSTS50173: The provided grant has expired.',
  ],
  ['keycloak', 'token --scope profile', 'invalid_grant', 'Token is not active'],
  ['keycloak', 'token --scope profile', 'invalid_grant', 'Session not active'],
])('%s, %s: %s: %s', (provider, line, error, words) => {
  it('ends the sign-in, whatever was asked for: exit 3, and status knows it', async () => {
    const behaviour = PROVIDERS[provider]
    place = await openPlace(behaviour)
    expect((await type('ls-auth login')).exit).toBe(0)
    place.simulator.answerTokensWith(() => ({ status: 400, json: { error, error_description: words } }))
    place.pass(behaviour.accessSeconds + 1)
    const { exit, stdout, stderr } = await type(`ls-auth ${line}`)
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    expect(stderr).toMatch(/^error: your sign-in has ended: the provider refused to renew it$/m)
    expect(stderr).toContain(words)
    expect((await type('ls-auth status')).stdout).toMatch(/ended: sign in again/)
  })
})
