import { type Preset, STANDARD } from '../preset.ts'

/** Microsoft Entra ID, endpoint v2. The API's registration decides whether an access token has v1 or v2 claims. */
export const entra: Preset = {
  ...STANDARD,
  id: 'entra',
  name: 'Microsoft Entra ID',
  // Not needed, and in many tenants only an administrator may see the consent page (AADSTS90094).
  consentForOffline: false,
  audience: 'scope',
  scopeOfApi: {
    pattern: /\//,
    without:
      'none of these scopes names an API (api://<id>/<scope>), so Entra issues a Microsoft Graph token. Other APIs cannot verify it.',
  },
  assertionAudience: 'token-endpoint',
  // Microsoft Graph, federatedIdentityCredential: `audiences` "should be set to" this, and each cloud has one of its own.
  proofAudiences: [
    { issuer: /^https:\/\/login\.microsoftonline\.us\//i, audience: 'api://AzureADTokenExchangeUSGov' },
    {
      issuer: /^https:\/\/login\.partner\.microsoftonline\.cn\//i,
      audience: 'api://AzureADTokenExchangeChina',
    },
    { issuer: /^/, audience: 'api://AzureADTokenExchange' },
  ],
  // Without a scope of the user's own API the token is for Microsoft Graph (its id and its names). No person else can
  // verify it, because its header is changed after signing.
  ownTokens: {
    audiences: [
      '00000003-0000-0000-c000-000000000000',
      'https://graph.microsoft.com',
      'https://graph.microsoft.com/',
    ],
    headers: ['nonce'],
  },
  redirectHost: 'localhost',
  redirectPorts: 'any',
  redirectPath: '',
  pkceKnown: true,
  device: 'yes',
  deviceErrorAliases: { authorization_declined: 'access_denied', bad_verification_code: 'expired_token' },
  // Entra has no revocation endpoint: signing out only deletes the tokens here.
  revoke: [],
  issuerTemplate: 'https://login.microsoftonline.com/{tenantid}/v2.0',
  sharedIssuer: /\/(common|organizations|consumers)\//,
  endpointHosts: ['login.microsoftonline.com', 'graph.microsoft.com'],
  keepsScopes: true,
  claimNames: {
    // `sub` differs from client to client; `oid` is the person in the tenant.
    subject: ['oid', 'sub'],
    userName: ['preferred_username', 'upn', 'unique_name', 'email', 'name'],
    email: ['email', { path: ['preferred_username'], containing: '@' }],
    client: ['azp', 'appid', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scp'],
    groups: ['groups'],
    roles: ['roles'],
    tenant: ['tid'],
    tokenId: ['uti'],
    groupsLeftOut: ['hasgroups'],
    // `rsa` beside `pwd` isn't a second factor: where there was one, Entra adds `mfa`.
    mfaByFactors: false,
  },
}
