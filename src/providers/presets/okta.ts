import { type Preset, STANDARD } from '../preset.ts'

/** Okta with a custom authorization server (`/oauth2/<id>`): the kind whose access tokens an API can check. */
export const okta: Preset = {
  ...STANDARD,
  id: 'okta',
  name: 'Okta',
  audience: 'server',
  assertionAudience: 'token-endpoint',
  pkceKnown: true,
  device: 'yes',
  scopesAtRenewal: true,
  // `/v1/logout` wants an `id_token_hint`: a token in its address.
  signOutPage: false,
  keepsScopes: true,
  claimNames: {
    // In an access token `sub` is the login; `uid` there equals the ID token's `sub`.
    subject: ['uid', 'sub'],
    userName: ['preferred_username', { path: ['sub'], only: 'access', notStarting: '00u' }, 'email'],
    client: ['cid', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scp'],
    // The administrator chooses the claim's name.
    groups: ['groups', 'Groups', 'GroupsClaim'],
    tenant: [{ path: ['iss'], take: 'host' }],
    sessionId: [],
    mfaLevels: ['urn:okta:loa:2fa:*', 'phr', 'phrh'],
  },
}

/** Okta's org authorization server: its access tokens are for Okta itself, so the ID token is the one to use. */
export const oktaOrg: Preset = {
  ...okta,
  id: 'okta-org',
  name: 'Okta (org authorization server)',
  audience: 'none',
  assertionAudience: 'token-endpoint',
  useToken: 'id',
  // They look like JWTs, but their content may change and their keys may not be published.
  ownTokens: { all: true },
}
