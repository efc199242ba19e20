import { type Preset, STANDARD } from './preset.ts'

/** What differs from `STANDARD`. */
type Row = Partial<Omit<Preset, 'id'>> & Pick<Preset, 'name'>

const OKTA_HOSTS = ['.okta.com', '.oktapreview.com', '.okta-emea.com', '.okta-gov.com']

/** Okta with a custom authorization server (`/oauth2/<id>`): the kind whose access tokens an API can check. */
const OKTA = {
  name: 'Okta',
  issuers: [
    { hosts: OKTA_HOSTS, path: /^\/oauth2\/[^/]/ },
    { path: /^\/oauth2\/(default|aus[A-Za-z0-9]+)$/ },
  ],
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
} satisfies Row

/** The claim with AWS's facts about the principal. */
const AWS = 'https://sts.amazonaws.com/'

/** By the name in a profile, in the order in which issuers are compared. */
const ROWS = {
  okta: OKTA,
  /** Okta's org authorization server: its access tokens are for Okta itself, so the ID token is the one to use. */
  'okta-org': {
    ...OKTA,
    name: 'Okta (org authorization server)',
    issuers: [{ hosts: OKTA_HOSTS }],
    audience: 'none',
    assertionAudience: 'token-endpoint',
    useToken: 'id',
    // They look like JWTs, but their content may change and their keys may not be published.
    ownTokens: { all: true },
  },
  /** Microsoft Entra ID, endpoint v2. The API's registration decides whether an access token has v1 or v2 claims. */
  entra: {
    name: 'Microsoft Entra ID',
    issuers: [
      {
        hosts: [
          ...['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'],
          ...['sts.windows.net', '.ciamlogin.com', '.b2clogin.com'],
        ],
      },
    ],
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
  },
  /** An Amazon Cognito user pool. Its access tokens have no `aud`; assert `client` instead. */
  cognito: {
    name: 'Amazon Cognito',
    // The sign-in domain isn't an issuer but is often mistaken for one: the hint explains it.
    issuers: [
      {
        hosts: ['.amazoncognito.com'],
        like: /^cognito-idp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
      },
    ],
    // A refresh token always comes with the code; asking with offline_access is an error here.
    scopes: ['openid', 'profile', 'email'],
    offline: 'implicit',
    audience: 'scope',
    onlyNamedScopes: true,
    // Resource binding, of the plans Essentials and Plus.
    resourceInstead:
      'Request a scope of the resource server and remove audience. Or, if the audience is a URI (plans Essentials and Plus): audience_style = "resource" in the profile.',
    // The only spelling of loopback that all versions of the service accept.
    redirectHost: 'localhost',
    pkceKnown: true,
    device: 'no',
    errorInDescription: ['invalid_scope'],
    revoke: ['refresh'],
    noAccountPage: true,
    // `/logout` wants a `logout_uri` that is registered for the app client.
    signOutPage: false,
    endpointHosts: ['*.amazoncognito.com'],
    keepsScopes: true,
    claimNames: {
      userName: ['cognito:username', 'username', 'preferred_username', 'email'],
      client: ['client_id', { path: ['aud'], only: 'id', take: 'single' }],
      scopes: ['scope'],
      groups: ['cognito:groups', 'custom:groups'],
      roles: ['cognito:roles'],
      tenant: [{ path: ['iss'], take: 'last-segment' }],
      sessionId: ['origin_jti'],
    },
  },
  /** Google. Its access tokens are for Google alone; an API of ours gets the ID token, whose `aud` is the client. */
  google: {
    name: 'Google',
    issuers: [{ hosts: ['accounts.google.com'] }],
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
    // To revoke a token of a combined authorization revokes all of it, and which one is combined stays unknown.
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
  },
  /** Auth0. The issuer ends in a slash. Without an audience the access token is opaque and for Auth0 alone. */
  auth0: {
    name: 'Auth0',
    issuers: [{ hosts: ['.auth0.com'] }],
    audience: 'audience',
    pkceKnown: true,
    device: 'yes',
    revoke: ['refresh'],
    noAccountPage: true,
    // With "Refresh Token Revocation Deletes Grant" (tenant settings; on by default in older tenants, from before 2021), which is
    // invisible here.
    revokesAllOfPerson: true,
    // At a renewal no person can be asked for the second factor.
    deadRefreshCodes: [...STANDARD.deadRefreshCodes, 'mfa_required'],
    keepsScopes: true,
    claimNames: {
      userName: ['nickname', 'preferred_username', 'name', 'email'],
      email: ['email', { ending: '/email' }],
      client: ['azp', 'client_id', { path: ['aud'], only: 'id', take: 'single' }],
      scopes: ['scope'],
      // Auth0 reserves plain names, so customers add claims of their own under a URL.
      groups: [{ ending: '/groups' }, 'groups'],
      roles: [{ ending: '/roles' }, 'permissions'],
      tenant: ['org_id', { path: ['iss'], take: 'host' }],
    },
  },
  /** Keycloak. Access tokens live for five minutes by default; audience and groups come from client scope mappers. */
  keycloak: {
    name: 'Keycloak',
    issuers: [{ path: /\/realms\/[^/]+\/?$/ }],
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
  },
  /** Dex. Each refresh gives a new refresh token; it has no revocation endpoint. */
  dex: {
    name: 'Dex',
    issuers: [{ path: /\/dex$/ }],
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    audience: 'cross-client',
    // A public client without redirectURIs may use any loopback port.
    redirectPorts: 'any',
    takesAnyRedirect: 'of-public-clients',
    noAccountPage: true,
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
  },
  /** PingOne. The resource, and with it the audience, follows from the scopes: one custom resource at a time. */
  pingone: {
    name: 'PingOne',
    issuers: [
      { hosts: ['com', 'eu', 'ca', 'asia', 'sg', 'com.au'].map((region) => `auth.pingone.${region}`) },
    ],
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
  },
  /** OneLogin, OIDC version 2. It has no device grant. */
  onelogin: {
    name: 'OneLogin',
    issuers: [{ hosts: ['.onelogin.com'], path: /^\/oidc(\/|$)/ }],
    pkceKnown: true,
    device: 'no',
    claimNames: { groups: ['groups'] },
  },
  /** JumpCloud, a custom OIDC app. The names of attribute and group claims are the administrator's to choose. */
  jumpcloud: {
    name: 'JumpCloud',
    issuers: [{ hosts: ['oauth.id.jumpcloud.com', 'oauth.id.eu.jumpcloud.com'] }],
    device: 'no',
    claimNames: { groups: ['groups', 'memberOf'] },
  },
  /** AWS IAM as an issuer for programs: `sts:GetWebIdentityToken`. There is no sign-in page and no refresh token. */
  'aws-iam': {
    name: 'AWS IAM (outbound identity federation)',
    issuers: [{ hosts: ['.tokens.sts.global.api.aws'] }],
    signsIn: 'workload',
    scopes: [],
    offline: 'none',
    audience: 'audience',
    device: 'no',
    revoke: [],
    claimNames: {
      userName: [{ path: ['sub'], take: 'last-segment' }],
      email: [],
      client: [],
      scopes: [],
      groups: [],
      roles: [{ path: [AWS, 'principal_tags'], take: 'entries' }],
      tenant: [{ path: [AWS, 'aws_account'] }, { path: [AWS, 'org_id'] }],
      authTime: [],
      sessionId: [],
    },
  },
  /** GitHub Actions: a job asks the runner for a token that lives five minutes. */
  'github-actions': {
    name: 'GitHub Actions',
    issuers: [
      {
        hosts: ['token.actions.githubusercontent.com'],
        like: /^token\.actions\.[a-z0-9-]+\.ghe\.com$/,
      },
      { path: /^\/_services\/token(\/|$)/ },
    ],
    signsIn: 'workload',
    scopes: [],
    offline: 'none',
    audience: 'audience',
    device: 'no',
    revoke: [],
    // `nbf` is five minutes before `iat`; `exp` has no slack.
    claimNames: {
      userName: ['actor', 'sub'],
      email: [],
      client: [],
      scopes: [],
      groups: [],
      roles: [],
      tenant: ['repository_owner', 'enterprise'],
      authTime: [],
      sessionId: ['run_id'],
    },
  },
  /** IAM Identity Center: recognised only to explain that it issues no ID tokens to other programs. */
  'aws-identity-center': {
    name: 'AWS IAM Identity Center',
    issuers: [
      {
        hosts: ['.awsapps.com', '.awsapps.cn', 'identitycenter.amazonaws.com'],
        like: /^oidc(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/,
      },
      // Its portal by the id of the instance: over IPv6 as well, and in a region of choice.
      { like: /^ssoins-[a-z0-9]+\.(portal\.[a-z0-9-]+\.app\.aws|[a-z0-9-]+\.portal\.amazonaws\.com)$/ },
    ],
    signsIn: 'nobody',
    scopes: [],
    offline: 'none',
    // Its token gives access to all AWS accounts of the person: it must not be sent to a trace API.
    device: 'no',
    revoke: [],
  },
  generic: { name: 'OpenID Connect provider', metadataAt: 'anywhere' },
} satisfies Readonly<Record<string, Row>>

/** The name of a preset, as a profile may write it as `provider`. */
export type ProviderId = keyof typeof ROWS

export const PROVIDER_IDS = Object.keys(ROWS) as readonly ProviderId[]

/** All presets by their name in a profile. */
export const PRESETS = Object.fromEntries(
  Object.entries<Row>(ROWS).map(([id, row]) => [id, { ...STANDARD, ...row, id }]),
) as Readonly<Record<ProviderId, Preset>>

/** Whether a text is the name of a preset. */
export function isProviderId(text: string): text is ProviderId {
  return Object.hasOwn(PRESETS, text)
}

/** The redirect URIs that an administrator registers: none without a sign-in, and where the provider takes any. */
export const urisToRegister = (preset: Preset): string[] =>
  preset.signsIn === 'person' && !preset.takesAnyRedirect ? redirectUris(preset) : []

/**
 * The redirect URIs of the client. Where the provider ignores the port (RFC 8252 §7.3) there is one, without a port.
 */
export function redirectUris({
  redirectHost: host,
  redirectPorts: ports,
  redirectPath: path,
}: Preset): string[] {
  if (ports === 'any') return [`http://${host}${path}`]
  return ports.map((port) => `http://${host}:${port}${path}`)
}
