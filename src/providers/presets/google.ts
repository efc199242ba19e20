import { type Preset, STANDARD } from '../preset.ts'

const NO_CLIENT =
  'Google does not know the client {client}. Check client_id, or create a "Desktop app" client and put its id and client_secret into config.toml.'
const ENDED =
  'Your sign-in has ended. Google ends it after seven days while the consent screen is in "Testing", so publish it. Run: ls-auth login'

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
  // To revoke a token of a combined authorization revokes all of it. Nothing tells which one is combined.
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
  hints: [
    {
      description: /client_secret is missing/i,
      say: 'Google requires the non-confidential secret of desktop clients. Put it into the profile in config.toml, client_secret = "…", without client_auth.',
    },
    {
      error: ['redirect_uri_mismatch'],
      say: 'The client {client} is not a "Desktop app". Create a client of that type. It needs no redirect URI.',
    },
    {
      error: ['invalid_client'],
      description: /client secret is invalid|^unauthorized$/i,
      say: 'The client_secret in config.toml is wrong for the client {client}. Copy the current secret from Google Cloud console > APIs & Services > Credentials.',
    },
    {
      error: ['deleted_client'],
      isLasting: true,
      say: NO_CLIENT,
    },
    {
      error: ['invalid_client'],
      description: /client was (deleted|not found)/i,
      say: NO_CLIENT,
    },
    {
      where: 'device',
      error: ['invalid_client'],
      say: '--device needs a client of the type "TVs and Limited Input devices". Use that type, or sign in with the browser.',
    },
    {
      error: ['access_denied', 'org_internal', 'admin_policy_enforced'],
      say: 'You declined, or the consent screen is for another organization, or an administrator blocks the app {client}.',
    },
    {
      error: ['invalid_scope'],
      say: 'Google has no offline_access and no custom scopes. Use scopes = ["openid", "profile", "email"].',
    },
    // Also sent where a scope wants the person seen again (invalid_rapt).
    { where: 'token', error: ['invalid_grant'], say: ENDED },
  ],
  registration: [
    'Google Cloud console > APIs & Services > Credentials > OAuth client ID of the type "Desktop app"; it needs no redirect URI.',
    'Its secret is not confidential. Put it into config.toml, client_secret = "…", or type it at ls-auth login. Publish the consent screen, or sign-ins end after seven days.',
    'Google tokens have no groups. Gate on the audience (the client id) and the tenant (hd).',
  ],
}
