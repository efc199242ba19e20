import { type Preset, STANDARD } from '../preset.ts'

/** Dex. Each refresh gives a new refresh token; it has no revocation endpoint. */
export const dex: Preset = {
  ...STANDARD,
  id: 'dex',
  noAccountPage: true,
  name: 'Dex',
  scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
  audience: 'cross-client',
  // A public client without redirectURIs may use any loopback port.
  redirectPorts: 'any',
  takesAnyRedirect: 'of-public-clients',
  pkceKnown: true,
  device: 'yes',
  devicePkce: true,
  revoke: [],
  keepsScopes: true,
  claimNames: {
    userName: ['preferred_username', 'name', 'email'],
    client: ['azp', { path: ['aud'], take: 'single' }],
    scopes: [],
    groups: ['groups'],
    roles: [],
    tenant: [{ path: ['federated_claims', 'connector_id'] }],
  },
}
