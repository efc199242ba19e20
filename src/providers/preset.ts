import type { ClaimNames, OwnTokens } from '../claim-grammar.ts'

/** Every provider we have facts about; the names a profile may write as `provider`. */
export const PROVIDER_IDS = [
  'okta',
  'okta-org',
  'entra',
  'cognito',
  'google',
  'auth0',
  'keycloak',
  'dex',
  'pingone',
  'onelogin',
  'jumpcloud',
  'aws-iam',
  'github-actions',
  'aws-identity-center',
  'generic',
] as const
export type ProviderId = (typeof PROVIDER_IDS)[number]

/** Where a failure was seen. */
export type Where = 'authorization' | 'token' | 'device' | 'discovery'

/** One line of advice and when it is given. All conditions that are there must hold. */
export interface Hint {
  readonly where?: Where
  /** The OAuth `error`, one of these. */
  readonly error?: readonly string[]
  /** Fits the `error_description`. */
  readonly description?: RegExp
  /** One of these numbers stands as `AADSTS<number>` in the description. For advice only: they may change. */
  readonly codes?: readonly number[]
  /** Fits the issuer in use. */
  readonly issuer?: RegExp
  /** `{issuer}`, `{tenant}`, `{client}`, `{redirect}` and `{scopes}` are filled in from the settings in use. */
  readonly say: string
}

/** What is particular about a provider: its row as it is known here, or the same with what a profile overrides. */
export interface Preset {
  readonly id: ProviderId
  /** The name its makers use. */
  readonly name: string
  /** Who signs in with it: a person, a program on the provider's own machines, or nobody (see `registration`). */
  readonly signsIn: 'person' | 'workload' | 'nobody'
  /** Asked for when the profile names no scopes (OIDC Core §3.1.2.1). */
  readonly scopes: readonly string[]
  /** What makes the provider give a refresh token: `offline_access` in the scopes, nothing, or parameters. */
  readonly offline: 'scope' | 'implicit' | 'params' | 'none'
  /** `offline_access` is honoured only with a consent prompt (OpenID Connect Core §11). */
  readonly consentForOffline: boolean
  /** How granted scopes are spelled in the answer, where not as asked. */
  readonly scopeSpelling: Readonly<Record<string, string>>
  /** Added to the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>
  /**
   * What `audience` turns into: a parameter of that name (`audience`; `resource`, RFC 8707), a scope that
   * begins with it, a cross-client scope, nothing because the issuer (`server`) or an administrator's
   * setting (`mapper`) decides, or nothing because there is no such thing.
   */
  readonly audience: 'audience' | 'resource' | 'scope' | 'cross-client' | 'server' | 'mapper' | 'none'
  /** The token that an API of ours can check. */
  readonly useToken: 'access' | 'id'
  /** Marks of access tokens that are made for the provider's own APIs: nobody else can check their signature. */
  readonly ownTokens: OwnTokens
  /** Host of the loopback redirect URI (RFC 8252 §7.3), as it must be spelled for this provider. */
  readonly redirectHost: '127.0.0.1' | 'localhost' | '[::1]'
  /** `any`: the provider ignores the port. Otherwise these are tried in order and must be registered. */
  readonly redirectPorts: 'any' | readonly number[]
  /** Path of the redirect URI; may be empty. */
  readonly redirectPath: string
  /** PKCE S256 is always sent (RFC 7636); this says whether the provider is known to check it. */
  readonly pkceKnown: boolean
  /** The device grant (RFC 8628); `separate-client`: only for a client registered for devices alone. */
  readonly device: 'yes' | 'no' | 'if-advertised' | 'separate-client'
  /** Send a PKCE challenge with the device request too. */
  readonly devicePkce: boolean
  /** The provider's own error codes while polling → those of RFC 8628 §3.5. */
  readonly deviceErrorAliases: Readonly<Record<string, string>>
  /** Errors of a refresh that mean that the refresh token is dead (RFC 6749 §5.2 knows `invalid_grant`). */
  readonly deadRefreshCodes: readonly string[]
  /** Tokens worth revoking at sign-out (RFC 7009), in this order. */
  readonly revoke: readonly ('refresh' | 'access')[]
  /** How a client shows who it is: `none` (public), or by a secret (RFC 6749 §2.3.1). */
  readonly clientAuth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** The client secret ships with the program and is no secret (RFC 8252 §8.5): a profile may hold it. */
  readonly publicSecret: boolean
  /** Allowed difference between the provider's clock and ours, in seconds. */
  readonly leewaySeconds: number
  /** Issuer as discovery writes it, when a part in braces stands for a claim of the token. */
  readonly issuerTemplate?: string
  /** Issuers in a profile that stand for many tenants; their tokens carry the template's issuer, filled in. */
  readonly sharedIssuer?: RegExp
  /** Other spellings of the issuer that its tokens may carry. */
  readonly issuerAliases: readonly string[]
  /** Hosts beside the issuer's own where its endpoints are known to live; `*` is one or more labels. */
  readonly endpointHosts: readonly string[]
  /** A provider's own places; a concept left out is read in the generic way. */
  readonly claimNames: Partial<ClaimNames>
  readonly hints: readonly Hint[]
  /** What an administrator does so that `ls-auth login` works; the redirect URIs are shown beside it. */
  readonly registration: readonly string[]
}

/** Ports to register where a provider compares the redirect URI with its port. Public: users register them. */
export const FIXED_PORTS: readonly number[] = [8765, 18765, 28765]

/** A provider that keeps to the standards and has no habits of its own; other presets start from it. */
export const STANDARD: Omit<Preset, 'id' | 'name'> = {
  signsIn: 'person',
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  offline: 'scope',
  consentForOffline: true,
  scopeSpelling: {},
  authorizationParameters: {},
  audience: 'none',
  useToken: 'access',
  ownTokens: {},
  redirectHost: '127.0.0.1',
  redirectPorts: FIXED_PORTS,
  redirectPath: '/callback',
  pkceKnown: false,
  device: 'if-advertised',
  devicePkce: false,
  deviceErrorAliases: {},
  deadRefreshCodes: ['invalid_grant'],
  revoke: ['refresh', 'access'],
  clientAuth: 'none',
  publicSecret: false,
  leewaySeconds: 60,
  issuerAliases: [],
  endpointHosts: [],
  claimNames: {},
  hints: [],
  registration: [
    'Register a native (public) client: authorization code with PKCE, no client secret.',
    'Allow refresh tokens, and the device grant if --device is to work.',
    'Register each redirect URI exactly as shown.',
  ],
}
