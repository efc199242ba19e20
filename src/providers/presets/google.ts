import { type Preset, STANDARD } from '../preset.ts'

/** Google. Its access tokens are for Google alone; an API of ours gets the ID token, whose `aud` is the client. */
export const google: Preset = {
  ...STANDARD,
  id: 'google',
  name: 'Google',
  scopes: ['openid', 'profile', 'email'],
  offline: 'params',
  // Without the consent page a second sign-in gives no refresh token.
  authorizationParameters: { access_type: 'offline', prompt: 'consent' },
  scopeSpelling: {
    email: 'https://www.googleapis.com/auth/userinfo.email',
    profile: 'https://www.googleapis.com/auth/userinfo.profile',
  },
  useToken: 'id',
  redirectPorts: 'any',
  takesAnyRedirect: 'of-any-client',
  pkceKnown: true,
  device: 'separate-client',
  // To revoke a token of a combined authorization revokes all of it, and which one is combined stays unknown.
  revokesAllOfPerson: true,
  clientAuth: 'client_secret_post',
  publicSecret: true,
  issuerAliases: ['accounts.google.com'],
  endpointHosts: ['oauth2.googleapis.com', 'openidconnect.googleapis.com', 'www.googleapis.com'],
  keepsScopes: true,
  claimNames: {
    userName: ['email', 'name'],
    client: ['azp', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: [],
    groups: [],
    roles: [],
    tenant: ['hd'],
    authTime: [],
    sessionId: [],
    tokenId: [],
  },
}
