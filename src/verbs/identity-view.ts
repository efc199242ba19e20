import { accessLevel, type HeldNames, misalignment } from '../claims/access-level.ts'
import type { Inspected } from '../claims/inspect.ts'
import type { ClaimValue, Identity } from '../claims/normalise.ts'
import type { InspectedTokens } from '../commands/inspected-tokens.ts'
import { isObject } from '../json-object.ts'
import { workloadFacts } from '../providers/workload-sources.ts'
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
 * The subject or issuer of the access token where the ID token has another. That is another person, or a provider that gives
 * each API its own subject (OpenID Connect Core §8.1). Or it is Entra's v1 token beside an ID token of v2.
 */
export function otherOf({ id, access }: View, concept: 'subject' | 'issuer'): ClaimValue<string> | undefined {
  const [ours, other] = [id?.identity[concept], access?.identity[concept]]
  return ours?.value !== undefined && other?.value !== undefined && ours.value !== other.value
    ? other
    : undefined
}

/** The value alone. */
export const value = (view: View, concept: keyof Identity): unknown => placeOf(view, concept)?.held.value

/** Scopes or groups as read, perhaps only a part of them. */
export const heldNames = (view: View, concept: 'scopes' | 'groups'): HeldNames =>
  placeOf(view, concept)?.held as HeldNames

/** Remaining lifetime in seconds: an access token's by the time of receipt, an ID token's by `exp`. */
export function lifeLeft(token: Inspected, view: View, use: 'id' | 'access'): number | undefined {
  const local = use === 'access' ? view.tokens.expiresAt : undefined
  if (local !== undefined) return (local + view.tokens.skewSeconds * 1000 - view.now) / 1000
  const exp = token.identity.expiresAt.value
  return exp === undefined ? undefined : exp - view.now / 1000
}

/** The key that the access token is bound to (RFC 9449 §6.1). */
interface BoundKey {
  /** Undefined: the token, which is a JWT, names none. */
  readonly thumbprint: string | undefined
  /** Whether it is the key of this session; undefined: there is no session to compare with. */
  readonly isOurs: boolean | undefined
}

/** Undefined: the access token is bound to no key, or only its API can read it. */
export function boundKey({ access, tokens }: View): BoundKey | undefined {
  if (!access || access.opaque) return undefined
  const confirmation = access.jwt?.payload.cnf
  const thumbprint =
    isObject(confirmation) && typeof confirmation.jkt === 'string' ? confirmation.jkt : undefined
  if (thumbprint === undefined && tokens.ownKey === undefined) return undefined
  return { thumbprint, isOurs: tokens.origin === 'session' ? thumbprint === tokens.ownKey : undefined }
}

/** The identity for scripts. */
export function identityJson(view: View): object {
  const identity = Object.fromEntries(
    [...CONCEPTS.map(([concept]) => concept), 'emailVerified' as const].map((concept) => {
      const found = placeOf(view, concept)
      if (!found) return [snake(concept), null]
      const { held, from } = found
      return [
        snake(concept),
        held.value === undefined
          ? { value: null, status: held.status }
          : {
              value: held.value,
              ...(held.isPart && { partial: true }),
              claim: held.source,
              token: from,
            },
      ]
    }),
  )
  const other_subject = otherJson(otherOf(view, 'subject'))
  const other_issuer = otherJson(otherOf(view, 'issuer'))
  const table = view.profile.access
  const [scopes, groups] = [heldNames(view, 'scopes'), heldNames(view, 'groups')]
  const token = (use: 'id' | 'access') => {
    const one = view[use]
    if (!one) return null
    const left = lifeLeft(one, view, use)
    return {
      kind: one.kind,
      format: one.opaque ? 'opaque' : 'jwt',
      signature: one.signature,
      signature_detail: one.answer && !one.answer.verified ? one.answer.detail : null,
      expires_in: left === undefined ? null : Math.floor(left),
    }
  }
  return {
    profile: view.tokens.origin === 'session' ? view.profile.name : null,
    workload: workloadJson(view),
    identity: { ...identity, other_subject, other_issuer },
    id_token: token('id'),
    access_token: token('access'),
    bound_key: boundKeyJson(view),
    access: table
      ? { ...accessLevel(scopes, groups, table), misaligned: misalignment(scopes, groups, table) }
      : null,
  }
}

/** Null: the access token has the same as the ID token, or none. */
const otherJson = (other: ClaimValue<string> | undefined): unknown =>
  other?.value === undefined ? null : { value: other.value, claim: other.source, token: 'access' }

/** Null: bound to none. */
function boundKeyJson(view: View): unknown {
  const bound = boundKey(view)
  return bound ? { thumbprint: bound.thumbprint ?? null, ours: bound.isOurs ?? null } : null
}

/** Null: a person's, or a token from outside. */
function workloadJson({ profile, tokens }: View): unknown {
  const { workload } = profile.client
  if (!workload || tokens.origin !== 'session') return null
  const {
    repository = null,
    ref = null,
    environment = null,
    role = null,
  } = workloadFacts(tokens.proofClaims ?? {})
  return { source: workload.source.name, grant: workload.grant, repository, ref, environment, role }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (char) => `_${char.toLowerCase()}`)
