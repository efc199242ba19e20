import type { ClaimNames, ClaimSource } from '../claim-grammar.ts'
import { GENERIC_CLAIM_NAMES } from './claim-names.ts'
import { asFlag, asList, asNonEmptyText, asScopes, asSeconds, type Shape } from './claim-shape.ts'
import { claimsAt } from './claim-source.ts'
import type { Claims } from './jwt/jwt.ts'
import type { TokenKind } from './kind.ts'
import { levelProvesMfa, methodsProveMfa } from './mfa.ts'

/**
 * A value with the claim it was read from, or why there is none. `overage`: the provider left it out
 * because it was too long; `unsupported`: this provider never says it.
 */
export type Held<T> =
  | { readonly value: T; readonly source: string }
  | { readonly value: undefined; readonly status: 'absent' | 'overage' | 'unsupported' }

/** What a token says about a person, in the same words for every provider. Times: seconds since the epoch. */
export interface Identity {
  readonly issuer: Held<string>
  /** The most stable id the provider gives; unique within its issuer only (OIDC Core §5.7). */
  readonly subject: Held<string>
  /** For display. Never decide on it: people rename themselves. */
  readonly userName: Held<string>
  readonly email: Held<string>
  readonly emailVerified: Held<boolean>
  readonly client: Held<string>
  readonly audience: Held<readonly string[]>
  readonly scopes: Held<readonly string[]>
  readonly groups: Held<readonly string[]>
  readonly roles: Held<readonly string[]>
  readonly tenant: Held<string>
  readonly authTime: Held<number>
  /** `true`, or not known. */
  readonly mfa: Held<true>
  readonly sessionId: Held<string>
  readonly tokenId: Held<string>
  readonly issuedAt: Held<number>
  readonly expiresAt: Held<number>
  readonly notBefore: Held<number>
}

/** What, beside the payload, decides how it is read. */
export interface Reading {
  readonly kind: TokenKind
  /** The provider's own places; a concept it leaves out is looked up in the generic ones. */
  readonly names?: Partial<ClaimNames>
  /** `scope` of the token response (RFC 6749 §5.1), used when the token itself says nothing about scopes. */
  readonly responseScope?: string
}

/** The `source` of scopes that came with the token instead of in it. */
export const RESPONSE_SOURCE = 'token response'

/** Reads a payload into an {@link Identity}. Total: any payload gives every concept, none is a guess. */
export function normalise(payload: Claims, reading: Reading): Identity {
  const names: ClaimNames = { ...GENERIC_CLAIM_NAMES, ...reading.names }
  const read = <T>(sources: readonly ClaimSource[], shape: Shape<T>) =>
    first(payload, sources, reading.kind, shape)
  const email = read(names.email, asNonEmptyText)
  return {
    issuer: read(['iss'], asNonEmptyText),
    subject: read(names.subject, asNonEmptyText),
    userName: read(names.userName, asNonEmptyText),
    email,
    emailVerified: emailVerified(email, read(['email_verified'], asFlag)),
    client: read(names.client, asNonEmptyText),
    audience: read(names.audience, asList),
    scopes: orResponse(read(names.scopes, asScopes), reading.responseScope),
    groups: names.groupsLeftOut.some((name) => asFlag(payload[name], name))
      ? { value: undefined, status: 'overage' }
      : read(names.groups, asList),
    roles: read(names.roles, asList),
    tenant: read(names.tenant, asNonEmptyText),
    authTime: read(names.authTime, asSeconds),
    mfa: multiFactor(read(['amr'], asList), read(['acr'], asNonEmptyText), names.mfaLevels),
    sessionId: read(names.sessionId, asNonEmptyText),
    tokenId: read(names.tokenId, asNonEmptyText),
    issuedAt: read(['iat'], asSeconds),
    expiresAt: read(['exp'], asSeconds),
    notBefore: read(['nbf'], asSeconds),
  }
}

/**
 * The first source with something in it wins. A list that is there but empty is remembered: "in no group"
 * is an answer, "groups not said" is none.
 */
function first<T>(
  payload: Claims,
  sources: readonly ClaimSource[],
  kind: TokenKind,
  shape: Shape<T>,
): Held<T> {
  if (sources.length === 0) return { value: undefined, status: 'unsupported' }
  let empty: Held<T> | undefined
  for (const source of sources) {
    // A distributed claim (OIDC Core §5.6.2) stands elsewhere: whatever else is here is not all of it.
    if (isDistributed(payload, source)) return { value: undefined, status: 'overage' }
    const held = readSource(payload, source, kind, shape)
    if (held?.value === undefined) continue
    if (!(Array.isArray(held.value) && held.value.length === 0)) return held
    empty ??= held
  }
  return empty ?? { value: undefined, status: 'absent' }
}

function readSource<T>(
  payload: Claims,
  source: ClaimSource,
  kind: TokenKind,
  shape: Shape<T>,
): Held<T> | undefined {
  const held: { value: T; source: string }[] = []
  for (const { raw, name } of claimsAt(payload, source, kind)) {
    const value = shape(raw, name)
    if (value !== undefined) held.push({ value, source: name })
  }
  if (held.length < 2) return held[0]
  const lists = held.map((one) => one.value).filter((value) => Array.isArray(value))
  if (lists.length !== held.length) return held[0]
  const names = [...new Set(held.map((one) => one.source))]
  return { value: [...new Set(lists.flat())] as T, source: names.join(' + ') }
}

function isDistributed(payload: Claims, source: ClaimSource): boolean {
  const elsewhere = payload._claim_names
  if (typeof source !== 'string' || typeof elsewhere !== 'object' || elsewhere === null) return false
  return Object.hasOwn(elsewhere, source)
}

/** `email_verified` speaks of the `email` claim; an address read from elsewhere was verified by nobody. */
function emailVerified(email: Held<string>, claim: Held<boolean>): Held<boolean> {
  if (email.value === undefined) return { value: undefined, status: email.status }
  return email.source === 'email' ? claim : { value: false, source: email.source }
}

function orResponse(
  scopes: Held<readonly string[]>,
  responseScope: string | undefined,
): Held<readonly string[]> {
  if (scopes.value !== undefined || responseScope === undefined) return scopes
  return { value: asScopes(responseScope, 'scope') ?? [], source: RESPONSE_SOURCE }
}

function multiFactor(
  amr: Held<readonly string[]>,
  acr: Held<string>,
  mfaLevels: readonly string[],
): Held<true> {
  if (amr.value !== undefined && methodsProveMfa(amr.value)) return { value: true, source: amr.source }
  if (acr.value !== undefined && levelProvesMfa(acr.value, mfaLevels))
    return { value: true, source: acr.source }
  return { value: undefined, status: 'absent' }
}
