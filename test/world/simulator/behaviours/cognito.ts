import type { Behaviour } from '../behaviour.ts'
import { ADA, REGISTERED_PORT } from './people.ts'

const POOL = '/eu-west-1_AbCdEf123'
const SUB = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'

/**
 * An Amazon Cognito user pool: issuer and keys on one host, the rest on the sign-in domain; no device flow, no
 * `offline_access`, an access token without `aud`, and each kind of token signed with its own key.
 */
export const cognito: Behaviour = {
  id: 'cognito',
  clientId: '57cbishk4j24pabc1234567890',
  issuerPath: POOL,
  paths: {
    authorize: '/oauth2/authorize',
    token: '/oauth2/token',
    jwks: `${POOL}/.well-known/jwks.json`,
    revoke: '/oauth2/revoke',
    userinfo: '/oauth2/userInfo',
    endSession: '/logout',
  },
  elsewhere: ['authorize', 'token', 'revoke', 'userinfo', 'endSession'],
  metadata: {
    response_types_supported: ['code', 'token'],
    scopes_supported: ['openid', 'email', 'phone', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  },
  redirect: {
    compare: 'exact',
    registered: [`http://localhost:${REGISTERED_PORT}/callback`],
    mismatch: 'redirect_mismatch',
  },
  redirectExtras: {},
  scopes: {
    known: ['openid', 'email', 'phone', 'profile', 'traces/read'],
    unknown: 'refuse',
    // As in the redirects that people have pasted into issues, such as mlops-club/awscdk-minecraft#40.
    problem: { error: 'invalid_request', description: 'invalid_scope' },
  },
  offline: 'always',
  audience: { by: 'nothing' },
  refusedParameters: {},
  accessSeconds: 3600,
  rotation: { kind: 'none' },
  deadRefresh: { status: 400, body: { error: 'invalid_grant' } },
  revokes: ['refresh'],
  keys: ['kCogId=', 'kCogAt='],
  refreshPrefix: 'eyJjdHkiOiJKV1QifQ.',
  idToken: ({ issuer, clientId, nonce, now, authTime, serial }) => ({
    header: { kid: 'kCogId=' },
    atHash: true,
    claims: {
      sub: SUB,
      'cognito:groups': ['traces-readers'],
      email_verified: true,
      iss: issuer,
      'cognito:username': ADA.login,
      origin_jti: '11111111-aaaa-4aaa-8aaa-111111111111',
      aud: clientId,
      ...(nonce === undefined ? {} : { nonce }),
      token_use: 'id',
      auth_time: authTime,
      exp: now + 3600,
      iat: now,
      jti: `id-${serial}`,
      email: ADA.email,
      'custom:groups': '[ops, traces-readers]',
      'custom:cost_center': '42',
    },
  }),
  accessToken: ({ issuer, clientId, scopes, now, authTime, expires, serial }) => ({
    header: { kid: 'kCogAt=' },
    claims: {
      sub: SUB,
      'cognito:groups': ['traces-readers'],
      iss: issuer,
      version: 2,
      client_id: clientId,
      origin_jti: '11111111-aaaa-4aaa-8aaa-111111111111',
      token_use: 'access',
      scope: scopes.join(' '),
      auth_time: authTime,
      exp: expires,
      iat: now,
      jti: `at-${serial}`,
      username: ADA.login,
    },
  }),
  // The answer names no scope.
  tokenExtras: () => ({}),
}
