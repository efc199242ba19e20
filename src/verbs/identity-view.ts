import type { HeldNames } from '../claims/access-level.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { ClaimValue, Identity } from '../claims/normalise.ts'
import type { InspectedTokens } from '../commands/inspected-tokens.ts'
import type { Profile } from '../settings/profile.ts'

/** What whoami shows. */
export interface View {
  readonly profile: Profile
  readonly tokens: InspectedTokens
  readonly id: Inspected | undefined
  readonly access: Inspected | undefined
  /** Name and e-mail from the userinfo endpoint, where the tokens have neither. */
  readonly userinfo?: Pick<Inspected, 'identity'>
  readonly now: number
  /** Why no keys were asked for; left out when they were. */
  readonly notAsked?: string
}

/** Every concept that is shown, with its label. */
export const CONCEPTS: readonly [keyof Identity, string][] = [
  ['subject', 'subject'],
  ['userName', 'name'],
  ['email', 'email'],
  ['issuer', 'issuer'],
  ['client', 'client'],
  ['audience', 'audience'],
  ['scopes', 'scopes'],
  ['groups', 'groups'],
  ['roles', 'roles'],
  ['tenant', 'tenant'],
  ['authTime', 'signed in at'],
  ['mfa', 'MFA'],
  ['sessionId', 'session id'],
  ['tokenId', 'token id'],
]
/** Read from the access token first, because they are about permission; all others from the ID token first. */
const FROM_ACCESS = new Set<keyof Identity>(['client', 'audience', 'scopes', 'groups', 'roles', 'tokenId'])

/** All that is taken from userinfo, which is not signed. */
const FROM_USERINFO = new Set<keyof Identity>(['userName', 'email', 'emailVerified'])

/** Where a value was read. */
export type Source = 'id' | 'access' | 'userinfo'

/** A concept's value, and the token it was read from. */
export function placeOf(
  view: View,
  concept: keyof Identity,
): { held: ClaimValue<NonNullable<unknown>>; from: Source } | undefined {
  const tokens = FROM_ACCESS.has(concept) ? (['access', 'id'] as const) : (['id', 'access'] as const)
  const order: readonly Source[] = FROM_USERINFO.has(concept) ? ['userinfo', ...tokens] : tokens
  const found = order.flatMap((from) => {
    const held = view[from]?.identity[concept]
    return held ? [{ held, from }] : []
  })
  return (
    found.find(({ held }) => held.value !== undefined) ??
    found.find(({ held }) => held.value === undefined && held.status === 'overage') ??
    found.find(({ held }) => held.value === undefined && held.status === 'unreadable') ??
    found[0]
  )
}

/**
 * The subject of the access token where the ID token has another: another person, or a provider that gives each API a
 * subject of its own (OpenID Connect Core §8.1).
 */
export const otherSubject = (view: View): ClaimValue<string> | undefined => otherOf(view, 'subject')

/** The issuer of the access token where the ID token has another: Entra's v1 tokens, beside an ID token of v2. */
export const otherIssuer = (view: View): ClaimValue<string> | undefined => otherOf(view, 'issuer')

function otherOf({ id, access }: View, concept: 'subject' | 'issuer'): ClaimValue<string> | undefined {
  const [ours, other] = [id?.identity[concept], access?.identity[concept]]
  return ours?.value !== undefined && other?.value !== undefined && ours.value !== other.value
    ? other
    : undefined
}

/** The value alone. */
export const value = (view: View, concept: keyof Identity): unknown => placeOf(view, concept)?.held.value

/** Scopes or groups as they were read, which may be a part of them only. */
export const heldNames = (view: View, concept: 'scopes' | 'groups'): HeldNames =>
  placeOf(view, concept)?.held as HeldNames

/** Remaining lifetime in seconds: an access token's by the time of receipt, an ID token's by `exp`. */
export function lifeLeft(token: Inspected, view: View, use: 'id' | 'access'): number | undefined {
  const local = use === 'access' ? view.tokens.expiresAt : undefined
  if (local !== undefined) return (local + view.tokens.skewSeconds * 1000 - view.now) / 1000
  const exp = token.identity.expiresAt.value
  return exp === undefined ? undefined : exp - view.now / 1000
}
