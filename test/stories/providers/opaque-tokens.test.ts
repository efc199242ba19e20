import { afterEach, describe, expect, it } from 'vitest'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { openPlace, type Place } from './place.ts'

/** Access tokens that only the API can read: what the token response said of them is known, the rest is not. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const SCOPES = 'scopes = ["openid", "profile", "offline_access", "traces:read"]'
const behaviour = {
  ...auth0,
  scopes: { ...auth0.scopes, known: [...auth0.scopes.known, 'traces:read'] },
}

async function signedIn(...settings: string[]): Promise<void> {
  place = await openPlace(behaviour, [SCOPES, ...settings])
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
}

describe('check of an opaque token of the session', () => {
  it.each(['', '--offline', '--scope traces:read', '--min-ttl 5m'])(
    '%s passes, and tells what is not looked at',
    async (flags) => {
      await signedIn()
      const { exit, stdout, stderr } = await type(`ls-auth check ${flags}`)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(stdout).toMatch(/^ {2}pass +not expired .*\[token response\]$/m)
      expect(stdout).toMatch(/^ {2}warn +signature .*nothing to verify: only its API can read it/ms)
    },
  )

  it.each([
    ['--scope traces:write', /FAIL +scope/],
    ['--aud api://traces', /unknown +audience/],
    ['--min-ttl 90d', /FAIL +time left/],
    ['--max-lifetime 90d', /unknown +token lifetime/],
    ['--claim "sub exists"', /unknown +claim/],
  ])('%s is exit 5', async (flags, words) => {
    await signedIn()
    const { exit, stdout } = await type(`ls-auth check ${flags}`)
    expect(stdout).toMatch(words)
    expect(exit).toBe(5)
  })

  it('after it has expired: FAIL', async () => {
    await signedIn()
    place.pass(auth0.accessSeconds + 120)
    const { exit, stdout } = await type('ls-auth check --offline')
    expect(stdout).toMatch(/FAIL +not expired/)
    expect(exit).toBe(5)
  })

  it('strict asks for a signature, and there is none: exit 11 at the sign-in', async () => {
    place = await openPlace(behaviour, [
      SCOPES,
      '[profiles.work.expect]',
      'scopes = ["traces:read"]',
      'strict = true',
    ])
    const { exit, stderr } = await type('ls-auth login')
    expect(stderr).toContain('signature: required')
    expect(exit).toBe(11)
  })
})
