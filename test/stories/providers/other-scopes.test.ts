import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { DEX_API, dex } from '../../world/simulator/behaviours/dex.ts'
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
    ['--scope openid', /came with scope: .*traces\.read/],
    ['--scope nonsense', /came with scope: .*traces\.read/],
    ['--audience api://other', /came for audience: api:\/\/traces$/m],
  ])('%s: exit 11, with what came instead, and nothing is cached for it', async (flags, words) => {
    await at({ ...rotating, narrowing: 'ignored' })
    const own = await type('ls-auth token')
    for (let time = 0; time < 2; time++) {
      const { exit, stdout, stderr } = await type(`ls-auth token ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toMatch(words)
    }
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stdout: own.stdout })
    later()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('the answer alone says it, where the token is opaque', async () => {
    await at({ ...rotating, narrowing: 'ignored', accessToken: ({ serial }) => `opaque-${serial}` })
    expect((await type('ls-auth token --scope openid')).exit).toBe(11)
  })

  it('the token alone says it, where the answer does not', async () => {
    await at({ ...rotating, narrowing: 'ignored', tokenExtras: () => ({}) })
    expect((await type('ls-auth token --scope openid')).exit).toBe(11)
  })

  it('the scope that the session has anyhow is given', async () => {
    await at({ ...rotating, narrowing: 'ignored' })
    expect((await type('ls-auth token --scope traces.read')).exit).toBe(0)
  })

  it('an opaque token of which nothing is said passes (RFC 6749 §5.1: as asked for)', async () => {
    await at({ ...auth0, id: 'generic', scopes: okta.scopes, tokenExtras: () => ({}) })
    expect((await type('ls-auth token --scope openid')).exit).toBe(0)
  })
})

describe('a provider that binds the new refresh token to the scope of a renewal', () => {
  it('is asked for the scopes of the session at the next renewal, and gives them', async () => {
    // RFC 6749 §6: up to the scope of the sign-in.
    await at({ ...rotating, narrowing: 'until asked again' })
    const narrow = await type('ls-auth token --scope openid')
    expect(scopesOf(narrow.stdout)).toEqual(['openid'])
    expect((await type('ls-auth token')).exit).toBe(0)
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    expect(place.simulator.asked('token').at(-1)?.get('scope')).toBe(OWN.join(' '))
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    // Said once: from then on a renewal is what it was.
    expect(place.simulator.asked('token').at(-1)?.has('scope')).toBe(false)
  })

  it('and refuses them: exit 3, and why, until somebody signs in again', async () => {
    await at({
      ...rotating,
      rotation: { kind: 'rotate', graceSeconds: 30, family: true },
      narrowing: 'for good',
    })
    expect((await type('ls-auth token --scope openid')).exit).toBe(0)
    later()
    for (let time = 0; time < 2; time++) {
      const { exit, stdout, stderr } = await type('ls-auth token')
      expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
      expect(stderr).toMatch(/^error: your sign-in has ended: .*--scope/)
      expect(stderr).toContain('invalid_scope')
      expect(stderr).toMatch(/^hint: .*ls-auth login/m)
    }
    expect((await type('ls-auth doctor')).stdout).toMatch(/^FAIL +session +your sign-in has ended/m)
    await type('ls-auth login')
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
  })

  it('and gives less again without a word: exit 3, too, and no token', async () => {
    await at({ ...rotating, narrowing: 'for good, silently' })
    expect((await type('ls-auth token --scope openid')).exit).toBe(0)
    later()
    for (let time = 0; time < 2; time++) {
      const { exit, stdout, stderr } = await type('ls-auth token')
      expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
      expect(stderr).toContain('came with scope: openid')
    }
  })
})

describe('who somebody is', () => {
  const SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access']
  const signedInAt = async (behaviour: Behaviour, scopes: readonly string[]) => {
    place = await openPlace(behaviour, [`scopes = ${JSON.stringify(scopes)}`])
    expect(await type('ls-auth login')).toMatchObject({ exit: 0 })
  }
  const identity = async () => {
    const { groups, email } = JSON.parse((await type('ls-auth whoami --json')).stdout).identity
    return [groups?.value ?? null, email?.value ?? null]
  }

  it('stays what it was after a token for another API, also where an API is named by a scope', async () => {
    await signedInAt(dex, SCOPES)
    const before = await identity()
    expect(before).toEqual([['acme:traces-readers'], 'ada@acme.example'])
    expect(await type(`ls-auth token --audience ${DEX_API}`)).toMatchObject({ exit: 0, stderr: '' })
    expect(await identity()).toEqual(before)
    expect(
      place.simulator
        .asked('token')
        .some((form) => form.get('scope')?.includes('groups offline_access audience:')),
    ).toBe(true)
  })

  it.each(['ls-auth token', 'ls-auth token --audience api://other'])(
    'stays what it was when the provider gives less for %s after a narrower scope',
    async (line) => {
      const bare: Behaviour = {
        ...rotating,
        narrowing: 'for good, silently',
        idToken(facts) {
          const { claims, ...rest } = okta.idToken(facts)
          const { email, preferred_username, ...others } = claims
          return { ...rest, claims: facts.scopes.includes('email') ? { ...others, email } : others }
        },
        accessToken: ({ serial }) => `opaque-${serial}`,
      }
      await signedInAt(bare, ['openid', 'email', 'offline_access'])
      const before = await identity()
      expect(before).toEqual([null, 'ada@acme.example'])
      await type('ls-auth token --scope openid')
      later()
      await type(line)
      expect(await identity()).toEqual(before)
    },
  )
})
