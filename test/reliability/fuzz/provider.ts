import { createSign, generateKeyPairSync } from 'node:crypto'
import type { HttpAnswer, HttpRequest } from '../../../src/ports/http.ts'

export const ISSUER = 'https://id.example'
export const CLIENT = 'ls-auth-cli'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const KID = 'k1'

/** Sound documents of one provider, as it sends them. */
export const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  device_authorization_endpoint: `${ISSUER}/device`,
  revocation_endpoint: `${ISSUER}/revoke`,
  userinfo_endpoint: `${ISSUER}/userinfo`,
  end_session_endpoint: `${ISSUER}/logout`,
  response_types_supported: ['code'],
  scopes_supported: ['openid', 'offline_access'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  id_token_signing_alg_values_supported: ['RS256'],
}
export const KEY_SET = {
  keys: [
    {
      ...publicKey.export({ format: 'jwk' }),
      kid: KID,
      use: 'sig',
      alg: 'RS256',
      x5c: ['AAAA'],
      key_ops: ['verify'],
    },
    { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'k2' },
    { kty: 'oct', k: 'AAAA', kid: 'k3' },
  ],
}
export const DEVICE = {
  device_code: 'GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS',
  user_code: 'WDJB-MJHT',
  verification_uri: `${ISSUER}/device`,
  verification_uri_complete: `${ISSUER}/device?user_code=WDJB-MJHT`,
  expires_in: 600,
  interval: 5,
}

/** Claims of an ID token and of an access token, at a time in seconds. */
export const claimsAt = (now: number) => ({
  iss: ISSUER,
  sub: 'ada',
  aud: CLIENT,
  exp: now + 3600,
  iat: now,
  auth_time: now,
  acr: 'urn:acr:silver',
  amr: ['pwd', 'otp'],
  email: 'ada@acme.example',
  name: 'Ada',
  groups: ['ops'],
  scope: 'openid traces:read',
  realm_access: { roles: ['reader'] },
})

const base64url = (value: string | Buffer) => Buffer.from(value).toString('base64url')

/** A good signature for this text. */
export function sign(payload: string | Buffer, header = `{"alg":"RS256","kid":"${KID}"}`): string {
  const input = `${base64url(header)}.${base64url(payload)}`
  return `${input}.${createSign('sha256').update(input).sign(privateKey).toString('base64url')}`
}

export const tokenAnswerAt = (now: number) => ({
  access_token: 'opaque-access',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'openid offline_access',
  refresh_token: 'opaque-refresh',
  id_token: sign(JSON.stringify(claimsAt(now))),
})

/** An answer with the provider's time in its Date header. */
export const answered = (body: unknown, now: number, status = 200): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json', date: new Date(now).toUTCString() },
  body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
})

/** A whole provider; `instead`: the bytes for one of its paths. */
export const providerAnswer =
  (now: () => number, instead: Readonly<Record<string, HttpAnswer>> = {}) =>
  ({ url }: HttpRequest): HttpAnswer | undefined => {
    if (url.origin !== ISSUER) return undefined
    const sound: Record<string, unknown> = {
      '/.well-known/openid-configuration': METADATA,
      '/jwks': KEY_SET,
      '/device': DEVICE,
      '/revoke': {},
    }
    if (Object.hasOwn(instead, url.pathname)) return instead[url.pathname]
    if (url.pathname === '/token') return answered(tokenAnswerAt(Math.floor(now() / 1000)), now())
    const body = sound[url.pathname]
    return body === undefined ? answered({}, now(), 404) : answered(body, now())
  }

/**
 * A provider at which nobody signs in with a browser: nothing waits for one.
 */
export const answerWithoutBrowser = ({ url }: HttpRequest): HttpAnswer | undefined => {
  const { authorization_endpoint: _, ...rest } = METADATA
  const instead = { '/.well-known/openid-configuration': answered(rest, Date.now()) }
  return providerAnswer(Date.now, instead)({ url } as HttpRequest)
}
