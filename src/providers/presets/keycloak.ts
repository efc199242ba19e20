import { type Preset, STANDARD } from '../preset.ts'

const ASSIGN =
  'A Keycloak client can only request scopes assigned to it. Requested: {scopes}. Assign the missing ones: Clients > {client} > Client scopes > Add client scope, Optional.'

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
  // So it is without the fix of keycloak#35486 (26.1, and late patches of 24 and 26.0). Nothing tells the version.
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
  hints: [
    {
      description: /redirect_uri/i,
      say: 'Add to "Valid redirect URIs" of the client {client}: {redirect}',
    },
    {
      // The device endpoint says "Client is not allowed", the token endpoint "Client not allowed".
      description: /client (is )?not allowed.*device/i,
      say: 'Turn on "OAuth 2.0 Device Authorization Grant" in the settings of the client {client}.',
    },
    {
      description: /standard flow is disabled/i,
      say: 'Turn on "Standard flow" of the client {client}.',
    },
    {
      where: 'device',
      error: ['invalid_grant'],
      say: 'The code has expired or was already used. Run ls-auth login again.',
    },
    {
      error: ['unauthorized_client', 'invalid_client'],
      say: 'Keycloak expects a secret from the client {client}, or does not know the client. Turn "Client authentication" off.',
    },
    {
      error: ['invalid_scope'],
      description: /^invalid scopes?\b.*\boffline_access\b/i,
      say: `${ASSIGN} Without offline_access: ls-auth login --scopes {online}`,
    },
    { error: ['invalid_scope'], description: /^invalid scopes?\b/i, say: ASSIGN },
    {
      error: ['not_allowed'],
      isLasting: true,
      say: 'You or the client are not allowed to have offline tokens. Grant the role offline_access, or remove offline_access from scopes.',
    },
    {
      where: 'token',
      error: ['invalid_grant'],
      endsSession: true,
      say: 'The session at Keycloak has ended (time limit, sign-out, or a code or refresh token used twice). Run: ls-auth login',
    },
    {
      error: ['invalid_request'],
      description: /^DPoP HTTP URL mismatch/,
      say: 'Keycloak sees another address than yours. Set its "hostname" to the public URL. Behind a proxy also set "proxy-headers" and forward the host with its port.',
    },
    {
      error: ['invalid_request'],
      description: /^DPoP proof is missing/,
      say: 'The client {client} requires DPoP: ls-auth profile set dpop true',
    },
    // It never says invalid_dpop_proof of a proof that was sent.
    {
      error: ['invalid_request'],
      description: /\bDPoP\b/,
      say: 'Check the clock of this machine: ls-auth doctor. If it is right, ask whoever runs Keycloak.',
    },
    {
      error: ['temporarily_unavailable'],
      description: /authentication_expired/,
      say: 'The sign-in page expired because you signed in in another tab. Run: ls-auth login',
    },
    {
      error: ['issuer-missing'],
      say: 'The switch "Exclude Issuer From Authentication Response" of the client {client} must be off (Advanced, OpenID Connect Compatibility Modes).',
    },
    {
      where: 'discovery',
      error: ['issuer-mismatch'],
      say: 'Keycloak uses the address of the request as its issuer. Set its "hostname" to the public URL, and use exactly that URL as issuer.',
    },
  ],
  registration: [
    'Clients > create an OpenID Connect client, "Client authentication" off, "Standard flow" on and, for --device, "OAuth 2.0 Device Authorization Grant" on; PKCE method S256.',
    'Add the redirect URI without a port to "Valid redirect URIs".',
    'Add a client scope with an Audience mapper for the API and, for groups, a Group Membership mapper with the claim name "groups".',
  ],
}
