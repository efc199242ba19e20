import { type Preset, STANDARD } from '../preset.ts'

/** Auth0. The issuer ends in a slash. Without an audience the access token is opaque and for Auth0 alone. */
export const auth0: Preset = {
  ...STANDARD,
  id: 'auth0',
  name: 'Auth0',
  audience: 'audience',
  pkceKnown: true,
  device: 'yes',
  revoke: ['refresh'],
  noAccountPage: true,
  // With "Refresh Token Revocation Deletes Grant" (tenant settings; on by default where made before 2021). Nothing tells of it.
  revokesAllOfPerson: true,
  // At a renewal nobody can be asked for the second factor.
  deadRefreshCodes: [...STANDARD.deadRefreshCodes, 'mfa_required'],
  keepsScopes: true,
  claimNames: {
    userName: ['nickname', 'preferred_username', 'name', 'email'],
    email: ['email', { ending: '/email' }],
    client: ['azp', 'client_id', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scope'],
    // Auth0 reserves plain names, so customers add such claims under a URL of their own.
    groups: [{ ending: '/groups' }, 'groups'],
    roles: [{ ending: '/roles' }, 'permissions'],
    tenant: ['org_id', { path: ['iss'], take: 'host' }],
  },
  hints: [
    {
      description: /callback url mismatch/i,
      say: 'Auth0 compares the callback URL exactly. Add to "Allowed Callback URLs" of the application: {redirect}',
    },
    {
      // The device endpoint sends invalid_request.
      error: ['access_denied', 'invalid_request'],
      description: /service not found/i,
      say: 'The audience is not the identifier of an API in this tenant. Look under Applications > APIs; a slash at the end counts.',
    },
    {
      error: ['access_denied'],
      description: /is not part of the \S+ organization/i,
      say: 'The account is no member of the organization. Ask for it to be added, or sign in with another: ls-auth login --prompt login',
    },
    {
      // Sent as access_denied or as invalid_request.
      description: /is not authorized to access resource server/i,
      say: 'The application {client} may not use this API. Allow it there: Applications > APIs > the API > Application Access.',
    },
    {
      error: ['unauthorized'],
      notByPerson: true,
      say: 'The account is blocked. Ask an Auth0 administrator to unblock it.',
    },
    {
      error: ['mfa_required'],
      say: 'Auth0 asks for a second factor, which only a new sign-in can give. Run: ls-auth login',
    },
    {
      where: 'device',
      error: ['invalid_request'],
      description: /parameter organization is required/i,
      say: 'The application {client} wants an organization, which the device flow cannot name. Sign in with a browser, without --device.',
    },
    {
      error: ['invalid_request'],
      description: /parameter organization is required/i,
      say: 'The application {client} wants an organization. Sign in with the id of yours: --authorization-parameter organization=org_…',
    },
    {
      error: ['unauthorized_client'],
      description: /grant type/i,
      say: 'Tick the grant (Authorization Code, Refresh Token, Device Code) under Advanced Settings > Grant Types of the application {client}.',
    },
    {
      error: ['no-refresh-token'],
      say: 'Switch on "Allow Offline Access" in the settings of the API, and keep offline_access in scopes.',
    },
    {
      error: ['opaque-token'],
      say: 'No API was named, so the token is for Auth0 alone. Set audience to the identifier of your API.',
    },
    {
      where: 'device',
      error: ['invalid_grant', 'expired_token'],
      say: 'The code has expired or was used before. Run ls-auth login again.',
    },
    {
      where: 'discovery',
      error: ['issuer-mismatch'],
      say: 'An Auth0 issuer ends in a slash, and it is the domain you sign in at: https://<tenant>.<region>.auth0.com/',
    },
  ],
  registration: [
    'Applications > create a Native application (authentication method None); Grant Types: Authorization Code, Refresh Token and, for --device, Device Code.',
    'Add each redirect URI to "Allowed Callback URLs". Sign-ins on loopback show one more confirmation page: that is normal.',
    'APIs > create an API, switch on "Allow Offline Access", and set audience to its identifier. Add groups in an Action under a URL of your own.',
  ],
}
