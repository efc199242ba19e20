import { type Preset, STANDARD } from '../preset.ts'

/** An Amazon Cognito user pool. Its access tokens have no `aud`; assert `client` instead. */
export const cognito: Preset = {
  ...STANDARD,
  id: 'cognito',
  name: 'Amazon Cognito',
  // A refresh token always comes with the code; asking with offline_access is an error here.
  scopes: ['openid', 'profile', 'email'],
  offline: 'implicit',
  audience: 'scope',
  onlyNamedScopes: true,
  // Resource binding, of the plans Essentials and Plus.
  resourceInstead:
    'Request a scope of the resource server and remove audience. Or, if the audience is a URI (plans Essentials and Plus): audience_style = "resource" in the profile.',
  // The only spelling of loopback that all versions of the service accept.
  redirectHost: 'localhost',
  pkceKnown: true,
  device: 'no',
  errorInDescription: ['invalid_scope'],
  revoke: ['refresh'],
  noAccountPage: true,
  // `/logout` wants a `logout_uri` that is registered for the app client.
  signOutPage: false,
  endpointHosts: ['*.amazoncognito.com'],
  keepsScopes: true,
  claimNames: {
    userName: ['cognito:username', 'username', 'preferred_username', 'email'],
    client: ['client_id', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scope'],
    groups: ['cognito:groups', 'custom:groups'],
    roles: ['cognito:roles'],
    tenant: [{ path: ['iss'], take: 'last-segment' }],
    sessionId: ['origin_jti'],
  },
}
