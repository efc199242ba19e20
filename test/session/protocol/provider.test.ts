import { createHash } from 'node:crypto'
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProviderOptions } from '../../../src/session/protocol/exchange.ts'
import { toldBy } from '../../told.ts'
import { GOOD, ISSUER, METADATA, NOW, providing, REDIRECT, type Said } from './scripted-provider.ts'

/** Each operation of a provider, by the answers of its endpoints. */

interface Signer extends GenerateKeyPairResult {
  readonly jwks: { readonly keys: object[] }
}
let first: Signer
async function signer(): Promise<Signer> {
  const pair = await generateKeyPair('ES256', { extractable: true })
  const key = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }
  return { ...pair, jwks: { keys: [key] } }
}
beforeAll(async () => {
  first = await signer()
})
const sign = (claims: JWTPayload, by = first) =>
  new SignJWT({ iss: ISSUER, aud: 'cli', sub: 'ada', iat: NOW / 1000, exp: NOW / 1000 + 600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .sign(by.privateKey)

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
})
