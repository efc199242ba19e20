import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { Where } from '../../../src/providers/preset-texts.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import {
  explainProviderError,
  JUDGEMENTS,
  type ProviderFailure,
} from '../../../src/session/answers/provider-errors.ts'

const ISSUER = 'https://idp.example'
const NOW = Date.parse('Wed, 25 Nov 2026 15:59:00 GMT')
interface Told {
  where?: Where
  personAsked?: boolean
  aliases?: Record<string, string>
  scopes?: readonly string[]
  tokensCame?: boolean
}
const explain = (
  error: unknown,
  { where = 'token', personAsked = true, aliases = {}, scopes, tokensCame = false }: Told = {},
) =>
  explainProviderError(error, 'sign you in', where, {
    preset: { ...PRESETS.generic, deviceErrorAliases: aliases },
    metadata: { issuer: ISSUER },
    hintValues: { client: 'cli', ...(scopes && { scopes }) },
    personAsked,
    now: NOW,
    intercepted: false,
    tokensCame,
  })
const wireOf = (failure: Failure) => (failure as ProviderFailure).wire

describe('an error that the provider has sent', () => {
  it.each([
    ['a'.repeat(64), 'a'.repeat(64)],
    ['a'.repeat(65), 'error'],
    ['', 'error'],
    ['two words', 'error'],
    ['say "x"', 'error'],
    ['back\\slash', 'error'],
    ['tab\t', 'error'],
    ['!#[]~', '!#[]~'],
    ['\u00e4', 'error'],
  ])('of the code %j is called %j (RFC 6749 §5.2)', (error, shown) => {
    expect(explain({ error }).detail).toEqual([shown])
    expect(wireOf(explain({ error })).error).toBe(shown)
  })

  it.each([
    ...[
      'invalid_client',
      'unauthorized_client',
      'unsupported_grant_type',
      'unsupported_response_type',
      'invalid_scope',
      'invalid_target',
      'invalid_redirect_uri',
      'redirect_uri_mismatch',
    ].map((error) => [error, 'settings']),
    ...['login_required', 'interaction_required', 'consent_required', 'account_selection_required'].map(
      (error) => [error, 'not-signed-in'],
    ),
    ['invalid_grant', 'provider-failed'],
    ['server_error', 'provider-failed'],
    ['access_denied', 'not-allowed'],
  ])('%s at the token endpoint is %s, with a next step of its own', (error, code) => {
    const failure = explain({ error })
    expect(failure.code).toBe(code)
    expect(failure.message).toBe('the provider refused to sign you in')
    expect(failure.hint).not.toBe(new Failure(failure.code, '').hint)
  })
})

describe('a time to wait that an answer names', () => {
  const LATER = 'Wed, 25 Nov 2026 16:00:00 GMT'
  const unreadable = (status: number, headers: Record<string, string>) =>
    explain({ code: 'OAUTH_RESPONSE_IS_NOT_CONFORM', cause: new Response('', { status, headers }) })

  it.each([
    [
      503,
      { 'retry-after': '30' },
      'Try again in 30s. If it keeps failing, ask whoever runs the identity provider.',
    ],
    [
      429,
      { 'retry-after': LATER },
      'Try again in 60s. If it keeps failing, ask whoever runs the identity provider.',
    ],
    // Okta names the end of its window alone, and in all its answers: at another status nothing has to wait for it.
    [
      429,
      { 'x-rate-limit-reset': String(Date.parse(LATER) / 1000) },
      'Try again in 60s. If it keeps failing, ask whoever runs the identity provider.',
    ],
    [
      503,
      { 'x-rate-limit-reset': String(Date.parse(LATER) / 1000) },
      new Failure('provider-failed', '').hint,
    ],
    [503, {}, new Failure('provider-failed', '').hint],
    [503, { 'retry-after': '0' }, new Failure('provider-failed', '').hint],
  ])('HTTP %i with %j is told', (status, headers, hint) => {
    expect(unreadable(status, headers as Record<string, string>).hint).toBe(hint)
  })

  it('is known to the caller, beside an OAuth error, too', () => {
    const limit = { retryMilliseconds: 60_000 }
    const response = new Response('', { headers: { 'retry-after': LATER } })
    expect(wireOf(unreadable(429, { 'retry-after': LATER }))).toMatchObject({ limit })
    expect(wireOf(explain({ error: 'slow_down', status: 429, response }))).toMatchObject({ limit })
  })
})

/** Errors of the installed library itself, with their words taken away: its codes and causes decide. */
const AS = { issuer: ISSUER, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks` }
const CLIENT = { client_id: 'cli', [oauth.clockTolerance]: Number.MAX_SAFE_INTEGER }
const CLAIMS = { iss: ISSUER, aud: 'cli', sub: 's', iat: 1, exp: 2, nonce: 'n' }
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: object, header: object = { alg: 'ES256' }) => `${part(header)}.${part(claims)}.c2ln`
const tokens = (over: object) => ({ access_token: 'a', token_type: 'Bearer', id_token: jwt(CLAIMS), ...over })
const idToken = (over: object) => tokens({ id_token: jwt({ ...CLAIMS, ...over }) })

async function silenced(work: () => unknown): Promise<{ code: string; message: string; cause: unknown }> {
  const { code, cause } = await (async () => work())().then(
    () => expect.fail('the library takes it'),
    (error) => error,
  )
  return { code, message: '', cause: Object.assign(new Error(''), { code, cause }) }
}
const inTokens = (body: unknown, expectedNonce: string | undefined = 'n') =>
  silenced(() => {
    const answer = new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      headers: { 'content-type': 'application/json' },
    })
    return expectedNonce === undefined
      ? oauth.processRefreshTokenResponse(AS, CLIENT, answer)
      : oauth.processAuthorizationCodeResponse({ ...AS, ...ES256 }, CLIENT, answer, { expectedNonce })
  })
const ES256 = { id_token_signing_alg_values_supported: ['ES256'] }
const inRedirect = (query: string, as: object = AS) =>
  silenced(() => oauth.validateAuthResponse(as as typeof AS, CLIENT, new URLSearchParams(query), 'st'))
/** Of the signature: with a key set of one key, of its own curve or another. */
const inSignature = (header: object, keys: readonly object[]) =>
  silenced(async () => {
    const answer = new Response(JSON.stringify(tokens({ id_token: jwt(CLAIMS, header) })), {
      headers: { 'content-type': 'application/json' },
    })
    const as = { ...AS, id_token_signing_alg_values_supported: ['ES256', 'RS256', 'XX1'] }
    await oauth.processAuthorizationCodeResponse(as, CLIENT, answer, { expectedNonce: 'n' })
    await oauth.validateApplicationLevelSignature(as, answer, {
      [oauth.customFetch]: async () => Response.json({ keys }),
    })
  })

const FITS_NO_KEY = "no key of the provider fits the ID token's signature"
const NOT_VALID = 'the ID token is not valid'
const ALG = "ls-auth does not accept the ID token's signature algorithm (alg)"
const TYPE = 'the token response has a token type that ls-auth cannot use'
const [EC, WEAK] = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
]

describe('an answer that is not believed', () => {
  it.each<[string, () => ReturnType<typeof silenced>, string]>([
    [
      'no nonce',
      () => inTokens(idToken({ nonce: undefined })),
      'the ID token has no nonce, so it may belong to another sign-in',
    ],
    [
      'another nonce',
      () => inTokens(idToken({ nonce: 'x' })),
      'the ID token belongs to another sign-in (nonce)',
    ],
    ['another state', () => inRedirect('state=x&code=c'), 'the answer belongs to another sign-in (state)'],
    ['no state', () => inRedirect('code=c'), 'the answer belongs to another sign-in (state)'],
    [
      'a wrong signature',
      () => inSignature({ alg: 'ES256' }, [EC]),
      'the signature of the ID token is wrong',
    ],
    ['no key', () => inSignature({ alg: 'ES256' }, []), FITS_NO_KEY],
    ['two keys', () => inSignature({ alg: 'ES256' }, [EC, EC]), FITS_NO_KEY],
    ['a weak key', () => inSignature({ alg: 'RS256' }, [WEAK]), ALG],
    ['an algorithm that the library does not know', () => inSignature({ alg: 'XX1' }, []), ALG],
    ['another alg than announced', () => inTokens(tokens({ id_token: jwt(CLAIMS, { alg: 'none' }) })), ALG],
    ['crit', () => inTokens(tokens({ id_token: jwt(CLAIMS, { alg: 'ES256', crit: ['x'] }) })), NOT_VALID],
    ['another aud', () => inTokens(idToken({ aud: 'x' })), 'the ID token is for another client (aud)'],
    ['no aud', () => inTokens(idToken({ aud: undefined })), 'the ID token is for another client (aud)'],
    ['an aud of another type', () => inTokens(idToken({ aud: 7 })), NOT_VALID],
    [
      'another azp',
      () => inTokens(idToken({ aud: ['cli', 'b'], azp: 'b' })),
      'the ID token is for another client (azp)',
    ],
    [
      'aud of several, no azp',
      () => inTokens(idToken({ aud: ['cli', 'b'] })),
      'the ID token is for several clients (aud) and does not name this one (azp)',
    ],
    ['no sub', () => inTokens(idToken({ sub: undefined })), 'the ID token names no subject (sub)'],
    ['a sub of another type', () => inTokens(idToken({ sub: 7 })), NOT_VALID],
    ['an iss of another type', () => inTokens(idToken({ iss: 7 })), NOT_VALID],
    ['no exp', () => inTokens(idToken({ exp: undefined })), NOT_VALID],
    ['exp as text', () => inTokens(idToken({ exp: '2' })), NOT_VALID],
    ['auth_time as text', () => inTokens(idToken({ auth_time: 'x' })), NOT_VALID],
    ['an ID token of two parts', () => inTokens(tokens({ id_token: 'a.b' })), NOT_VALID],
    ['an encrypted ID token', () => inTokens(tokens({ id_token: 'a.b.c.d.e' })), NOT_VALID],
    ['a header that is no JSON', () => inTokens(tokens({ id_token: 'a.b.c' })), NOT_VALID],
    [
      'claims that are no object',
      () => inTokens(tokens({ id_token: `${part({ alg: 'ES256' })}.W10.c` })),
      NOT_VALID,
    ],
    ['another token type', () => inTokens(tokens({ token_type: 'mac' })), TYPE],
    ['no token type', () => inTokens(tokens({ token_type: undefined })), TYPE],
  ])('%s', async (_, made, words) => {
    const error = await made()
    for (const one of [error, error.cause]) {
      expect(explain(one, { tokensCame: true })).toMatchObject({
        code: 'refused',
        message: `${words}; nothing was saved`,
        cause: one,
      })
    }
  })

  it.each<[string, () => ReturnType<typeof silenced>]>([
    ['no access token', () => inTokens(tokens({ access_token: undefined }), undefined)],
    ['a life that is no number', () => inTokens({ ...tokens({ expires_in: 'soon' }), id_token: undefined })],
    ['a scope that is a list', () => inTokens({ ...tokens({ scope: ['a'] }), id_token: undefined })],
    [
      'a refresh token that is a number',
      () => inTokens({ ...tokens({ refresh_token: 7 }), id_token: undefined }),
    ],
    ['a list', () => inTokens([])],
    ['no JSON', () => inTokens('{')],
    ['a redirect without a code', async () => silenced(() => codeOf('state=st'))],
    ['a redirect with a token', () => inRedirect('state=st&token=a')],
  ])('%s: cannot be used, and the next may be better', async (_, made) => {
    expect(explain(await made())).toMatchObject({
      code: 'provider-failed',
      message: "the provider's answer cannot be used to sign you in",
    })
  })
  const codeOf = (query: string) => {
    const parameters = oauth.validateAuthResponse(AS, CLIENT, new URLSearchParams(query), 'st')
    return oauth.authorizationCodeGrantRequest(AS, CLIENT, oauth.None(), parameters, 'http://127.0.0.1/', 'v')
  }

  it('for want of an ID token', async () => {
    for (const body of [tokens({ id_token: undefined }), tokens({ id_token: '' }), tokens({ id_token: 7 })]) {
      const error = await inTokens(body)
      expect(explain(error)).toMatchObject({
        code: 'refused',
        message: 'the provider sent no ID token, although openid was asked for; nothing was saved',
        cause: error,
      })
      expect(explain(error, { scopes: ['openid', 'a'] }).code).toBe('refused')
    }
  })

  it.each<[string, () => ReturnType<typeof silenced>, string]>([
    ['in the ID token', () => inTokens(idToken({ iss: 'https://other.example' })), 'https://other.example'],
    ['not in the ID token', () => inTokens(idToken({ iss: undefined })), '(missing)'],
    ['in the redirect', () => inRedirect('state=st&iss=https://x.example'), 'https://x.example'],
  ])('of another issuer, which is named: %s', async (_, made, named) => {
    const failure = explain(await made())
    expect(failure.message).toBe('the issuer in the answer is not the issuer of this profile')
    expect(failure.detail.slice(0, 2)).toEqual([`expected ${ISSUER}`, `received ${named}`])
  })

  it('every code of the installed libraries is judged, and no other', () => {
    const exported = Object.values(oauth).filter((one) => typeof one === 'string')
    const source = (name: string) => readFileSync(createRequire(import.meta.url).resolve(name), 'utf8')
    const written = ['openid-client', 'oauth4webapi'].flatMap(
      (name) => source(name).match(/(?<=')OAUTH_[A-Z_]+(?=')/g) ?? [],
    )
    expect(exported.length).toBeGreaterThan(15)
    expect(Object.keys(JUDGEMENTS).sort()).toEqual([...new Set([...exported, ...written])].sort())
  })
})
