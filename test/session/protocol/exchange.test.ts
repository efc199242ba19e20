import { setTimeout } from 'node:timers/promises'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { NetworkFailure } from '../../../src/errors.ts'
import { responseOf } from '../../../src/session/protocol/exchange.ts'
import { toldBy } from '../../told.ts'
import { GOOD, ISSUER, METADATA, NOW, providing, REDIRECT } from './scripted-provider.ts'

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
  it.each([204, 205, 304])('of HTTP %i has no body, and can be read all the same', (status) => {
    const response = responseOf({ status, headers: {}, body: Buffer.from('') })
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('has its text and its headers, without those of an encoding that is undone already', async () => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip', 'content-length': '9' }
    const response = responseOf({ status: 400, headers, body: Buffer.from('no') })
    expect([response.status, await response.text()]).toEqual([400, 'no'])
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'text/plain' })
  })

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

  it('that cannot be asked for by what is set on this machine are told with that code', async () => {
    const wrong = new NetworkFailure('HTTPS_PROXY is none', false, { code: 'settings', hint: 'h' })
    const idToken = await next.sign()
    const world = providing({ '/token': [{ ...GOOD, id_token: idToken }], '/jwks': [wrong] })
    expect(await toldBy(() => world.provider.pollDevice(DEVICE, {}, 1000))).toEqual([
      'settings: no signing keys of the provider: HTTPS_PROXY is none',
      'h',
    ])
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

it('the times of an ID token are judged by the clock of the provider, not by that of the library', async () => {
  const past = 1_500_000_000
  const { provider } = providing(
    { '/token': [{ ...GOOD, id_token: await old.sign({}, past) }] },
    { jwks: cached, clock: { now: () => past * 1000, sleep: async () => {} } },
  )
  expect(await provider.refresh('r1', {})).toMatchObject({ accessToken: 'new' })
})

it('a code for which an ID token came is good, and one in the device flow as well', async () => {
  const { provider } = providing({ '/token': [{ ...GOOD, id_token: await old.sign() }] }, { jwks: cached })
  expect(await provider.pollDevice(DEVICE, { scope: 'openid' }, 1000)).toMatchObject({
    accessToken: 'new',
    idClaims: { sub: 'ada' },
  })
})

describe('a refusal is told by where it was met', () => {
  const no = (error: string) => [{ status: 400, body: { error } }]
  const aliased = { tuned: { deviceErrorAliases: { code_expired: 'expired_token' } } }

  it('the device flow knows the other names of its errors', async () => {
    for (const path of ['/device', '/token']) {
      const { provider } = providing({ [path]: no('code_expired') }, aliased)
      const work = path === '/device' ? provider.startDevice({}) : provider.pollDevice(DEVICE, {}, 1000)
      await expect(work).rejects.toMatchObject({ wire: { error: 'expired_token' } })
    }
  })

  it('the device flow has hints of its own', async () => {
    const hint =
      'The device grant is not allowed for the client cli. Have it switched on, or sign in with the browser.'
    const { provider } = providing({
      '/device': no('unauthorized_client'),
      '/token': no('unauthorized_client'),
    })
    expect((await toldBy(() => provider.startDevice({})))[1]).toBe(hint)
    expect((await toldBy(() => provider.pollDevice(DEVICE, {}, 1000)))[1]).toBe(hint)
  })

  it('where nobody is asked, nobody has declined', async () => {
    const { provider } = providing({ '/token': no('access_denied'), '/revoke': no('access_denied') })
    expect((await toldBy(() => provider.grant('urn:x', {})))[0]).toBe(
      'not-allowed: the provider refused to give a token',
    )
    expect((await toldBy(() => provider.revoke('r1', 'refresh')))[0]).toBe(
      'not-allowed: the provider refused to revoke the session',
    )
  })

  it('an address for the sign-in that cannot be used', async () => {
    const metadata = { ...METADATA, authorization_endpoint: 'http://idp.example/authorize' }
    const { provider } = providing({}, { metadata })
    expect((await toldBy(() => provider.authorize({ redirect_uri: REDIRECT })))[0]).toBe(
      "provider-failed: the provider's answer cannot be used to sign in",
    )
  })
})
