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
      const { exit, stdout, stderr } = await type(`ls-auth token --narrow ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toMatch(words)
    }
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stdout: own.stdout })
    later()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('the answer alone says it, where the token is opaque', async () => {
    await at({ ...rotating, narrowing: 'ignored', accessToken: ({ serial }) => `opaque-${serial}` })
    expect((await type('ls-auth token --narrow --scope openid')).exit).toBe(11)
  })

  it('the token alone says it, where the answer does not', async () => {
    await at({ ...rotating, narrowing: 'ignored', tokenExtras: () => ({}) })
    expect((await type('ls-auth token --narrow --scope openid')).exit).toBe(11)
  })

  it('the scope that the session has anyhow is given', async () => {
    await at({ ...rotating, narrowing: 'ignored' })
    expect((await type('ls-auth token --narrow --scope traces.read')).exit).toBe(0)
  })

  it('an opaque token of which nothing is said passes (RFC 6749 §5.1: as asked for)', async () => {
    await at({ ...auth0, id: 'generic', scopes: okta.scopes, tokenExtras: () => ({}) })
    expect((await type('ls-auth token --narrow --scope openid')).exit).toBe(0)
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

  it('is not called one that binds it because it cannot be reached a moment later', async () => {
    await at({ ...rotating, narrowing: 'until asked again' })
    place.simulator.answerTokensWith((form) =>
      form.get('scope') === OWN.join(' ') ? { status: 503 } : undefined,
    )
    expect(await type('ls-auth token --narrow --scope openid')).toMatchObject({ exit: 0, stderr: '' })
    place.simulator.answerTokensWith(undefined)
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    expect(await type('ls-auth token --narrow --scope openid')).toMatchObject({ exit: 0, stderr: '' })
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
      'came with scope',
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

  it('does so once: the next sign-in is not spent for it, until somebody signs out', async () => {
    await at(forGood)
    await type('ls-auth token --narrow --scope openid')
    await type('ls-auth login')
    const before = place.simulator.refreshes
    for (const flags of ['--scope openid', '--audience api://other']) {
      const { exit, stdout, stderr } = await type(`ls-auth token --narrow ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 11, stdout: '' })
      expect(stderr).toMatch(/^error: this provider would bind your sign-in to .*--scope/)
    }
    expect(place.simulator.refreshes).toBe(before)
    later()
    expect(scopesOf((await type('ls-auth token')).stdout)).toEqual(OWN)
    await type('ls-auth logout')
    await type('ls-auth login')
    expect((await type('ls-auth token --narrow --scope openid')).exit).toBe(0)
  })
})

describe('a provider that is not known to keep the scopes of a sign-in', () => {
  const forGood: Behaviour = { ...rotating, narrowing: 'for good' }
  const asked = () => place.simulator.refreshes

  it.each(['--scope openid', '--audience api://other'])('is not asked by a script: %s', async (flags) => {
    await at(forGood)
    for (const command of [`token ${flags}`, `exec ${flags} -- true`]) {
      const { exit, stdout, stderr } = await type(`ls-auth ${command}`)
      expect({ exit, stdout }).toEqual({ exit: command.startsWith('exec') ? 125 : 2, stdout: '' })
      expect(stderr).toMatch(/^error: this provider may bind your sign-in to what --scope or --audience/)
      expect(stderr).toMatch(/^hint: .*--narrow/m)
    }
    expect(asked()).toBe(0)
    later()
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('is asked by a person who agrees, and the next time it is known', async () => {
    await at({ ...rotating, narrowing: 'until asked again' })
    Object.assign(place.world, { tty: true, watched: true, stdin: ['n'] })
    const no = await type('ls-auth token --scope openid')
    expect(no).toMatchObject({ exit: 4, stdout: '' })
    expect(no.stderr).toContain('Ask all the same? You may have to sign in again. [y/N]')
    expect(asked()).toBe(0)
    place.world.stdin = ['y']
    const yes = await type('ls-auth token --scope openid')
    expect(scopesOf(yes.stdout)).toEqual(['openid'])
    Object.assign(place.world, { tty: false, watched: false })
    later()
    expect(await type('ls-auth token --scope openid')).toMatchObject({ exit: 0, stderr: '' })
    await type('ls-auth login')
    expect(await type('ls-auth token --scope openid')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('that does not replace the refresh token has bound nothing to it', async () => {
    await at({ ...okta, id: 'generic', rotation: { kind: 'none' } })
    expect((await type('ls-auth token --scope openid')).exit).toBe(2)
    expect(await type('ls-auth token --narrow --scope openid')).toMatchObject({ exit: 0, stderr: '' })
    later()
    expect(await type('ls-auth token --scope openid')).toMatchObject({ exit: 0, stderr: '' })
  })

  it('a token that is still good is given, and a provider that keeps them is asked', async () => {
    await at({ ...rotating, narrowing: 'ignored' })
    expect((await type('ls-auth token --narrow --scope traces.read')).exit).toBe(0)
    await place.close()
    place = await openPlace(okta, [`scopes = ${JSON.stringify(OWN)}`])
    await type('ls-auth login')
    expect(await type('ls-auth token --scope openid')).toMatchObject({ exit: 0, stderr: '' })
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

  it.each(['ls-auth token', 'ls-auth token --narrow --audience api://other'])(
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
        // Not the serial as it is: other claims, which whoami shows, have it too.
        accessToken: ({ serial }) => `opaque-${Buffer.from(serial).toString('hex')}`,
      }
      await signedInAt(bare, ['openid', 'email', 'offline_access'])
      const before = await identity()
      expect(before).toEqual([null, 'ada@acme.example'])
      await type('ls-auth token --narrow --scope openid')
      later()
      await type(line)
      expect(await identity()).toEqual(before)
    },
  )
})
