import type { ClaimNames, ClaimRule, ClaimSource } from '../claim-grammar.ts'
import { isObject } from '../json-object.ts'
import {
  asFlag,
  asList,
  asNonEmptyText,
  asScopes,
  asSeconds,
  asTimeOfSignIn,
  hasOtherItems,
  type Shape,
  splitScopes,
} from './claim-shape.ts'
import type { Claims } from './jwt/jwt.ts'
import type { TokenKind } from './kind.ts'

/**
 * A value with the claim it was read from, or why there is none. `overage`: the provider left it out because it was too long;
 * `unsupported`: tokens of this provider never have it; `unreadable`: it has another shape, which matters where a claim may be
 * absent. `isPart`: a list has more items, in another shape.
 */
export type ClaimValue<T> =
  | { readonly value: T; readonly source: string; readonly isPart?: true }
  | { readonly value: undefined; readonly status: 'absent' | 'overage' | 'unsupported' | 'unreadable' }

/** What a token says about a person, normalised over all providers. Times: seconds since the epoch. */
export interface Identity {
  readonly issuer: ClaimValue<string>
  /** The most stable id the provider gives; unique within its issuer only (OIDC Core §5.7). */
  readonly subject: ClaimValue<string>
  /** For display. Never use it for a decision: people can rename themselves. */
  readonly userName: ClaimValue<string>
  readonly email: ClaimValue<string>
  readonly emailVerified: ClaimValue<boolean>
  readonly client: ClaimValue<string>
  readonly audience: ClaimValue<readonly string[]>
  readonly scopes: ClaimValue<readonly string[]>
  readonly groups: ClaimValue<readonly string[]>
  readonly roles: ClaimValue<readonly string[]>
  readonly tenant: ClaimValue<string>
  readonly authTime: ClaimValue<number>
  /** `true`, or unknown (see mfa.ts). */
  readonly mfa: ClaimValue<true>
  readonly sessionId: ClaimValue<string>
  readonly tokenId: ClaimValue<string>
  readonly issuedAt: ClaimValue<number>
  readonly expiresAt: ClaimValue<number>
  readonly notBefore: ClaimValue<number>
}

/** How to read a payload. */
export interface Reading {
  readonly kind: TokenKind
  /** Where this provider puts claims; the generic names are the fallback for each concept. */
  readonly names?: Partial<ClaimNames> | undefined
  /** `scope` of the token response (RFC 6749 §5.1), used when the token has no scopes itself. */
  readonly responseScope?: string
  /** End of the lifetime that the token response gave (`expires_in`), used when the token does not say it. */
  readonly responseExpiry?: number
}

/** The `source` of scopes and expiry from the token response instead of the token. */
export const RESPONSE_SOURCE = 'token response'

/** Reads a payload into an {@link Identity}. Accepts any payload; every concept is in the result. Never throws. */
export function normalise(payload: Claims, reading: Reading): Identity {
  const names: ClaimNames = { ...GENERIC_CLAIM_NAMES, ...reading.names }
  const read = <T>(sources: readonly ClaimSource[], shape: Shape<T>) =>
    first(payload, sources, reading.kind, shape)
  const readList = (sources: readonly ClaimSource[], shape: Shape<readonly string[]>) =>
    orUnread(read(sources, shape), payload, sources, reading.kind, shape)
  const email = read(names.email, asNonEmptyText)
  return {
    issuer: read(['iss'], asNonEmptyText),
    subject: read(names.subject, asNonEmptyText),
    userName: read(names.userName, asNonEmptyText),
    email,
    emailVerified: emailVerified(email, read(['email_verified'], asFlag)),
    client: read(names.client, asNonEmptyText),
    audience: read(names.audience, asList),
    scopes: orResponse(readList(names.scopes, asScopes), reading.responseScope),
    groups: names.groupsLeftOut.some((name) => asFlag(payload[name], name))
      ? { value: undefined, status: 'overage' }
      : readList(names.groups, asList),
    roles: readList(names.roles, asList),
    tenant: read(names.tenant, asNonEmptyText),
    authTime: read(names.authTime, asTimeOfSignIn),
    mfa: multiFactor(read(['amr'], asList), read(['acr'], asNonEmptyText), names),
    sessionId: read(names.sessionId, asNonEmptyText),
    tokenId: read(names.tokenId, asNonEmptyText),
    issuedAt: read(['iat'], asSeconds),
    expiresAt: orExpiry(orUnreadable(read(['exp'], asSeconds), payload.exp), reading.responseExpiry),
    notBefore: orUnreadable(read(['nbf'], asSeconds), payload.nbf),
  }
}

/**
 * The first source with a value wins. An empty list is the fallback: "in no group" differs from "groups not in the
 * token".
 */
function first<T>(
  payload: Claims,
  sources: readonly ClaimSource[],
  kind: TokenKind,
  shape: Shape<T>,
): ClaimValue<T> {
  if (sources.length === 0) return { value: undefined, status: 'unsupported' }
  let empty: ClaimValue<T> | undefined
  for (const source of sources) {
    // A distributed claim (OIDC Core §5.6.2) is outside the token, so values in the token would be incomplete.
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
): ClaimValue<T> | undefined {
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
  return typeof source === 'string' && isObject(elsewhere) && Object.hasOwn(elsewhere, source)
}

/** `email_verified` is about the claim `email` only, not about an address from another claim. */
function emailVerified(email: ClaimValue<string>, claim: ClaimValue<boolean>): ClaimValue<boolean> {
  if (email.value === undefined) return { value: undefined, status: email.status }
  return email.source === 'email' ? claim : { value: false, source: email.source }
}

function orResponse(
  scopes: ClaimValue<readonly string[]>,
  responseScope: string | undefined,
): ClaimValue<readonly string[]> {
  // What a token says in another shape may be less than what the response says.
  const isKnown = scopes.value !== undefined || scopes.status === 'unreadable'
  if (isKnown || responseScope === undefined) return scopes
  return { value: splitScopes(responseScope), source: RESPONSE_SOURCE }
}

function orExpiry(expiry: ClaimValue<number>, responseExpiry: number | undefined): ClaimValue<number> {
  const isKnown = expiry.value !== undefined || expiry.status === 'unreadable'
  if (isKnown || responseExpiry === undefined) return expiry
  return { value: responseExpiry, source: RESPONSE_SOURCE }
}

/** A `null` says that there is none. */
const orUnreadable = <T>(held: ClaimValue<T>, raw: unknown): ClaimValue<T> =>
  held.value === undefined && (raw ?? undefined) !== undefined
    ? { value: undefined, status: 'unreadable' }
    : held

/** "In no group" and "no groups in the token" hold only where no place has them in another shape; so with scopes and roles. */
function orUnread(
  held: ClaimValue<readonly string[]>,
  payload: Claims,
  sources: readonly ClaimSource[],
  kind: TokenKind,
  shape: Shape<readonly string[]>,
): ClaimValue<readonly string[]> {
  const saysNone = held.value === undefined ? held.status === 'absent' : held.value.length === 0
  const found = sources.flatMap((source) => claimsAt(payload, source, kind))
  if (saysNone) {
    return found.some(({ raw, name }) => raw !== null && shape(raw, name) === undefined)
      ? { value: undefined, status: 'unreadable' }
      : held
  }
  if (held.value === undefined) return held
  const places = held.source.split(' + ')
  const isPart = found.some(({ raw, name }) => places.includes(name) && hasOtherItems(raw, name))
  return isPart ? { ...held, isPart } : held
}

function multiFactor(
  amr: ClaimValue<readonly string[]>,
  acr: ClaimValue<string>,
  { mfaByFactors, mfaLevels }: ClaimNames,
): ClaimValue<true> {
  if (amr.value !== undefined && methodsProveMfa(amr.value, mfaByFactors))
    return { value: true, source: amr.source }
  if (acr.value !== undefined && levelProvesMfa(acr.value, mfaLevels))
    return { value: true, source: acr.source }
  return { value: undefined, status: 'absent' }
}

/** Where to look for claims of a provider without a preset. */
const GENERIC_CLAIM_NAMES: ClaimNames = {
  subject: ['sub'],
  userName: ['preferred_username', 'upn', 'username', 'email', 'nickname', 'name', 'sub'],
  email: ['email'],
  client: ['azp', 'client_id', 'cid', 'appid', { path: ['aud'], only: 'id', take: 'single' }],
  audience: ['aud'],
  scopes: ['scope', 'scp'],
  groups: ['groups', 'group', 'memberOf', 'cognito:groups', { ending: '/groups' }, { ending: ':groups' }],
  roles: ['roles', 'role', 'permissions', { ending: '/roles' }],
  tenant: ['tid', 'org_id', 'hd', { path: ['iss'], take: 'host' }],
  // Never `iat`: it is the time the token was issued, which changes with each refresh (OIDC Core §12.2).
  authTime: ['auth_time'],
  sessionId: ['sid'],
  tokenId: ['jti', 'uti'],
  groupsLeftOut: [],
  mfaByFactors: true,
  mfaLevels: [],
}

/**
 * Multi-factor authentication, by the claims `amr` and `acr`. A token can only prove "yes": `amr` is optional
 * (OIDC Core §2), so anything else is unknown, not "no".
 */

/** Values that mean MFA by themselves: RFC 8176 `mfa`, a vendor's spelling, and the phishing-resistant levels. */
const OUTRIGHT = new Set(['mfa', 'ngcmfa', 'phr', 'phrh'])

/**
 * RFC 8176 methods by their factor; methods of two different factors are MFA. Not `rsa`, which Entra alone writes: it may also be
 * the certificate of a service.
 */
const FACTORS: Record<string, 'known' | 'held' | 'being'> = {
  pwd: 'known',
  pin: 'known',
  kba: 'known',
  otp: 'held',
  sms: 'held',
  tel: 'held',
  hwk: 'held',
  swk: 'held',
  sc: 'held',
  pop: 'held',
  webauthn: 'held',
  fpt: 'being',
  face: 'being',
  iris: 'being',
  retina: 'being',
  vbm: 'being',
}

/**
 * True when the authentication methods (`amr`) prove two factors; otherwise they prove nothing either way. `byFactors`: methods
 * of two factors do; false for a provider that writes `mfa` itself.
 */
export function methodsProveMfa(methods: readonly string[], byFactors = true): boolean {
  if (methods.some((method) => OUTRIGHT.has(method))) return true
  if (!byFactors) return false
  const kinds = methods.map((method) => (Object.hasOwn(FACTORS, method) ? FACTORS[method] : undefined))
  return new Set(kinds.filter((kind) => kind !== undefined)).size > 1
}

/** True when the provider's row lists this authentication level (`acr`) as more than one factor. */
export function levelProvesMfa(level: string, mfaLevels: readonly string[]): boolean {
  return mfaLevels.some((listed) =>
    listed.endsWith('*') ? level.startsWith(listed.slice(0, -1)) : level === listed,
  )
}

/** A value found in a token, and the name of its claim. */
export interface Found {
  readonly raw: unknown
  readonly name: string
}

interface Step extends Found {
  /** The member that a `*` step matched. */
  readonly through?: string
}

/**
 * The values at a source. Several results: a `*`, an ending that matches several claims, or a merge; none: the claim is
 * missing, or the rule's conditions do not hold.
 */
function claimsAt(payload: Claims, source: ClaimSource, kind: TokenKind): Found[] {
  if (typeof source === 'string') return walk(payload, [source])
  if ('merge' in source) return source.merge.flatMap((part) => claimsAt(payload, part, kind))
  if (source.only !== undefined && source.only !== kind) return []
  const steps = 'ending' in source ? ending(payload, source.ending) : walk(payload, source.path)
  return steps.map((step) => apply(source, step)).filter((found) => found !== undefined)
}

function ending(payload: Claims, tail: string): Step[] {
  const names = Object.keys(payload).filter((name) => name.toLowerCase().endsWith(tail))
  return names.map((name) => ({ raw: payload[name], name }))
}

function walk(payload: Claims, path: readonly string[]): Step[] {
  let steps: Step[] = [{ raw: payload, name: '' }]
  for (const key of path) steps = steps.flatMap((step) => descend(step, key))
  return steps
}

function descend(step: Step, key: string): Step[] {
  const object = asObject(step.raw)
  if (!object) return []
  const prefix = step.name === '' ? '' : `${step.name}.`
  if (key === '*') {
    return Object.keys(object).map((member) => ({ raw: object[member], name: `${prefix}*`, through: member }))
  }
  if (!Object.hasOwn(object, key)) return []
  return [{ ...step, raw: object[key], name: prefix + key }]
}

function apply(rule: ClaimRule, step: Step): Found | undefined {
  const raw = rule.take === undefined ? step.raw : take(rule.take, step.raw)
  if (raw === undefined) return undefined
  if (rule.containing !== undefined && !(typeof raw === 'string' && raw.includes(rule.containing)))
    return undefined
  if (rule.notStarting !== undefined && typeof raw === 'string' && raw.startsWith(rule.notStarting))
    return undefined
  if (rule.prefix === undefined) return { raw, name: step.name }
  // A function as replacement: a string would expand `$&` in a member's name.
  const prefix = rule.prefix.replace('*', () => step.through ?? '*')
  const all = [raw].flat()
  const values = all.filter((value) => typeof value === 'string')
  // Of another shape, and not an empty list: the parser has to see that.
  if (Array.isArray(raw) && values.length === 0 && all.length > 0) return { raw, name: step.name }
  return { raw: values.map((value) => prefix + value), name: step.name }
}

function take(what: NonNullable<ClaimRule['take']>, raw: unknown): unknown {
  if (what === 'single') return Array.isArray(raw) ? (raw.length === 1 ? raw[0] : undefined) : raw
  if (what === 'entries') {
    const scalars = Object.entries(asObject(raw) ?? {}).filter(([, value]) => typeof value === 'string')
    return scalars.length ? scalars.map(([name, value]) => `${name}=${value}`) : undefined
  }
  if (typeof raw !== 'string') return undefined
  if (what === 'last-segment') return raw.split('/').findLast((segment) => segment !== '')
  return URL.canParse(raw) ? new URL(raw).host : undefined
}

function asObject(raw: unknown): Claims | undefined {
  return isObject(raw) ? raw : undefined
}
