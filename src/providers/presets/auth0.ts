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
      say: 'No API in this tenant has this audience as its identifier. Look under Applications > APIs. A trailing slash counts.',
    },
    {
      error: ['access_denied'],
      description: /is not part of the \S+ organization/i,
      say: 'Your account is not a member of the organization. Ask to be added, or use another account: ls-auth login --prompt login',
    },
    {
      // Sent as access_denied or as invalid_request.
      description: /is not authorized to access resource server/i,
      say: 'The application {client} is not allowed to use this API. Allow it: Applications > APIs > the API > Application Access.',
    },
    {
      error: ['unauthorized'],
      notByPerson: true,
      say: 'Your account is blocked. Ask an Auth0 administrator to unblock it.',
    },
    {
      error: ['mfa_required'],
      say: 'Auth0 requires a second factor, so you must sign in again. Run: ls-auth login',
    },
    {
      where: 'device',
      error: ['invalid_request'],
      description: /parameter organization is required/i,
      say: 'The application {client} requires an organization, which the device flow cannot send. Sign in with a browser, without --device.',
    },
    {
      error: ['invalid_request'],
      description: /parameter organization is required/i,
      say: 'The application {client} requires an organization. Sign in with its id: --authorization-parameter organization=org_…',
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
      say: 'Without an audience the token is only for Auth0. Set audience to the identifier of your API.',
    },
    {
      where: 'device',
      error: ['invalid_grant', 'expired_token'],
      say: 'The code has expired or was already used. Run ls-auth login again.',
    },
    {
      where: 'discovery',
      error: ['issuer-mismatch'],
      say: 'An Auth0 issuer is your sign-in domain with a trailing slash: https://<tenant>.<region>.auth0.com/',
    },
  ],
  registration: [
    'Applications > create a Native application (authentication method None); Grant Types: Authorization Code, Refresh Token and, for --device, Device Code.',
    'Add each redirect URI to "Allowed Callback URLs". Sign-ins on loopback show one more confirmation page, which is normal.',
    'APIs > create an API, switch on "Allow Offline Access", and set audience to its identifier. Add groups in an Action under a URL of your own.',
  ],
}
