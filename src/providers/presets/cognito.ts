import { type Hint, type Preset, STANDARD } from '../preset.ts'

const HINTS: readonly Hint[] = [
  {
    where: 'revocation',
    error: ['invalid_request', 'unsupported_token_type'],
    isLasting: true,
    say: 'Enable token revocation for the app client {client} (EnableTokenRevocation). Or turn revocation off in the profile: revoke = []',
  },
  {
    where: 'discovery',
    issuer: /^https:\/\/[^/]*\.amazoncognito\.com/i,
    say: 'This is the sign-in domain, not the issuer. Use https://cognito-idp.<region>.amazonaws.com/<user pool id>.',
  },
  {
    where: 'discovery',
    error: ['no-endpoint'],
    say: 'The user pool has no domain yet, so it has no sign-in pages. Add a domain: User pool > Branding > Domain.',
  },
  {
    error: ['redirect_mismatch'],
    say: 'Cognito compares the callback URL exactly. Add to "Allowed callback URLs" of the app client: {redirect}',
  },
  {
    error: ['invalid_scope'],
    say: 'The app client does not allow one of the scopes. Cognito has no offline_access. Custom scopes look like <resource server>/<scope>. Requested: {scopes}',
  },
  {
    where: 'token',
    error: ['invalid_grant'],
    say: 'Your sign-in has ended, or the app client lacks read access to an attribute. Sign in again. If that fails, remove email and profile from scopes.',
  },
  {
    error: ['unauthorized_client'],
    say: 'The app client {client} is not allowed to use this grant. Allow "Authorization code grant" and refresh tokens in its login pages settings.',
  },
  {
    error: ['invalid_client'],
    say: 'The client id is wrong for this pool, or the app client has a secret. Create an app client of the type "Single-page or mobile", without a secret. Or set client_auth = "client_secret_basic" in the profile.',
  },
]

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
  hints: HINTS,
  registration: [
    'User pool > App clients > create one without a secret; login pages: grant "Authorization code", scopes openid, profile, email and those of your resource server.',
    'Add each redirect URI to "Allowed callback URLs", and give the pool a domain.',
    'Groups come as cognito:groups. Access tokens have no audience: use client in expect. Only audience_style = "resource" with a URI adds one (plans Essentials and Plus).',
  ],
}
