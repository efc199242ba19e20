import { setTimeout } from 'node:timers/promises'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { toldBy } from '../../told.ts'
import { GOOD, ISSUER, NOW, providing } from './scripted-provider.ts'

/** What the protocol library gets to see, and what it must leave to us. */

async function signer(kid: string) {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }
  const sign = (claims: JWTPayload = {}, now = NOW / 1000) =>
    new SignJWT({ iss: ISSUER, aud: 'cli', sub: 'ada', iat: now, exp: now + 600, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(pair.privateKey)
  return { jwks: { keys: [key] }, sign }
}
const [old, next] = [await signer('old'), await signer('next')]
const cached = { value: old.jwks as unknown as Record<string, unknown>, fetchedAt: NOW - 1000 }
const paths = ({ asked }: ReturnType<typeof providing>) => asked.map(({ url }) => url.pathname)
const DEVICE = { deviceCode: 'device-code-1', verifier: undefined } as never

describe('an answer', () => {
  it('with a token and an error is an error, which quotes no secret of the request', async () => {
    const quoted = {
      refresh_token: 'r2',
      error: 'server_error',
      error_description: 'no: a-refresh-token-of-mine',
    }
    const { provider } = providing({ '/token': [{ status: 200, body: quoted }] })
    const told = await toldBy(() => provider.refresh('a-refresh-token-of-mine', {}))
    expect([told[0], told[2]]).toEqual([
      'provider-failed: the provider refused to renew the session',
      'server_error: no: [secret]',
    ])
  })
})

describe('the keys of a provider', () => {
  it('are fetched anew for a key that is not among those known', async () => {
    const world = providing(
      { '/token': [{ ...GOOD, id_token: await next.sign() }], '/jwks': [next.jwks] },
      { jwks: cached },
    )
    expect(await world.provider.refresh('r1', {})).toMatchObject({ accessToken: 'new' })
    expect(paths(world)).toEqual(['/token', '/jwks'])
  })

  it('are not fetched for an answer that is wrong in another way', async () => {
    const idToken = await old.sign({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })
    const world = providing(
      { '/token': [{ ...GOOD, id_token: idToken }], '/jwks': [old.jwks] },
      { jwks: cached },
    )
    expect(await world.provider.refresh('r1', {})).toHaveProperty('failure.code', 'refused')
    expect(paths(world)).toEqual(['/token'])
  })

  it.each([429, 500, 503, 200])(
    'are asked for again where the answer is none (HTTP %i): the tokens have come already',
    async (status) => {
      const slept: number[] = []
      const none = { status, body: {} }
      const world = providing(
        { '/token': [{ ...GOOD, id_token: await next.sign() }], '/jwks': [none, none, next.jwks] },
        { clock: { now: () => NOW, sleep: async (milliseconds) => void slept.push(milliseconds) } },
      )
      expect(await world.provider.pollDevice(DEVICE, {}, 1000)).toMatchObject({ accessToken: 'new' })
      expect(paths(world)).toEqual(['/token', '/jwks', '/jwks', '/jwks'])
      expect(slept).toEqual([250, 1000])
    },
  )

  it('are asked for three times, and not again after an answer that took long', async () => {
    const none = { status: 503, body: {} }
    const idToken = await next.sign()
    const asked = async (each: number) => {
      let now = NOW
      const clock = { now: () => (now += each), sleep: async () => {} }
      const answers = { '/token': [{ ...GOOD, id_token: idToken }], '/jwks': Array(9).fill(none) }
      const world = providing(answers, { clock })
      expect(await toldBy(() => world.provider.pollDevice(DEVICE, {}, 1000))).toContain(
        'provider-failed: idp.example did not answer with its signing keys (HTTP 503)',
      )
      return paths(world).filter((path) => path === '/jwks').length
    }
    expect(await asked(0)).toBe(3)
    expect(await asked(6_000)).toBe(1)
  })

  it('are fetched once for a signature that does not fit', async () => {
    const forged = await (await signer('old')).sign()
    const world = providing({ '/token': [{ ...GOOD, id_token: forged }], '/jwks': [old.jwks, old.jwks] })
    expect(await world.provider.refresh('r1', {})).toHaveProperty('failure.code', 'refused')
    expect(paths(world)).toEqual(['/token', '/jwks'])
  })
})

describe('a signal while an answer is judged', () => {
  /** Asks, and ends the process by a signal as soon as the keys are asked for; what is asked for after that. */
  const ended = async (ask: (provider: ReturnType<typeof providing>['provider']) => Promise<unknown>) => {
    const works = new Set<() => Promise<void>>()
    const beforeEnd = (work: () => Promise<void>) => {
      works.add(work)
      return () => void works.delete(work)
    }
    const answer = { ...GOOD, refresh_token: 'r2', id_token: await next.sign() }
    const none = { status: 503, body: {} }
    const clock = {
      now: () => NOW,
      async sleep() {
        for (const work of works) await work()
      },
    }
    const said = { '/token': [answer], '/jwks': [none, next.jwks], '/revoke': [{ status: 200 }] }
    const world = providing(said, { beforeEnd, clock })
    const asked = ask(world.provider).then(
      () => 'answered',
      () => 'failed',
    )
    const outcome = await Promise.race([asked, setTimeout(200, 'left to the signal')])
    return [...paths(world).slice(2), outcome]
  }

  it('revokes the refresh token of a sign-in, and never one of a renewal, which is that of the session', async () => {
    expect(await ended((provider) => provider.pollDevice(DEVICE, {}, 1000))).toEqual([
      '/revoke',
      '/jwks',
      // What is revoked must not be stored.
      'left to the signal',
    ])
    expect(await ended((provider) => provider.refresh('r1', {}))).toEqual(['/jwks', 'answered'])
  })
})
