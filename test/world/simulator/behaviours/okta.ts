import type { Behaviour } from '../behaviour.ts'
import { ADA, REGISTERED_PORT } from './people.ts'

const V1 = '/oauth2/aus1tracesAPI0001/v1'
const UID = '00u1abcDEF2345ghI6j7'

/** Okta, a custom authorization server: the server decides the audience; `scp` is a list, `sub` is the login. */
export const okta: Behaviour = {
  id: 'okta',
  clientId: '0oa1cliABC2345defG6h7',
  issuerPath: '/oauth2/aus1tracesAPI0001',
  paths: {
    authorize: `${V1}/authorize`,
    token: `${V1}/token`,
    jwks: `${V1}/keys`,
    device: `${V1}/device/authorize`,
    revoke: `${V1}/revoke`,
    userinfo: `${V1}/userinfo`,
    endSession: `${V1}/logout`,
  },
  elsewhere: [],
  metadata: {
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'device_sso'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
  },
  redirect: {
    compare: 'exact',
    registered: [`http://127.0.0.1:${REGISTERED_PORT}/callback`],
    mismatch: "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings",
  },
  redirectExtras: {},
  scopes: {
    known: ['openid', 'profile', 'email', 'offline_access', 'traces.read', 'traces:read'],
    unknown: 'refuse',
  },
  offline: 'offline_access',
  audience: { by: 'server', always: 'api://traces' },
  refusedParameters: {},
  accessSeconds: 3600,
  rotation: { kind: 'keep' },
  deadRefresh: {
    status: 400,
    body: { error: 'invalid_grant', error_description: 'The refresh token is invalid or expired.' },
  },
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
        error_description: 'The device authorization is pending. Please try again later.',
      },
    },
    slowDown: { status: 400, body: { error: 'slow_down' } },
    declined: { status: 400, body: { error: 'access_denied', error_description: 'The user said no.' } },
    expired: { status: 400, body: { error: 'expired_token' } },
    pkce: 'ignored',
  },
  revokes: ['refresh', 'access'],
  keys: ['kOkta1'],
  refreshPrefix: 'zcLdr1FBX',
  idToken: ({ issuer, clientId, nonce, now, authTime, serial }) => ({
    header: { kid: 'kOkta1' },
    atHash: true,
    claims: {
      sub: UID,
      name: ADA.name,
      ver: 1,
      iss: issuer,
      aud: clientId,
      iat: now,
      exp: now + 3600,
      jti: `ID.${serial}`,
      amr: ['mfa', 'otp', 'pwd'],
      idp: '00o1orgABC2345defG6h7',
      ...(nonce === undefined ? {} : { nonce }),
      preferred_username: ADA.email,
      auth_time: authTime,
      email: ADA.email,
      email_verified: true,
    },
  }),
  accessToken: ({ issuer, clientId, audience, scopes, now, authTime, expires, serial }) => ({
    header: { kid: 'kOkta1' },
    claims: {
      ver: 1,
      jti: `AT.${serial}`,
      iss: issuer,
      aud: audience,
      iat: now,
      exp: expires,
      cid: clientId,
      uid: UID,
      scp: scopes,
      auth_time: authTime,
      sub: ADA.email,
      Groups: ['Everyone', 'traces-readers'],
    },
  }),
  tokenExtras: ({ scopes }) => ({ scope: scopes.join(' ') }),
}

/** The same with "rotate token after every use", 30 seconds of overlap: a later reuse ends the sign-in. */
export const oktaRotating: Behaviour = {
  ...okta,
  rotation: { kind: 'rotate', graceSeconds: 30, family: true },
}
