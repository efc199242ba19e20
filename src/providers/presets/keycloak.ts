import { type Preset, STANDARD } from '../preset.ts'

/** Keycloak. Access tokens live for five minutes by default; audience and groups come from client scope mappers. */
export const keycloak: Preset = {
  ...STANDARD,
  id: 'keycloak',
  name: 'Keycloak',
  audience: 'mapper',
  unlistedScopes:
    'Keycloak may have granted it with "Include in token scope" off. Turn that on in the client scope. If it is a default scope, remove it from scopes instead.',
  // For a loopback host the registered URI is compared without the port.
  redirectPorts: 'any',
  pkceKnown: true,
  device: 'yes',
  // So it is without the fix of keycloak#35486 (26.1, and late patches of 24 and 26.0). The version stays unknown.
  revokesAllOfPerson: true,
  devicePkce: true,
  // It says invalid_request of the request alone ("HTTPS required", a fault of a DPoP proof).
  deadRefreshCodes: STANDARD.deadRefreshCodes.filter((code) => code !== 'invalid_request'),
  keepsScopes: true,
  claimNames: {
    userName: ['preferred_username', 'name', 'sub'],
    client: ['azp', 'client_id'],
    scopes: ['scope'],
    groups: ['groups'],
    roles: [
      {
        merge: [
          { path: ['realm_access', 'roles'], prefix: 'realm:' },
          { path: ['resource_access', '*', 'roles'], prefix: '*:' },
        ],
      },
    ],
    tenant: [{ path: ['iss'], take: 'last-segment' }],
    sessionId: ['sid', 'session_state'],
  },
}
