import type { Behaviour } from '../behaviour.ts'
import { ADA, REGISTERED_PORT } from './people.ts'

const SUB = 'auth0|6553da60a54af58e29493993'
export const AUTH0_API = 'https://traces.acme.example'

/**
 * Auth0: the issuer ends in a slash, an API is named by `audience` (without it the token is opaque), groups and
 * roles stand under a URL, polling answers are 403 and 429, and a refresh token used twice ends the sign-in.
 */
export const auth0: Behaviour = {
  id: 'auth0',
  clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
  issuerPath: '/',
  paths: {
    authorize: '/authorize',
    token: '/oauth/token',
    jwks: '/.well-known/jwks.json',
    device: '/oauth/device/code',
    revoke: '/oauth/revoke',
    userinfo: '/userinfo',
  },
  elsewhere: [],
  metadata: {
    scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'nickname', 'email', 'picture'],
    code_challenge_methods_supported: ['S256', 'plain'],
    id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    request_uri_parameter_supported: false,
  },
  redirect: {
    compare: 'exact',
    registered: [`http://127.0.0.1:${REGISTERED_PORT}/callback`],
    mismatch: 'Callback URL mismatch.',
  },
  redirectExtras: {},
  scopes: { known: ['openid', 'profile', 'email', 'offline_access', 'traces:read'], unknown: 'drop' },
  offline: 'offline_access',
  audience: { by: 'parameter', known: [AUTH0_API] },
  refusedParameters: {},
  // The API's own setting; a day is the default.
  accessSeconds: 7200,
  rotation: { kind: 'rotate', graceSeconds: 0, family: true },
  deadRefresh: {
    status: 403,
    body: { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
  },
  device: {
    answer: {
      verification_uri: '{page}',
      verification_uri_complete: '{page}?user_code=WDJB-MJHT',
      expires_in: 900,
      interval: 5,
    },
    pending: {
      status: 403,
      body: {
        error: 'authorization_pending',
        error_description: 'User has yet to authorize device code.',
      },
    },
    slowDown: {
      status: 429,
      body: { error: 'slow_down', error_description: 'You are polling faster than the specified interval.' },
    },
    declined: { status: 403, body: { error: 'access_denied', error_description: 'User cancelled.' } },
    expired: {
      status: 403,
      body: { error: 'expired_token', error_description: 'The device code is expired' },
    },
    pkce: 'ignored',
  },
  revokes: ['refresh'],
  keys: ['kA0'],
  refreshPrefix: 'v1.M',
  idToken: ({ issuer, clientId, nonce, now, session }) => ({
    header: { typ: 'JWT', kid: 'kA0' },
    claims: {
      'https://acme.example/groups': ['traces-readers'],
      nickname: ADA.login,
      name: ADA.name,
      email: ADA.email,
      email_verified: true,
      iss: issuer,
      aud: clientId,
      sub: SUB,
      iat: now,
      exp: now + 36_000,
      sid: session,
      ...(nonce === undefined ? {} : { nonce }),
      org_id: 'org_9ybsU1dN2dKfDkBi',
    },
  }),
  accessToken: ({ issuer, clientId, audience, scopes, now, expires, serial }) =>
    audience === undefined
      ? `opaque-${serial}`
      : {
          header: { typ: 'JWT', kid: 'kA0' },
          claims: {
            'https://acme.example/roles': ['viewer'],
            iss: issuer,
            sub: SUB,
            aud: scopes.includes('openid') ? [audience, `${issuer}userinfo`] : audience,
            iat: now,
            exp: expires,
            scope: scopes.join(' '),
            azp: clientId,
            permissions: ['traces:read'],
            org_id: 'org_9ybsU1dN2dKfDkBi',
          },
        },
  tokenExtras: ({ scopes }) => ({ scope: scopes.join(' ') }),
}

/** A tenant with "Refresh Token Revocation Deletes Grant", as those made before 2021 have it by default. */
export const auth0DeletingGrants: Behaviour = { ...auth0, revokesAllOfPerson: true }
