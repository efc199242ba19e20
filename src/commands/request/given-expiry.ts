import type { PartialClient } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { shortDuration } from '../../settings/duration.ts'
import { unverifiedClaims } from './unverified-claims.ts'

/** The last moment of the calendar (ECMAScript, Time Values). */
const LAST_MILLISECONDS = 8.64e15

/** When LS_AUTH_TOKEN ends, by its own word: milliseconds since the epoch. Undefined: it is no JWT, or does not say. */
export function expiryOf(token: string): number | undefined {
  const { exp } = unverifiedClaims(token)
  if (typeof exp !== 'number') return undefined
  const milliseconds = Math.trunc(exp * 1000)
  return Math.abs(milliseconds) <= LAST_MILLISECONDS ? milliseconds : undefined
}

/** Failure `not-signed-in` of LS_AUTH_TOKEN; undefined: it has not expired, or nobody can tell. `now`: milliseconds. */
export function expired(token: string, { preset }: PartialClient, now: number): Failure | undefined {
  const seconds = (now - (expiryOf(token) ?? Number.POSITIVE_INFINITY)) / 1000
  if (seconds < preset.leewaySeconds) return undefined
  return new Failure('not-signed-in', `the token in LS_AUTH_TOKEN expired ${shortDuration(seconds)} ago`, {
    hint: 'Give it a new one. If it is new, the clock of this machine is wrong.',
  })
}

/** Nobody is handed a token that is refused wherever it is shown: the program would blame permissions. */
export function refuseExpired(token: string, client: PartialClient, now: number): void {
  const failure = expired(token, client, now)
  if (failure) throw failure
}
