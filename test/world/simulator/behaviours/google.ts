import type { Behaviour, DeviceRule } from '../behaviour.ts'
import { ADA } from './people.ts'

const EMAIL_SCOPE = 'https://www.googleapis.com/auth/userinfo.email'
const PROFILE_SCOPE = 'https://www.googleapis.com/auth/userinfo.profile'
const SPELLED: Record<string, string> = { email: EMAIL_SCOPE, profile: PROFILE_SCOPE }

const DEVICE: DeviceRule = {
  answer: { verification_url: '{page}', expires_in: 1800, interval: 5 },
  pending: {
    status: 428,
    body: { error: 'authorization_pending', error_description: 'Precondition Required' },
  },
  slowDown: { status: 403, body: { error: 'slow_down', error_description: 'Forbidden' } },
  declined: { status: 403, body: { error: 'access_denied', error_description: 'Forbidden' } },
  expired: { status: 400, body: { error: 'expired_token' } },
  pkce: 'ignored',
}

/**
 * Google, a desktop client: opaque access tokens, scopes answered as URLs, a secret that is public by design,
 * endpoints on other hosts, and a device flow that only another type of client may use.
 */
export const google: Behaviour = {
  id: 'google',
  clientId: '1234567890-abc.apps.googleusercontent.com',
  publicSecret: 'GOCSPX-made-up-and-public',
  issuerPath: '',
  paths: {
    authorize: '/o/oauth2/v2/auth',
    token: '/token',
    jwks: '/oauth2/v3/certs',
    device: '/device/code',
    revoke: '/revoke',
    userinfo: '/v1/userinfo',
  },
  elsewhere: ['token', 'jwks', 'device', 'revoke', 'userinfo'],
  metadata: {
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['plain', 'S256'],
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
  },
  redirect: {
    compare: 'any-loopback',
    hosts: ['127.0.0.1', 'localhost'],
    mismatch: 'Error 400: redirect_uri_mismatch',
  },
  redirectExtras: { scope: `openid ${EMAIL_SCOPE} ${PROFILE_SCOPE}`, authuser: '0', prompt: 'consent' },
  scopes: { known: ['openid', 'email', 'profile', EMAIL_SCOPE, PROFILE_SCOPE], unknown: 'refuse' },
  offline: 'access_type',
  audience: { by: 'nothing' },
  refusedParameters: {},
  accessSeconds: 3599,
  rotation: { kind: 'none' },
  deadRefresh: {
    status: 400,
    body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
  },
  device: {
    ...DEVICE,
    refused: {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Invalid client type.' },
    },
  },
  revokes: ['refresh', 'access'],
  // A token of a combined authorization takes all of it along.
  revokesAllOfPerson: true,
  keys: ['kGoog1'],
  refreshPrefix: '1//0e',
  idToken: ({ issuer, clientId, nonce, now }) => ({
    header: { typ: 'JWT', kid: 'kGoog1' },
    atHash: true,
    claims: {
      iss: issuer,
      azp: clientId,
      aud: clientId,
      sub: '110169484474386276334',
      hd: 'acme.example',
      email: ADA.email,
      email_verified: true,
      ...(nonce === undefined ? {} : { nonce }),
      name: ADA.name,
      given_name: ADA.given,
      family_name: ADA.family,
      iat: now,
      exp: now + 3600,
    },
  }),
  accessToken: ({ serial }) => `ya29.${serial}`,
  tokenExtras: ({ scopes }) => ({ scope: scopes.map((scope) => SPELLED[scope] ?? scope).join(' ') }),
}

/** A client of the type "TVs and Limited Input devices": the only one that gets a device code. */
export const googleForDevices: Behaviour = { ...google, device: DEVICE }
