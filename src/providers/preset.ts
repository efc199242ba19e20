import type { ClaimNames, OwnTokens } from '../claim-grammar.ts'

/** Where the issuers of a provider are. */
export interface IssuerPlace {
  /** In lower case, without a port: a whole name, or `.domain` for all subdomains. Checked before `like`. */
  readonly hosts?: readonly string[]
  /** For hosts with a region or a customer in the middle of their name. */
  readonly like?: RegExp
  /** Without a host: of an issuer on a customer's own domain. */
  readonly path?: RegExp
}

/** The particular behaviour of a provider, as known here or with the overrides of a profile. */
export interface Preset {
  readonly id: string
  /** Product name, for people. */
  readonly name: string
  /** The first place that fits names the provider; one with a host goes before one without. */
  readonly issuers?: readonly IssuerPlace[]
  /** Its metadata are looked for in each place (RFC 8414 §3 and §5); missing: in that of OpenID Connect alone. */
  readonly metadataAt?: 'anywhere'
  /** Who gets tokens: a person, a program on the provider's own machines, or no client (see `registration`). */
  readonly signsIn: 'person' | 'workload' | 'nobody'
  /** Default scopes (OIDC Core §3.1.2.1). */
  readonly scopes: readonly string[]
  /** How to get a refresh token: scope `offline_access`, always given, by request parameters, or not at all. */
  readonly offline: 'scope' | 'implicit' | 'params' | 'none'
  /** `offline_access` is honoured only with a consent prompt (OpenID Connect Core §11). */
  readonly consentForOffline: boolean
  /** Requested scope → its spelling in the token response, where it differs. */
  readonly scopeSpelling: Readonly<Record<string, string>>
  /** A scope that was granted may be left out of the `scope` of an answer: how people get it listed. */
  readonly unlistedScopes?: string
  /** Extra parameters of the authorization request. */
  readonly authorizationParameters: Readonly<Record<string, string>>
  /** The names of those that the profile sets. */
  readonly chosenParameters: readonly string[]
  /**
   * How `audience` is requested: by a parameter (`audience`; `resource`, RFC 8707), by a scope that begins with it, or by a
   * cross-client scope. Or it cannot be requested: the issuer (`server`) or an administrator (`mapper`) decides, or the
   * provider has no audiences (`none`).
   */
  readonly audience: 'audience' | 'resource' | 'scope' | 'cross-client' | 'server' | 'mapper' | 'none'
  /** An administrator names each scope of an API: none can be made of `audience` alone. */
  readonly onlyNamedScopes?: true
  /** An audience that is a URI is taken as `resource` (RFC 8707), where the service is of a kind that has it: what people set. */
  readonly resourceInstead?: string
  /** Where a scope alone names an API: the form of that scope, and what people get without one. */
  readonly scopeOfApi?: { readonly pattern: RegExp; readonly without: string }
  /** The kind of token that the user's own API can verify. */
  readonly useToken: 'access' | 'id'
  /** How to recognise access tokens for the provider's own APIs: only these can verify their signature. */
  readonly ownTokens: OwnTokens
  /** Host of the loopback redirect URI (RFC 8252 §7.3) that this provider accepts. */
  readonly redirectHost: '127.0.0.1' | 'localhost' | '[::1]'
  /** `any`: the provider ignores the port. Otherwise these are tried in order and must be registered. */
  readonly redirectPorts: 'any' | readonly number[]
  /** Of these clients any loopback redirect URI is taken, and none need be registered; of others it is compared exactly. */
  readonly takesAnyRedirect?: 'of-any-client' | 'of-public-clients'
  /** Path of the redirect URI; may be empty. */
  readonly redirectPath: string
  /** Whether the provider is known to check PKCE (RFC 7636). S256 is always sent. */
  readonly pkceKnown: boolean
  /** The device grant (RFC 8628); `separate-client`: only for a client registered for devices alone. */
  readonly device: 'yes' | 'no' | 'if-advertised' | 'separate-client'
  /** Authorization requests are pushed (PAR, RFC 9126); `if-required`: where the metadata say that all have to be. */
  readonly pushedRequests: 'if-required' | 'yes'
  /** Send a PKCE challenge in the device flow too. */
  readonly devicePkce: boolean
  /** The provider's own error codes for polling → those of RFC 8628 §3.5. */
  readonly deviceErrorAliases: Readonly<Record<string, string>>
  /** OAuth errors that it sends as the description of `invalid_request`. */
  readonly errorInDescription?: readonly string[]
  /** A renewal names the scopes of the session again: without `openid` it brings no ID token. */
  readonly scopesAtRenewal?: true
  /** After a renewal for fewer scopes or another API the refresh token is good for what it was (RFC 6749 §6). */
  readonly keepsScopes?: true
  /** Error codes of a refresh after which only a new sign-in helps: the refresh token is invalid for ever. */
  readonly deadRefreshCodes: readonly string[]
  /** Tokens that are revoked (RFC 7009) at sign-out and when a sign-in is not kept, in this order. */
  readonly revoke: readonly ('refresh' | 'access')[]
  /** To revoke one refresh token ends everything that its person has for this client, also other sign-ins. */
  readonly revokesAllOfPerson?: true
  /** People have no page there where they could end a sign-in themselves. */
  readonly noAccountPage?: true
  /** Its `end_session_endpoint` is that of RP-Initiated Logout 1.0: it needs nothing but the client. */
  readonly signOutPage: boolean
  /** Client authentication: `none` (public client), or with a secret (RFC 6749 §2.3.1). */
  readonly clientAuth: 'none' | 'client_secret_basic' | 'client_secret_post'
  /** `aud` of a client assertion that ls-auth signs; the issuer where it is absent. */
  readonly assertionAudience?: 'token-endpoint'
  /** By issuer, the first that matches: the audience of a platform's token that is the client assertion, where it is one for all. */
  readonly proofAudiences?: readonly { readonly issuer: RegExp; readonly audience: string }[]
  /** The client secret ships with the program and isn't a secret (RFC 8252 §8.5): a profile may hold it. */
  readonly publicSecret: boolean
  /** Leeway for clock skew, seconds. */
  readonly leewaySeconds: number
  /** `issuer` in the metadata when it is a template: a part in braces stands for a claim of the token. */
  readonly issuerTemplate?: string
  /** Matches an issuer shared by many tenants; its tokens carry the template's issuer, filled in. */
  readonly sharedIssuer?: RegExp
  /** Other spellings of the issuer that its tokens may carry. */
  readonly issuerAliases: readonly string[]
  /** Known hosts of its endpoints other than the issuer's; `*` is one or more labels. */
  readonly endpointHosts: readonly string[]
  /** Where this provider puts claims; the generic names are the fallback for each concept. */
  readonly claimNames: Partial<ClaimNames>
}

/** Ports to register where a provider compares the port too. Users have registered them, so they never change. */
export const FIXED_PORTS: readonly number[] = [8765, 18765, 28765]

/** A provider that follows the standards; the base of all other presets. */
export const STANDARD: Omit<Preset, 'id' | 'name'> = {
  signsIn: 'person',
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  offline: 'scope',
  consentForOffline: true,
  scopeSpelling: {},
  authorizationParameters: {},
  chosenParameters: [],
  audience: 'none',
  useToken: 'access',
  ownTokens: {},
  redirectHost: '127.0.0.1',
  redirectPorts: FIXED_PORTS,
  redirectPath: '/callback',
  pkceKnown: false,
  device: 'if-advertised',
  pushedRequests: 'if-required',
  devicePkce: false,
  deviceErrorAliases: {},
  // RFC 6749 §5.2 has invalid_grant for it; several servers say invalid_request. The rest is OIDC Core §3.1.2.6.
  deadRefreshCodes: [
    'invalid_grant',
    'invalid_request',
    'interaction_required',
    'login_required',
    'consent_required',
    'account_selection_required',
  ],
  revoke: ['refresh', 'access'],
  signOutPage: true,
  clientAuth: 'none',
  publicSecret: false,
  leewaySeconds: 60,
  issuerAliases: [],
  endpointHosts: [],
  claimNames: {},
}
