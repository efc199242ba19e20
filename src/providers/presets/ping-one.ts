import { type Preset, STANDARD } from '../preset.ts'

/** PingOne. The resource, and with it the audience, follows from the scopes: one custom resource at a time. */
export const pingOne: Preset = {
  ...STANDARD,
  id: 'pingone',
  name: 'PingOne',
  // The scope alone brings a refresh token; nothing is said of a consent page.
  consentForOffline: false,
  audience: 'scope',
  onlyNamedScopes: true,
  device: 'yes',
  claimNames: {
    userName: ['preferred_username', 'username', 'email', 'sub'],
    client: ['client_id', 'azp', { path: ['aud'], only: 'id', take: 'single' }],
    groups: ['memberOfGroupNames', 'groups'],
    roles: [{ ending: '/roles' }, 'roles'],
    tenant: ['org', 'env'],
  },
  hints: [
    {
      error: ['invalid_scope'],
      say: 'Grant the scopes ({scopes}) to the application under Resources, including offline_access. They may belong to only one custom resource.',
    },
    {
      error: ['no-refresh-token'],
      say: 'Tick the grant "Refresh Token" of the application {client}. Grant it offline_access under Resources, and keep that in scopes.',
    },
  ],
  registration: [
    'Applications > add a Native application: response type Code, PKCE S256 required, token auth method None. Grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
    "Add each redirect URI. Under Resources grant your resource's scopes and profile, email and offline_access. Without offline_access you get no refresh token.",
    'Groups: map an attribute named "groups" to the group names on the resource.',
  ],
}
