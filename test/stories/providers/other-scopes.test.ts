import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { claimsOf, openPlace, type Place } from './place.ts'

/** Tokens for other scopes and APIs, at providers that do not give them, or give them for good. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const OWN = ['openid', 'offline_access', 'traces.read']
const rotating: Behaviour = {
  ...okta,
  id: 'generic',
  rotation: { kind: 'rotate', graceSeconds: 0, family: true },
}
const at = async (behaviour: Behaviour) => {
  place = await openPlace(behaviour, [`scopes = ${JSON.stringify(OWN)}`])
  expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
}
const scopesOf = (token: string) => claimsOf(token).scp
const later = () => place.pass(okta.accessSeconds + 1)

describe('a provider that takes no notice of the scope or the audience', () => {
  it.each([
    ['--scope openid', /received scope: .*traces\.read/],
    ['--scope nonsense', /received scope: .*traces\.read/],
    ['--audience api://other', /received audience: api:\/\/traces$/m],
  ])('%s: exit 11, with what came instead, and nothing is cached for it', async (flags, words) => {
    await at({ ...rotating, narrowing: 'ignored' })
    const own = await type('ls-auth token')
    for (let time = 0; time < 2; time++) {
      const { exit, stdout, stderr } = await type(`ls-auth token --narrow ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toMatch(words)
    }
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stdout: own.stdout })
    later()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })
})

describe('a provider that binds the new refresh token to the scope of a renewal', () => {
  it('is asked for the scopes of the session at once, and gives them', async () => {
    // RFC 6749 §6: up to the scope of the sign-in.
    await at({ ...rotating, narrowing: 'until asked again' })
    const narrow = await type('ls-auth token --narrow --scope openid')
    expect(narrow).toMatchObject({ exit: 0, stderr: '' })
    expect(scopesOf(narrow.stdout)).toEqual(['openid'])
    expect(place.simulator.asked('token').map((form) => form.get('scope'))).toEqual([
      null,
      'openid',
      OWN.join(' '),
    ])
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    // Said once: from then on a renewal is what it was.
    expect(place.simulator.asked('token').at(-1)?.has('scope')).toBe(false)
  })

  it('is known to give them then, and is asked at the next renewal only', async () => {
    await at({ ...rotating, narrowing: 'until asked again' })
    await type('ls-auth token --narrow --scope openid')
    later()
    expect((await type('ls-auth token --narrow --scope openid')).exit).toBe(0)
    expect(place.simulator.refreshes).toBe(3)
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    expect(place.simulator.asked('token').at(-1)?.get('scope')).toBe(OWN.join(' '))
  })

  const forGood: Behaviour = {
    ...rotating,
    // A refused request does not use the refresh token up.
    rotation: { kind: 'rotate', graceSeconds: 2 * okta.accessSeconds, family: true },
    narrowing: 'for good',
  }

  it.each([
    ['refuses them', forGood, 'invalid_scope'],
    [
      'gives less without a word',
      { ...rotating, narrowing: 'for good, silently' } as const,
      'received scope',
    ],
  ])('and %s: that is said with the token, and the next renewal is exit 3', async (_, behaviour, why) => {
    await at(behaviour)
    const narrow = await type('ls-auth token --narrow --scope openid')
    expect(narrow.exit).toBe(0)
    expect(scopesOf(narrow.stdout)).toEqual(['openid'])
    expect(narrow.stderr).toMatch(/^warning: the provider has bound your sign-in to the scope or audience/)
    expect(narrow.stderr).toContain(why)
    expect(narrow.stderr).toContain('ls-auth login')
    // The token that the session had is as good as before.
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    later()
    const before = place.simulator.refreshes
    for (let time = 0; time < 2; time++) {
      const { exit, stdout, stderr } = await type('ls-auth token')
      expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
      expect(stderr).toMatch(/^error: your sign-in has ended: .*--scope/)
      expect(stderr).toMatch(/^hint: .*ls-auth login/m)
    }
    expect((await type('ls-auth doctor')).stdout).toMatch(/^FAIL +session +your sign-in has ended/m)
    expect((await type('ls-auth status')).stdout).toContain('ended: sign in again')
    expect(place.simulator.refreshes).toBe(before)
  })
})
