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
      say: 'The scopes ({scopes}) must be granted to the application under Resources, offline_access too (it is one of OpenID Connect), and may name one custom resource only.',
    },
    {
      error: ['no-refresh-token'],
      say: 'Tick the grant "Refresh Token" in the configuration of the application {client}, grant it the scope offline_access under Resources, and keep that in scopes.',
    },
  ],
  registration: [
    'Applications > add a Native application: response type Code, grants Authorization Code and Refresh Token and, for --device, Device Authorization; PKCE S256 required; token auth method None.',
    'Add each redirect URI. Under Resources grant the scopes of your resource and, of OpenID Connect, profile, email and offline_access: without the last there is no refresh token.',
    'Groups: map an attribute named "groups" to the group names on the resource.',
  ],
}
