import { type Hint, type Preset, STANDARD } from '../preset.ts'

const HINTS: readonly Hint[] = [
  {
    description: /redirect_uri.*(login redirect uri|whitelist)/i,
    say: 'Okta compares the redirect URI exactly. Add to "Sign-in redirect URIs" of the app: {redirect}',
  },
  {
    error: ['access_denied'],
    description: /policy evaluation failed|no_matching_policy/i,
    say: 'No access policy rule of the authorization server allows this request. Ask for a rule that allows this client {scopes}.',
  },
  {
    error: ['access_denied'],
    description: /not assigned/i,
    say: 'Your account is not assigned to the app {client}. Ask an Okta administrator to assign you or your group.',
  },
  {
    error: ['access_denied'],
    description: /client is inactive/i,
    say: 'The app {client} is deactivated. Ask an Okta administrator to activate it, or set another client_id.',
  },
  {
    error: ['invalid_scope'],
    description: /custom scopes are not allowed/i,
    say: 'The org authorization server has no custom scopes. Set issuer to a custom server, such as https://<domain>/oauth2/default, or remove the scopes.',
  },
  {
    error: ['invalid_scope'],
    say: 'The authorization server {issuer} does not define one of the scopes. Create it there, or remove it from scopes.',
  },
  {
    error: ['invalid_client'],
    description: /browser requests/i,
    say: 'A proxy between ls-auth and Okta adds an Origin header. Check the HTTP proxy.',
  },
  {
    error: ['invalid_client'],
    say: 'Check client_id ({client}). If it is right, the app expects a client secret. Use a "Native Application" in Okta, with client authentication "None".',
  },
  {
    error: ['unmet_authentication_requirements'],
    notByPerson: true,
    say: "You cannot reach the requested sign-in level (--acr). The app's policy does not offer it, or you haven't enrolled the factors. Ask an Okta administrator.",
  },
  {
    error: ['server_error'],
    description: /group/i,
    say: 'The groups claim matches more than 100 groups, which Okta rejects. Ask an Okta administrator for a narrower filter.',
  },
  {
    error: ['invalid_request'],
    description: /pkce/i,
    say: 'Okta requires PKCE for this app and did not see it. Check the HTTP proxy, which may change the request.',
  },
  {
    description: /E0000015/,
    say: 'This Okta organization has no API Access Management and so no custom authorization servers. Set issuer to the organization: https://<domain>.',
  },
  {
    where: 'device',
    error: ['unauthorized_client', 'unsupported_grant_type', 'invalid_grant'],
    say: 'Tick "Device Authorization" among the grants of the app, and in the access policy rule of the authorization server.',
  },
]

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
  hints: HINTS,
  registration: [
    'Applications > Create App Integration > OIDC > Native Application; grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
    'Add each redirect URI to "Sign-in redirect URIs", assign the people, and give the authorization server an access policy rule for this client.',
    'Groups: add a claim "groups" (filter) to the access token; if it matches more than 100 groups, the sign-in fails.',
  ],
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
  hints: [
    {
      error: ['opaque-token'],
      say: 'An access token of the org authorization server is only for Okta. Use the ID token (use_token = "id"), or a custom authorization server as issuer.',
    },
    ...HINTS,
  ],
  registration: [
    'Applications > Create App Integration > OIDC > Native Application; grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
    'Add each redirect URI to "Sign-in redirect URIs" and assign the people.',
    'Groups: only in the ID token, with a groups claim filter on the app and the scope "groups". For custom scopes use a custom authorization server.',
  ],
}
