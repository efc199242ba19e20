import type { Behaviour, Facts } from '../behaviour.ts'
import { ADA } from './people.ts'

const REALM = '/realms/traces'
const PROTOCOL = `${REALM}/protocol/openid-connect`

/** Claims that both tokens carry. */
const person = ({ issuer, clientId, now, authTime, session, expires }: Facts) => ({
  exp: expires,
  iat: now,
  auth_time: authTime,
  iss: issuer,
  sub: '838d3785-4aeb-4923-b272-000000000000',
  azp: clientId,
  sid: session,
  acr: '1',
  email_verified: true,
  preferred_username: ADA.login,
  email: ADA.email,
  groups: ['/acme/traces-readers'],
})

/**
 * Keycloak: a registered loopback URI is compared without its port, tokens say their kind in `typ`, they live for
 * five minutes, and the refresh token is another string each time.
 */
export const keycloak: Behaviour = {
  id: 'keycloak',
  clientId: 'ls-auth',
  issuerPath: REALM,
  paths: {
    authorize: `${PROTOCOL}/auth`,
    token: `${PROTOCOL}/token`,
    jwks: `${PROTOCOL}/certs`,
    device: `${PROTOCOL}/auth/device`,
    revoke: `${PROTOCOL}/revoke`,
    userinfo: `${PROTOCOL}/userinfo`,
    endSession: `${PROTOCOL}/logout`,
  },
  elsewhere: [],
  metadata: {
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    acr_values_supported: ['0', '1'],
    id_token_signing_alg_values_supported: ['PS384', 'ES384', 'HS256', 'RS256', 'PS256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['plain', 'S256'],
    authorization_response_iss_parameter_supported: true,
  },
  redirect: {
    compare: 'without-port',
    registered: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    mismatch: 'Invalid parameter: redirect_uri',
  },
  redirectExtras: { session_state: '3d936071-15e4-40df-9bc5-000000000000' },
  scopes: {
    known: ['openid', 'profile', 'email', 'offline_access', 'roles', 'groups'],
    unknown: 'refuse',
  },
  offline: 'always',
  audience: { by: 'nothing' },
  refusedParameters: {},
  accessSeconds: 300,
  // Another string for the same session each time; the old one goes on working.
  rotation: { kind: 'rotate', graceSeconds: Number.POSITIVE_INFINITY, family: false },
  deadRefresh: { status: 400, body: { error: 'invalid_grant', error_description: 'Token is not active' } },
  device: {
    answer: {
      verification_uri: '{page}',
      verification_uri_complete: '{page}?user_code=WDJB-MJHT',
      expires_in: 600,
      interval: 5,
    },
    pending: {
      status: 400,
      body: {
        error: 'authorization_pending',
        error_description: 'The authorization request is still pending',
      },
    },
    slowDown: { status: 400, body: { error: 'slow_down', error_description: 'Slow down' } },
    declined: { status: 400, body: { error: 'access_denied', error_description: 'The end user denied' } },
    expired: { status: 400, body: { error: 'expired_token', error_description: 'Device code is expired' } },
    pkce: 'ignored',
  },
  revokes: ['refresh', 'access'],
  // Without the fix of keycloak#35486.
  revokesAllOfPerson: true,
  keys: ['kKC'],
  refreshPrefix: 'eyJhbGciOiJIUzUxMiJ9.',
  idToken: (facts) => ({
    header: { typ: 'JWT', kid: 'kKC' },
    atHash: true,
    claims: {
      ...person(facts),
      typ: 'ID',
      aud: facts.clientId,
      jti: `id-${facts.serial}`,
      ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
      name: ADA.name,
    },
  }),
  accessToken: (facts) => ({
    header: { typ: 'JWT', kid: 'kKC' },
    claims: {
      ...person(facts),
      typ: 'Bearer',
      aud: ['traces-api', 'account'],
      jti: `at-${facts.serial}`,
      'allowed-origins': ['/*'],
      realm_access: { roles: ['default-roles-traces', 'offline_access', 'uma_authorization'] },
      resource_access: { 'traces-api': { roles: ['reader'] }, account: { roles: ['view-profile'] } },
      scope: facts.scopes.join(' '),
    },
  }),
  tokenExtras: ({ scopes, session }) => ({
    scope: scopes.join(' '),
    refresh_expires_in: 0,
    'not-before-policy': 0,
    session_state: session,
  }),
}

/** A client with a PKCE method set, as the registration hint says: it wants PKCE in the device flow too. */
export const keycloakWithPkceMethod: Behaviour = {
  ...keycloak,
  device: { ...(keycloak.device as NonNullable<Behaviour['device']>), pkce: 'required' },
}
