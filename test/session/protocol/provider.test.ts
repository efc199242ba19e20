import { createHash } from 'node:crypto'
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { ProviderOptions } from '../../../src/session/protocol/exchange.ts'
import { toldBy } from '../../told.ts'
import { GOOD, ISSUER, METADATA, NOW, providing, REDIRECT, type Said } from './scripted-provider.ts'

/** Each operation of a provider, by the answers of its endpoints. */

interface Signer extends GenerateKeyPairResult {
  readonly jwks: { readonly keys: object[] }
}
let first: Signer
let second: Signer
async function signer(): Promise<Signer> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  return { ...pair, jwks: { keys: [key] } }
}
beforeAll(async () => {
  ;[first, second] = [await signer(), await signer()]
})
const sign = (claims: JWTPayload, by = first) =>
  new SignJWT({ iss: ISSUER, aud: 'cli', sub: 'ada', iat: NOW / 1000, exp: NOW / 1000 + 600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(by.privateKey)

/** Of a provider to which requests are pushed (RFC 9126), and what it says to one. */
const PUSHING = {
  pushed_authorization_request_endpoint: `${ISSUER}/par`,
  require_pushed_authorization_requests: true,
}
const PUSHED = { status: 201, body: { request_uri: 'urn:a', expires_in: 60 } }

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')

describe('a sign-in in the browser', () => {
  const begin = async (said: Readonly<Record<string, readonly Said[]>> = {}, over = {}) => {
    const world = providing(said, over)
    const request = await world.provider.authorize({ scope: 'openid a', redirect_uri: REDIRECT, ...over })
    const { state } = request
    const callback = new URL(`${REDIRECT}?code=c0de&state=${state}&iss=${encodeURIComponent(ISSUER)}`)
    return { ...world, request, callback }
  }

  it('asks for a code with state, nonce and PKCE by S256, new each time', async () => {
    const [{ request }, other] = [await begin(), await begin()]
    expect(`${request.url.origin}${request.url.pathname}`).toBe(METADATA.authorization_endpoint)
    expect(Object.fromEntries(request.url.searchParams)).toEqual({
      client_id: 'cli',
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid a',
      state: request.state,
      nonce: request.nonce,
      code_challenge: challengeOf(request.verifier),
      code_challenge_method: 'S256',
    })
    const secrets = [request, other.request].flatMap(({ state, nonce, verifier }) => [state, nonce, verifier])
    expect(new Set(secrets).size).toBe(6)
  })

  it('is not possible without an authorization endpoint', async () => {
    const { authorization_endpoint: _, ...metadata } = METADATA
    expect(await toldBy(() => providing({}, { metadata }).provider.authorize({}))).toEqual([
      'cannot-do: this provider has no authorization endpoint',
      'Try: ls-auth login --device',
    ])
  })

  const exchanged = async (claims: object, more: object = {}, over: Partial<ProviderOptions> = {}) => {
    const answers: Said[] = []
    const world = await begin(
      { '/token': answers, '/jwks': [first.jwks], '/revoke': [{ status: 200 }] },
      over,
    )
    answers.length = 0
    const idToken = await sign({ nonce: world.request.nonce, ...claims })
    const again = await begin(
      {
        '/token': [{ ...GOOD, id_token: idToken, ...more }],
        '/jwks': [first.jwks],
        '/revoke': [{ status: 200 }],
      },
      over,
    )
    const request = { ...world.request, state: again.request.state }
    const result = again.provider.exchangeCode(again.callback, request)
    return { ...again, request, idToken, result }
  }

  it('exchanges the code once, with the verifier and the redirect URI that was asked for', async () => {
    const { result, request, forms, idToken } = await exchanged({}, { refresh_token: 'r', scope: 'openid a' })
    expect(await result).toEqual({
      accessToken: 'new',
      expiresIn: 600,
      scope: 'openid a',
      refreshToken: 'r',
      idToken,
      idClaims: expect.objectContaining({ sub: 'ada', nonce: request.nonce }),
      receivedAt: NOW,
      skewSeconds: 0,
      jwks: { value: first.jwks, fetchedAt: NOW },
    })
    expect(forms()[0]).toEqual({
      grant_type: 'authorization_code',
      client_id: 'cli',
      code: 'c0de',
      code_verifier: request.verifier,
      redirect_uri: REDIRECT,
    })
  })

  it.each([{}, PUSHING])(
    'an empty path of the redirect URI stays empty (RFC 6749 §4.1.3): %j',
    async (more) => {
      const metadata = { ...METADATA, ...more }
      const world = providing({ '/par': [PUSHED], '/token': [{ ...GOOD }] }, { metadata })
      const request = await world.provider.authorize({ scope: 'a', redirect_uri: 'http://127.0.0.1:8765' })
      const callback = new URL(`http://127.0.0.1:8765/?code=c&state=${request.state}`)
      await world.provider.exchangeCode(callback, request).catch(() => {})
      expect(world.forms().at(-1)).toMatchObject({ code: 'c', redirect_uri: 'http://127.0.0.1:8765' })
    },
  )

  it.each<[string, object]>([
    ['another nonce', { nonce: 'n' }],
    ['another client', { aud: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['nobody', { sub: '' }],
    ['an ID token that has expired', { exp: NOW / 1000 - 3600 }],
    ['another access token', { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ])('%s: refused, and the refresh token that came with it is revoked', async (_, claims) => {
    const { result, forms } = await exchanged(claims, { refresh_token: 'stray' })
    expect((await toldBy(() => result))[0]).toMatch(/^refused: /)
    expect(forms().at(-1)).toEqual({ token: 'stray', token_type_hint: 'refresh_token', client_id: 'cli' })
  })

  it.each([
    [['openid', 'a'], /^refused: /],
    [['a'], /^settings: .*openid is not among the scopes/],
  ])('no ID token with the scopes %j: %s', async (scopes, told) => {
    const hintValues = { issuer: ISSUER, client: 'cli', redirect: [], scopes }
    const { result } = await exchanged({}, { id_token: undefined }, { hintValues })
    expect((await toldBy(() => result))[0]).toMatch(told)
  })

  it.each([
    [{ token_type: 'DPoP' }, /token type/],
    [{ access_token: 'a b' }, /access token/],
  ])('%j: refused', async (more, words) => {
    expect((await toldBy(async () => (await exchanged({}, more)).result))[0]).toMatch(words)
  })
})

describe('the device flow', () => {
  const ANSWER = {
    device_code: 'dev',
    user_code: 'ABCD',
    verification_uri: `${ISSUER}/activate`,
    verification_uri_complete: `${ISSUER}/activate?user_code=ABCD`,
    expires_in: 300,
    interval: 7,
  }

  it('starts with what is asked for', async () => {
    const { provider, forms } = providing({ '/device': [ANSWER] })
    expect(await provider.startDevice({ scope: 'openid' })).toEqual({
      deviceCode: 'dev',
      userCode: 'ABCD',
      verificationUri: `${ISSUER}/activate`,
      verificationUriComplete: `${ISSUER}/activate?user_code=ABCD`,
      expiresInSeconds: 300,
      intervalSeconds: 7,
      verifier: undefined,
    })
    expect(forms()).toEqual([{ client_id: 'cli', scope: 'openid' }])
  })

  it('waits five seconds where the provider does not say (RFC 8628 §3.2)', async () => {
    const { interval: _, verification_uri_complete: __, ...least } = ANSWER
    const grant = await providing({ '/device': [least] }).provider.startDevice({})
    expect([grant.intervalSeconds, grant.verificationUriComplete]).toEqual([5, undefined])
  })

  it('with PKCE where the provider expects it', async () => {
    const { provider, forms } = providing(
      { '/device': [ANSWER], '/token': [GOOD] },
      { tuned: { devicePkce: true } },
    )
    const grant = await provider.startDevice({ scope: 'a' })
    expect(forms()[0]).toEqual({
      client_id: 'cli',
      scope: 'a',
      code_challenge: challengeOf(grant.verifier ?? ''),
      code_challenge_method: 'S256',
    })
    await provider.pollDevice(grant, { audience: 'api' }, 5000)
    expect(forms()[1]).toEqual({
      client_id: 'cli',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'dev',
      code_verifier: grant.verifier,
      audience: 'api',
    })
  })

  const grant = {
    deviceCode: 'dev',
    userCode: 'ABCD',
    verificationUri: '',
    verificationUriComplete: undefined,
    expiresInSeconds: 300,
    intervalSeconds: 5,
    verifier: undefined,
  }

  it('polls within the time it is given', async () => {
    const { provider, asked, forms } = providing({ '/token': [GOOD] })
    expect(await provider.pollDevice(grant, {}, 1234)).toMatchObject({ accessToken: 'new' })
    expect(asked[0]).toMatchObject({ method: 'POST', timeoutMilliseconds: 1234, maxBytes: 256 * 1024 })
    expect(forms()[0]).not.toHaveProperty('code_verifier')
  })

  it('needs no ID token: no standard promises one here', async () => {
    const { provider } = providing({ '/token': [GOOD] })
    expect(await provider.pollDevice(grant, { scope: 'a openid' }, 1000)).toMatchObject({
      accessToken: 'new',
      idToken: undefined,
    })
  })

  it('a pending answer is told with its code', async () => {
    const pending = { status: 400, body: { error: 'authorization_pending' } }
    const { provider } = providing({ '/token': [pending] })
    await expect(provider.pollDevice(grant, {}, 1000)).rejects.toMatchObject({
      wire: { error: 'authorization_pending', status: 400 },
    })
  })
})

describe('a renewal', () => {
  it('of which only the refresh token is believed', async () => {
    const { provider, forms } = providing({
      '/token': [{ ...GOOD, refresh_token: 'r2', id_token: await sign({ aud: 'other' }) }],
      '/jwks': [first.jwks],
    })
    expect(await provider.refresh('r1', { scope: 'a' })).toEqual({
      failure: expect.objectContaining({ code: 'refused' }),
      refreshToken: 'r2',
    })
    // It is the session's own now: nothing is revoked.
    expect(forms().filter(({ token }) => token !== undefined)).toEqual([])
  })

  it('that brings no tokens fails', async () => {
    const { provider } = providing({ '/token': [{ status: 400, body: { error: 'invalid_grant' } }] })
    await expect(provider.refresh('r1', {})).rejects.toMatchObject({ wire: { error: 'invalid_grant' } })
  })

  it('with a key that was replaced and kept its id: judged again by the current keys, without a second request', async () => {
    const cached = { value: first.jwks as unknown as Record<string, unknown>, fetchedAt: NOW - 1000 }
    const { provider, asked } = providing(
      { '/token': [{ ...GOOD, id_token: await sign({}, second) }], '/jwks': [second.jwks] },
      { jwks: cached },
    )
    expect(await provider.refresh('r1', {})).toMatchObject({
      accessToken: 'new',
      jwks: { value: second.jwks, fetchedAt: NOW },
    })
    expect(asked.map(({ url }) => url.pathname)).toEqual(['/token', '/jwks'])
  })

  it('with the signature of somebody else: not believed', async () => {
    const { provider } = providing({
      '/token': [{ ...GOOD, id_token: await sign({}, second) }],
      '/jwks': [first.jwks, first.jwks],
    })
    expect(await provider.refresh('r1', {})).toHaveProperty('failure.code', 'refused')
  })

  it('keys that are cached are not fetched, and stay as they are', async () => {
    const cached = { value: first.jwks as unknown as Record<string, unknown>, fetchedAt: NOW - 1000 }
    const { provider, asked } = providing(
      { '/token': [GOOD, { ...GOOD, id_token: await sign({}) }] },
      { jwks: cached },
    )
    expect(await provider.refresh('r1', {})).toMatchObject({ jwks: cached })
    expect(await provider.refresh('r1', {})).toMatchObject({ jwks: { value: first.jwks } })
    expect(asked.map(({ url }) => url.pathname)).toEqual(['/token', '/token'])
  })

  it.each([
    [600, 600],
    [undefined, 60],
    [0, 60],
    [90_000, 86_400],
  ])('a token that lives %s s counts as one of %d s', async (expires_in, seconds) => {
    const { provider } = providing({ '/token': [{ ...GOOD, expires_in }] })
    expect(await provider.refresh('r1', {})).toMatchObject({ expiresIn: seconds })
  })

  it("tells the provider's clock by its answer", async () => {
    const date = new Date(NOW + 3_600_000).toUTCString()
    const { provider } = providing({
      '/token': [{ status: 200, body: { ...GOOD }, date }],
    })
    expect(await provider.refresh('r1', {})).toMatchObject({ skewSeconds: 3600 })
  })
})

describe('the rest', () => {
  it('a grant without a person', async () => {
    const { provider, forms } = providing({ '/token': [GOOD] })
    expect(await provider.grant('urn:x', { scope: 'a' })).toMatchObject({ accessToken: 'new' })
    expect(forms()).toEqual([{ grant_type: 'urn:x', scope: 'a', client_id: 'cli' }])
  })

  it('revokes a token where the provider can', async () => {
    const { provider, forms } = providing({ '/revoke': [{ status: 200 }] })
    expect(await provider.revoke('r1', 'refresh')).toBe(true)
    expect(forms()).toEqual([{ token: 'r1', token_type_hint: 'refresh_token', client_id: 'cli' }])
    const { revocation_endpoint: _, ...metadata } = METADATA
    const cannot = providing({}, { metadata })
    expect(await cannot.provider.revoke('r1', 'refresh')).toBe(false)
    expect(cannot.asked).toEqual([])
  })

  it('plain HTTP for an issuer of plain HTTP alone', async () => {
    const plain = JSON.parse(JSON.stringify(METADATA).replaceAll('https:', 'http:'))
    expect(
      await providing({ '/token': [GOOD] }, { metadata: plain }).provider.refresh('r', {}),
    ).toMatchObject({
      accessToken: 'new',
    })
    const mixed = { ...METADATA, token_endpoint: 'http://idp.example/token' }
    const { provider, asked } = providing({ '/token': [GOOD] }, { metadata: mixed })
    await expect(provider.refresh('r', {})).rejects.toBeInstanceOf(Failure)
    expect(asked).toEqual([])
  })

  it('a shared issuer: the tenant of the token takes the place in the template', async () => {
    const issuer = 'https://login.microsoftonline.com/{tenantid}/v2.0'
    const metadata = { ...METADATA, issuer }
    const hintValues = { issuer: 'https://login.microsoftonline.com/organizations/v2.0', client: 'cli' }
    const answer = async (iss: string, tid: string) => ({ ...GOOD, id_token: await sign({ iss, tid }) })
    const refresh = async (iss: string, tid: string) =>
      providing(
        { '/token': [await answer(iss, tid)], '/jwks': [first.jwks] },
        { metadata, hintValues: hintValues as unknown as ProviderOptions['hintValues'] },
      ).provider.refresh('r', {})
    expect(await refresh('https://login.microsoftonline.com/t1/v2.0', 't1')).toMatchObject({
      accessToken: 'new',
    })
    expect(await refresh('https://login.microsoftonline.com/t1/v2.0', 't2')).toHaveProperty(
      'failure.code',
      'refused',
    )
  })

  it('a client that signs: by the clock of the provider, for the issuer', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const payload = async (over: object) => {
      const { provider, forms } = providing(
        { '/token': [GOOD] },
        { assertion: { key: privateKey as never, kid: 'k9' }, skewSeconds: 5000, ...over },
      )
      await provider.grant('client_credentials', {})
      const [form = {}] = forms()
      expect(form.client_assertion_type).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      const [head = '', claims = ''] = (form.client_assertion ?? '').split('.')
      const decode = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString())
      return { ...decode(head), ...decode(claims) }
    }
    const usual = await payload({})
    expect(usual).toMatchObject({ alg: 'ES256', kid: 'k9', iss: 'cli', sub: 'cli', aud: ISSUER })
    expect(usual.iat - Date.now() / 1000).toBeGreaterThan(4900)
    expect(await payload({ tuned: { assertionAudience: 'token-endpoint' } })).toMatchObject({
      aud: METADATA.token_endpoint,
    })
  })
})

describe('a refusal', () => {
  const DEVICE = {
    deviceCode: 'device-code-of-some-length',
    userCode: 'ABCD',
    verificationUri: '',
    verificationUriComplete: undefined,
    expiresInSeconds: 300,
    intervalSeconds: 5,
    verifier: undefined,
  }
  const refusing = (error: string, error_description = 'no') => {
    const no = { status: 400, body: { error, error_description } }
    return providing({ '/token': [no], '/device': [no], '/revoke': [no] }).provider
  }
  type Operation = (provider: ReturnType<typeof refusing>) => Promise<unknown>
  const operations: [string, Operation][] = [
    ['start the device flow', (provider) => provider.startDevice({})],
    ['sign in', (provider) => provider.pollDevice(DEVICE, {}, 1000)],
    ['renew the session', (provider) => provider.refresh('refresh-token-of-some-length', {})],
    ['give a token', (provider) => provider.grant('urn:x', {})],
    ['revoke the session', (provider) => provider.revoke('refresh-token-of-some-length', 'refresh')],
  ]

  it.each(operations)('says what was refused: to %s', async (doing, operation) => {
    const said = await toldBy(() => operation(refusing('server_error')))
    expect(said[0]).toBe(`provider-failed: the provider refused to ${doing}`)
    expect(said[2]).toBe('server_error: no')
  })

  it.each(operations)('shows no secret of the request that it quotes: to %s', async (doing, operation) => {
    const quoted = 'device-code-of-some-length refresh-token-of-some-length'
    const [, , detail = ''] = await toldBy(() => operation(refusing('server_error', quoted)))
    const sent = { 'sign in': 'device-code', 'start the device flow': 'none', 'give a token': 'none' }[doing]
    expect(detail).not.toContain(sent ?? 'refresh-token')
  })

  const redirected = async (error: string, parameters: Record<string, string>) => {
    const { provider } = providing({})
    const request = await provider.authorize({ redirect_uri: REDIRECT, ...parameters })
    const callback = `${REDIRECT}?error=${error}&state=${request.state}&iss=${encodeURIComponent(ISSUER)}`
    return (await toldBy(() => provider.exchangeCode(new URL(callback), request)))[0]
  }

  it('is the answer of a person only where one was asked', async () => {
    expect(await redirected('access_denied', {})).toBe('declined: the sign-in was declined')
    expect(await redirected('access_denied', { prompt: 'login' })).toBe('declined: the sign-in was declined')
    expect(await redirected('access_denied', { prompt: 'none' })).toBe(
      'not-allowed: the provider refused to sign in',
    )
  })
})

it('a device answer of Google is understood', async () => {
  const odd = {
    device_code: 'd',
    user_code: 'u',
    verification_url: 'https://g.example/device',
    expires_in: '300',
  }
  expect(await providing({ '/device': [odd] }).provider.startDevice({})).toMatchObject({
    verificationUri: 'https://g.example/device',
    expiresInSeconds: 300,
  })
})

it('every form has the bare media type (RFC 6749, appendix B), which some compare with the whole header', async () => {
  const { provider, asked } = providing(
    {
      '/device': [{ device_code: 'd', user_code: 'u', verification_uri: 'https://v', expires_in: 9 }],
      '/token': [GOOD, GOOD, GOOD],
      '/revoke': [{ status: 200 }],
      '/par': [PUSHED],
    },
    { metadata: { ...METADATA, ...PUSHING } },
  )
  const request = await provider.authorize({ redirect_uri: REDIRECT })
  const callback = `${REDIRECT}?code=c&state=${request.state}&iss=${encodeURIComponent(ISSUER)}`
  await toldBy(() => provider.exchangeCode(new URL(callback), request))
  await provider.pollDevice(await provider.startDevice({}), {}, 1000)
  await provider.refresh('r', {})
  await provider.revoke('r', 'refresh')
  expect(asked.map(({ url, headers }) => [url.pathname, headers?.['content-type']])).toEqual(
    ['/par', '/token', '/device', '/token', '/token', '/revoke'].map((path) => [
      path,
      'application/x-www-form-urlencoded',
    ]),
  )
})

it('the request for signing keys has no body, and the time of any request', async () => {
  const { provider, asked } = providing({
    '/token': [{ ...GOOD, id_token: await sign({}) }],
    '/jwks': [first.jwks],
  })
  const grant = { deviceCode: 'd', verifier: undefined } as unknown as Parameters<
    typeof provider.pollDevice
  >[0]
  await provider.pollDevice(grant, {}, 1234)
  expect(asked.map(({ method, timeoutMilliseconds }) => [method, timeoutMilliseconds])).toEqual([
    ['POST', 1234],
    ['GET', undefined],
  ])
  expect(asked[1]).not.toHaveProperty('body')
  const plain = providing({ '/token': [GOOD] })
  await plain.provider.refresh('r', {})
  expect(plain.asked[0]).not.toHaveProperty('timeoutMilliseconds')
})

it.each([204, 304])('an answer without a body (HTTP %d) is a failure like any other', async (status) => {
  expect((await toldBy(() => providing({ '/token': [{ status }] }).provider.refresh('r', {})))[0]).toMatch(
    /^provider-failed: /,
  )
})
