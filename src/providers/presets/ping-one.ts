import { type Preset, STANDARD } from '../preset.ts'

/** PingOne. The resource, and with it the audience, follows from the scopes: one custom resource at a time. */
export const pingOne: Preset = {
  ...STANDARD,
  id: 'pingone',
  name: 'PingOne',
  // The scope alone brings a refresh token; the documentation names no consent page.
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
}
