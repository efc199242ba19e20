import { unverifiedClaims } from '../../claims/jwt/unverified.ts'
import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Ports } from '../../ports/ports.ts'
import { shortDuration } from '../../settings/duration.ts'
import type { Profile } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'

/** Whether a token is bound to a key (`cnf.jkt`, RFC 9449 §6.1), as far as it can be read. */
export function isBound(token: string): boolean {
  const { cnf } = unverifiedClaims(token)
  return isObject(cnf) && typeof cnf.jkt === 'string'
}

/**
 * Failure `cannot-do` where the access tokens of a client are bound to a key: the API refuses one without a proof (401), and
 * only ls-auth can make that. Failure `profile-changed`: those of this sign-in are not, since it is older than the setting.
 */
export async function refuseHandOut(profile: Profile, ports: Ports): Promise<void> {
  if (!profile.client.dpop) return
  const { readCachedSession } = await import('../../session/cached-session.ts')
  await readCachedSession(requireClient(profile), ports).catch((error: unknown) => {
    // Whoever is not signed in yet need not sign in to be refused.
    if (!(error instanceof Failure) || error.code === 'profile-changed') throw error
  })
  throw new Failure('cannot-do', 'dpop = true: this token only works with a key that stays in ls-auth', {
    hint: 'Send requests through ls-auth: ls-auth exec --proxy -- CMD, or ls-auth proxy --port 0',
  })
}

/** The last moment of the calendar (ECMAScript, Time Values). */
const LAST_MILLISECONDS = 8.64e15

/** When LS_AUTH_TOKEN ends, by its own word: milliseconds since the epoch. Undefined: it isn't a JWT, or does not say. */
export function expiryOf(token: string): number | undefined {
  const { exp } = unverifiedClaims(token)
  if (typeof exp !== 'number') return undefined
  const milliseconds = Math.trunc(exp * 1000)
  return Math.abs(milliseconds) <= LAST_MILLISECONDS ? milliseconds : undefined
}

/** Failure `not-signed-in` of LS_AUTH_TOKEN; undefined: it has not expired, or that is unknown. `now`: milliseconds. */
export function expired(token: string, { preset }: PartialClient, now: number): Failure | undefined {
  const seconds = (now - (expiryOf(token) ?? Number.POSITIVE_INFINITY)) / 1000
  if (seconds < preset.leewaySeconds) return undefined
  return new Failure('not-signed-in', `the token in LS_AUTH_TOKEN expired ${shortDuration(seconds)} ago`, {
    hint: 'Set a new token. If it is new, the clock of this machine is wrong.',
  })
}

/** No program gets a token that is refused wherever it is shown: it would blame permissions. */
export function refuseExpired(token: string, client: PartialClient, now: number): void {
  const failure = expired(token, client, now)
  if (failure) throw failure
}

/** Failure `usage`: the profile wants a reason, and there is none. */
export function requireReason({ reason, requireReason }: PartialClient): void {
  if (requireReason !== true || reason !== undefined) return
  throw new Failure('usage', 'this profile requires a reason', {
    hint: 'Add --reason TEXT, such as a ticket, or set LS_AUTH_REASON.',
  })
}
