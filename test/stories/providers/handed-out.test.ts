import { afterEach, describe, expect, it } from 'vitest'
import type { Facts, Shape } from '../../world/simulator/behaviour.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Which tokens are never handed out, and which refresh token is never sent a second time without need. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const GATEWAY = 'https://gw.example'
const EXPECT = ['[profiles.work.expect]', 'client = ["ls-auth"]']

/** Access tokens with these claims more, or a signature that is not the provider's, from when a test says so. */
function changing() {
  const now: { claims: Record<string, unknown>; forged: boolean } = { claims: {}, forged: false }
  const accessToken = (facts: Facts): Shape => {
    const shape = keycloak.accessToken(facts) as Shape
    return { ...shape, claims: { ...shape.claims, ...now.claims } }
  }
  const idToken = (facts: Facts): Shape => {
    const { atHash: _, ...shape } = keycloak.idToken(facts)
    return shape
  }
  const tokenExtras = (facts: Facts) => ({
    ...keycloak.tokenExtras(facts),
    ...(now.forged ? { access_token: FORGED } : {}),
  })
  return { now, behaviour: { ...keycloak, accessToken, idToken, tokenExtras } }
}
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const FORGED = [
  part({ alg: 'RS256', kid: keycloak.keys[0] }),
  part({ azp: 'ls-auth', exp: 4_000_000_000 }),
  'A'.repeat(342),
].join('.')

describe('a profile that expects something', () => {
  it('refuses an access token with a wrong signature, although all its claims are as expected', async () => {
    const { now, behaviour } = changing()
    now.forged = true
    place = await openPlace(behaviour, EXPECT)
    const { exit, stderr } = await type('ls-auth login')
    expect(stderr).toContain('signature: required')
    expect(exit).toBe(11)
    expect(place.world.keychain.items.size).toBe(0)
    // It would end what the person has elsewhere.
    expect(stderr).toContain('not revoked')
  })

  it.each(['forged', 'of another client'])(
    'refuses a renewed token that is %s, keeps none of it, and lives on',
    async (what) => {
      const { now, behaviour } = changing()
      place = await openPlace(behaviour, EXPECT)
      expect((await type('ls-auth login')).exit).toBe(0)
      place.pass(keycloak.accessSeconds + 1)
      if (what === 'forged') now.forged = true
      else now.claims = { azp: 'another' }
      expect(await type('ls-auth token')).toMatchObject({ exit: 11, stdout: '' })
      // Neither from the cache, nor as the token that is still good while the provider does not answer.
      place.simulator.answerTokensWith({ status: 503, page: 'busy' })
      expect(await type('ls-auth token')).toMatchObject({ exit: 6, stdout: '' })
      expect(await type('ls-auth check --offline')).toMatchObject({ exit: 2 })
      place.simulator.answerTokensWith(undefined)
      Object.assign(now, { claims: {}, forged: false })
      expect(await type('ls-auth token')).toMatchObject({ exit: 0, stderr: '' })
    },
  )
})

it('after a lost answer the refresh token is not sent again while the access token is good', async () => {
  place = await openPlace(keycloak)
  await type('ls-auth login')
  place.pass(keycloak.accessSeconds - 20)
  place.simulator.loseTokenAnswers(1)
  const first = await type('ls-auth token')
  expect(first).toMatchObject({ exit: 0, stderr: expect.stringContaining('warning: ') })
  const sent = place.simulator.asked('token').length
  for (let time = 0; time < 3; time++)
    expect(await type('ls-auth token')).toMatchObject({ exit: 0, stdout: first.stdout })
  expect(place.simulator.asked('token').length).toBe(sent)
  place.pass(21)
  await type('ls-auth token')
  expect(place.simulator.asked('token').length).toBe(sent + 1)
})

describe('a sign-in is for one API', () => {
  it.each([
    'https://gw.example.evil.test',
    'https://gw.exampl',
    'https://gw.example:8443',
    'https://gw.example@evil.test',
    'https://evil.test/https://gw.example',
    'https://GW.example.',
  ])('of https://gw.example no token goes to %s: exit 10 or 2', async (api) => {
    place = await openPlace(keycloak, [`api = "${GATEWAY}"`])
    expect((await type('ls-auth login')).exit).toBe(0)
    const { exit, stdout } = await type(`ls-auth token --api ${api}`)
    expect({ stdout, exit: [10, 2].includes(exit) }).toEqual({ stdout: '', exit: true })
    expect((await type(`ls-auth token --api ${GATEWAY}/other/path`)).exit).toBe(0)
  })
})
