/**
 * A provider's documented behaviour as data: what it answers, and where it departs from the standards. A story
 * takes a row of `behaviours/` and changes what it is about: `{ ...okta, accessSeconds: 60 }`.
 */

/** An answer that says no; without a body the answer is empty, as some are. */
export interface Refusal {
  readonly status: number
  readonly body?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}

/** How the redirect URI of a request is compared with what is registered. */
export type RedirectRule =
  /** To the letter, port included. */
  | { readonly compare: 'exact'; readonly registered: readonly string[]; readonly mismatch: string }
  /** Without the port; host and path to the letter. */
  | { readonly compare: 'without-port'; readonly registered: readonly string[]; readonly mismatch: string }
  /** Nothing is registered: any loopback host of these, any port, any path. */
  | { readonly compare: 'any-loopback'; readonly hosts: readonly string[]; readonly mismatch: string }

/** What a refresh does to the refresh token that was used. */
export type Rotation =
  /** The answer brings none; the old one stays valid. */
  | { readonly kind: 'none' }
  /** The answer repeats it. */
  | { readonly kind: 'keep' }
  /** A new one; the old one works for so long after. A later use ends the whole family if `family` says so. */
  | { readonly kind: 'rotate'; readonly graceSeconds: number; readonly family: boolean }
  /** A new one at each use; the old one is dead at once. */
  | { readonly kind: 'always' }

/** The device grant (RFC 8628) as this provider speaks it. */
export interface DeviceRule {
  /** Members of the answer beside `device_code` and `user_code`, as they are spelled; `{page}` is the page. */
  readonly answer: Readonly<Record<string, unknown>>
  readonly pending: Refusal
  readonly slowDown: Refusal
  readonly declined: Refusal
  readonly expired: Refusal
  /** The client must send a PKCE challenge with the device request and its verifier with each poll. */
  readonly pkce: 'required' | 'ignored'
  /** Refused for this kind of client, before any code is given. */
  readonly refused?: Refusal
}

export type EndpointName = 'authorize' | 'token' | 'jwks' | 'device' | 'revoke' | 'userinfo' | 'endSession'

/** What a token is made from. */
export interface Facts {
  readonly issuer: string
  readonly clientId: string
  /** Granted, in the order asked for. */
  readonly scopes: readonly string[]
  /** The API that was asked for, in whatever way this provider is asked. */
  readonly audience: string | undefined
  readonly nonce: string | undefined
  /** Seconds since the epoch. */
  readonly now: number
  readonly authTime: number
  /** The provider's own session: another at each sign-in. */
  readonly session: string
  readonly expires: number
  /** Different for each token made. */
  readonly serial: string
}

/** Header members beside `alg`, and the claims. `atHash` is filled in by the simulator. */
export interface Shape {
  readonly header: { readonly kid: string } & Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly atHash?: true
}

export interface Behaviour {
  /** The name of its preset, for a profile's `provider`. */
  readonly id: 'okta' | 'okta-org' | 'entra' | 'cognito' | 'google' | 'auth0' | 'keycloak' | 'dex' | 'generic'
  readonly clientId: string
  /** A secret that ships with the program and is asked for all the same. */
  readonly publicSecret?: string
  /** What follows the origin in the issuer; a slash at its end counts. */
  readonly issuerPath: string
  /** Paths of the endpoints it has, all in its metadata. */
  readonly paths: Readonly<Partial<Record<EndpointName, string>>> & {
    readonly authorize: string
    readonly token: string
    readonly jwks: string
  }
  /** Endpoints that live on another origin than the issuer. */
  readonly elsewhere: readonly EndpointName[]
  /** Further members of its metadata. What is left out there is left out by the real one. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly redirect: RedirectRule
  /** Sent along with the code, beside `iss` where the metadata promise it. */
  readonly redirectExtras: Readonly<Record<string, string>>
  /** Its metadata promise `iss` in the redirect (RFC 9207), and there is none. */
  readonly withholdsIssuer?: true
  /** Scopes it grants. Others: an `invalid_scope` redirect, or silence. */
  readonly scopes: {
    readonly known: readonly (string | RegExp)[]
    readonly unknown: 'refuse' | 'drop'
    /** How it refuses; missing: with `invalid_scope`. */
    readonly problem?: { readonly error: string; readonly description: string }
  }
  /** What makes it give a refresh token. */
  readonly offline: 'offline_access' | 'always' | 'access_type'
  /** How an API is asked for; a scope counts without what comes before and after its `{audience}`. */
  readonly audience:
    | { readonly by: 'parameter'; readonly known: readonly string[] }
    | { readonly by: 'scope'; readonly pattern: RegExp }
    | { readonly by: 'server'; readonly always: string }
    | { readonly by: 'nothing' }
  /** Parameters of the authorization request it cannot stand; a value in the name (`prompt=consent`) narrows it. */
  readonly refusedParameters: Readonly<Record<string, { error: string; description: string }>>
  /**
   * What a `scope` in a renewal does. By default that answer alone has it (RFC 6749 §6); else nothing, or the new refresh
   * token is bound to it: until the scope of the sign-in is asked for again, or for good (`silently`: without an error).
   */
  readonly narrowing?: 'ignored' | 'until asked again' | 'for good' | 'for good, silently'
  /** It sends an ID token at sign-in, and with a renewal none (OIDC Core §12.2 allows that), or if asked for openid again. */
  readonly idTokenOnce?: boolean | 'or by openid'
  /** What its userinfo endpoint says to the bearer of a token; undefined: 404. */
  readonly userinfo?: Readonly<Record<string, unknown>>
  /** Its answers have no Date header. */
  readonly tellsNoTime?: boolean
  /** The person refuses; this is the error that goes back. */
  readonly declined?: string
  readonly accessSeconds: number
  readonly rotation: Rotation
  readonly deadRefresh: Refusal
  readonly device?: DeviceRule
  /** What its revocation endpoint takes; anything else is `unsupported_token_type`. */
  readonly revokes: readonly ('refresh' | 'access')[]
  /** Who revokes a refresh token ends all that the same person has for this client, whatever the sign-in. */
  readonly revokesAllOfPerson?: true
  /** Names of its signing keys. */
  readonly keys: readonly string[]
  idToken(facts: Facts): Shape
  /** Text: an opaque token. */
  accessToken(facts: Facts): Shape | string
  /** Members of the token response beside the standard ones; `scope: undefined` leaves it out. */
  tokenExtras(facts: Facts): Readonly<Record<string, unknown>>
  /** The form of its refresh tokens. */
  readonly refreshPrefix: string
}
