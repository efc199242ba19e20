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
  hints: [
    {
      error: ['invalid_scope'],
      description: /audience:server:client_id:/i,
      say: "In Dex, add {client} to trustedPeers of the audience's client. Or use another audience: ls-auth login --audience NAME",
    },
    {
      description: /unregistered redirect_uri/i,
      say: 'Add {redirect} to redirectURIs of the client {client}, or remove redirectURIs. A public client can then use any loopback port.',
    },
    {
      error: ['invalid_request', 'invalid_grant'],
      description: /refresh token/i,
      say: 'The refresh token was used elsewhere or has expired. Run: ls-auth login',
    },
    {
      where: 'device',
      error: ['invalid_request'],
      description: /device code/i,
      say: 'The code has expired or was already used. Run ls-auth login again.',
    },
    {
      error: ['unsupported_grant_type'],
      say: 'The Dex setting oauth2.grantTypes lacks this grant. For --device add urn:ietf:params:oauth:grant-type:device_code.',
    },
  ],
  registration: [
    'Add to staticClients: id, name and "public: true", without a secret and without redirectURIs. Then any loopback port and --device work. With redirectURIs, add /device/callback too.',
    'For an API with a client of its own, list ls-auth in its trustedPeers and set audience to its id.',
    'Groups need a connector that supports them.',
  ],
}
