import type { Behaviour, Facts } from '../behaviour.ts'
import { ADA } from './people.ts'

/** The API as Dex knows it: a client of its own that lists ls-auth among its trusted peers. */
export const DEX_API = 'traces-api'

const claims = ({ issuer, clientId, audience, scopes, now, nonce, expires }: Facts) => ({
  iss: issuer,
  sub: 'CgcyMzQyNzQ5EgZnaXRodWI',
  aud: audience === undefined ? clientId : [audience, clientId],
  ...(audience === undefined ? {} : { azp: clientId }),
  exp: expires,
  iat: now,
  ...(nonce === undefined ? {} : { nonce }),
  email: ADA.email,
  email_verified: true,
  ...(scopes.includes('groups') ? { groups: ['acme:traces-readers'] } : {}),
  name: ADA.name,
  preferred_username: ADA.login,
  federated_claims: { connector_id: 'github', user_id: '2342749' },
})

/**
 * Dex: both tokens have one shape, every refresh replaces the refresh token, a dead one is an "invalid request",
 * there is no revocation, and an API is asked for by a cross-client scope.
 */
export const dex: Behaviour = {
  id: 'dex',
  clientId: 'ls-auth',
  issuerPath: '/dex',
  paths: {
    authorize: '/dex/auth',
    token: '/dex/token',
    jwks: '/dex/keys',
    device: '/dex/device/code',
    userinfo: '/dex/userinfo',
  },
  elsewhere: [],
  metadata: {
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
    scopes_supported: ['openid', 'email', 'groups', 'profile', 'offline_access'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  },
  redirect: {
    compare: 'any-loopback',
    hosts: ['127.0.0.1', 'localhost', '[::1]'],
    mismatch: 'Unregistered redirect_uri.',
  },
  redirectExtras: {},
  scopes: {
    known: [
      'openid',
      'email',
      'groups',
      'profile',
      'offline_access',
      'federated:id',
      `audience:server:client_id:${DEX_API}`,
    ],
    unknown: 'refuse',
  },
  offline: 'offline_access',
  audience: { by: 'scope', pattern: /^audience:server:client_id:(.+)$/ },
  refusedParameters: {},
  // expiry.idTokens; a day is the default.
  accessSeconds: 3599,
  rotation: { kind: 'always' },
  deadRefresh: {
    status: 400,
    body: {
      error: 'invalid_request',
      error_description: 'Refresh token is invalid or has already been claimed by another client.',
    },
  },
  device: {
    answer: {
      verification_uri: '{page}',
      verification_uri_complete: '{page}?user_code=WDJB-MJHT',
      expires_in: 300,
      interval: 5,
    },
    pending: { status: 400, body: { error: 'authorization_pending' } },
    slowDown: { status: 400, body: { error: 'slow_down' } },
    declined: { status: 400, body: { error: 'access_denied' } },
    expired: { status: 400, body: { error: 'expired_token' } },
    pkce: 'ignored',
  },
  revokes: [],
  keys: ['kDex'],
  refreshPrefix: 'Chlz',
  idToken: (facts) => ({ header: { kid: 'kDex' }, atHash: true, claims: claims(facts) }),
  accessToken: (facts) => ({ header: { kid: 'kDex' }, claims: claims(facts) }),
  tokenExtras: () => ({ token_type: 'bearer' }),
}
