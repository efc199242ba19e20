import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour, Facts, Shape } from '../../world/simulator/behaviour.ts'
import { okta } from '../../world/simulator/behaviours/okta.ts'
import { openPlace, type Place } from './place.ts'

/** A provider that gives name and e-mail at its userinfo endpoint alone (OpenID Connect Core §5.4). */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const SUB = 'ada-1'
const ADA = {
  sub: SUB,
  name: 'Ada Example',
  email: 'ada@acme.example',
  email_verified: true,
  groups: ['admins'],
}

function behaviour(
  userinfo: Record<string, unknown> | undefined,
  more: Record<string, unknown> = {},
): Behaviour {
  const bare = ({ issuer, clientId, nonce, now, expires }: Facts): Shape => ({
    header: { kid: okta.keys[0] as string },
    claims: {
      iss: issuer,
      aud: clientId,
      sub: SUB,
      iat: now,
      exp: expires,
      ...(nonce && { nonce }),
      ...more,
    },
  })
  return {
    ...okta,
    id: 'generic',
    idToken: bare,
    accessToken: ({ serial }) => `opaque-${serial}`,
    ...(userinfo && { userinfo }),
  }
}

async function whoami(of: Behaviour, ...settings: string[]) {
  place = await openPlace(of, settings)
  expect((await type('ls-auth login')).exit).toBe(0)
  return type('ls-auth whoami')
}
const asked = () => place.simulator.asked('userinfo').length

it('whoami shows them, and where they come from; nothing else is taken from there', async () => {
  const { exit, stdout } = await whoami(behaviour(ADA))
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^ada@acme\.example\n/)
  expect(stdout).toMatch(/^ {2}email +ada@acme\.example +\[email, userinfo\]$/m)
  expect(stdout).not.toContain('admins')
  const { identity } = JSON.parse((await type('ls-auth whoami --json')).stdout)
  expect(identity.email).toEqual({ value: 'ada@acme.example', claim: 'email', token: 'userinfo' })
  expect((await type('ls-auth whoami')).stderr).toBe('')
})

it('login and status have the name from there, too', async () => {
  place = await openPlace(behaviour(ADA))
  expect((await type('ls-auth login')).stderr).toContain('Signed in as ada@acme.example.\n')
  expect(JSON.parse((await type('ls-auth login --json')).stdout).name).toBe('ada@acme.example')
  place.pass(okta.accessSeconds + 1)
  await type('ls-auth token')
  expect((await type('ls-auth status')).stdout).toContain('ada@acme.example')
})

describe('it is not asked, or not believed', () => {
  it.each<[string, Behaviour, number, string[]]>([
    ['for another subject', behaviour({ ...ADA, sub: 'mallory' }), 1, []],
    ['without a subject', behaviour({ preferred_username: 'ada.e', email: ADA.email }), 1, []],
    ['where it is missing', behaviour(undefined), 1, []],
    ['where the scopes do not have them', behaviour(ADA), 0, ['scopes = ["openid", "offline_access"]']],
    ['where it is on another origin', { ...behaviour(ADA), elsewhere: ['userinfo'] }, 0, []],
  ])('%s: whoami shows the subject', async (_, of, requests, settings) => {
    const { exit, stdout, stderr } = await whoami(of, ...settings)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(/^ada-1\n/)
    expect(stdout).not.toContain('ada.e')
    // By the sign-in, and by whoami.
    expect(asked()).toBe(2 * requests)
  })

  it('with a token that has expired, while the provider gives no other', async () => {
    place = await openPlace(behaviour(ADA))
    await type('ls-auth login')
    place.pass(okta.accessSeconds + 1)
    place.simulator.answerTokensWith({ status: 503, page: 'busy' })
    const { exit, stdout, stderr } = await type('ls-auth whoami')
    expect({ exit, asked: asked() }).toEqual({ exit: 0, asked: 1 })
    expect(stdout).toMatch(/^ada-1\n/)
    expect(stderr).toContain('showing the stored tokens')
  })
})
