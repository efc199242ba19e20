import { createHash } from 'node:crypto'
import type { AttemptOutcome, SessionBody, StoredToken } from '../store/session-file.ts'

/** Which cached token matches a request, and how long it is still valid. Pure: `now` (milliseconds) is an argument. */

/** The token a command needs. */
export interface Want {
  readonly use: 'access' | 'id'
  readonly audience: string
  readonly scopes: string
  /** The token must live at least this long; undefined: a margin of a tenth of its life, at most 60 s. */
  readonly minTtlSeconds?: number
  /** SHA-256 of a token the API has just refused: it does not count as fresh. */
  readonly rejectedHash?: string
  /** Other scopes or another audience may be asked for, also where the provider may bind the refresh token to them. */
  readonly narrow?: boolean
}

/** SHA-256 of a token, to recognise it without storing it. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url')

/** Two tokens for the same purpose: the newer replaces the older. */
export const sameSlot = (a: StoredToken, b: Pick<StoredToken, 'use' | 'audience' | 'scopes'>): boolean =>
  a.use === b.use && a.audience === b.audience && a.scopes === b.scopes

/** Whether it is the session's own token, not one for another audience or other scopes. */
export const isPlain = (want: Want): boolean => want.audience === '' && want.scopes === ''

/** Whether a cached token is for this use, audience and scopes, and is not the rejected one. */
export const matches = (token: StoredToken, want: Want): boolean =>
  token.use === want.use &&
  token.audience === want.audience &&
  token.scopes === want.scopes &&
  tokenHash(token.value) !== want.rejectedHash

/** When a token came, and for how long it is good. */
export type TokenLife = Pick<StoredToken, 'receivedAt' | 'expiresIn'>

/** Remaining lifetime in seconds, by the local clock. 0 when the clock was set back to before the time of receipt. */
export function secondsLeft(token: TokenLife, now: number): number {
  if (now < token.receivedAt - 60_000) return 0
  return (token.receivedAt - now) / 1000 + token.expiresIn
}

/** How long before its end a token is renewed, where nothing else is asked for. Seconds, as `life` is. */
export const marginOf = (life: number): number => Math.min(60, life / 10)

/** A cached token that lives long enough, so that no refresh is needed. */
export function findFresh(body: SessionBody, want: Want, now: number): StoredToken | undefined {
  return body.tokens.find((token) => {
    const margin = want.minTtlSeconds ?? marginOf(token.expiresIn)
    return matches(token, want) && secondsLeft(token, now) > margin
  })
}

/** A cached token that has not expired: the fallback when a refresh fails. */
export const findValid = (body: SessionBody, want: Want, now: number): StoredToken | undefined =>
  body.tokens.find((token) => matches(token, want) && secondsLeft(token, now) > 1)

/**
 * How the last refresh with this very token ended, when it failed.
 * - `interrupted`: no response was seen, so the provider may have used the token up.
 * - `failed`: the response was not about the token (5xx, 429, HTML).
 * - `perhaps-spent`: it refused the requested API, which some providers judge after they have used the token up.
 * - `unexplained`: it was refused without an error code.
 * - `refused`: with one.
 * - `another-person`: the response was for another person, so the session is over; the token is not sent again.
 * - `lost`: it was interrupted, and the next one was refused because the token is dead (invalid_grant). The answer of the first
 *   was the last for this token, so it is not sent again either.
 */
export type EarlierAttempt = 'interrupted' | AttemptOutcome

/** The stored attempt, if it was made with this refresh token. */
export function earlierAttempt(
  { attempt }: Pick<SessionBody, 'attempt'>,
  refreshToken: string,
): EarlierAttempt | undefined {
  return attempt?.hash === tokenHash(refreshToken) ? (attempt.outcome ?? 'interrupted') : undefined
}

/** Why a provider refuses: an error code, which the detail shows; a code for a dead refresh token; or none. */
export type RefusalReason = 'given' | 'dead-token' | 'none'

/** The message of an ended session. `reason`: of the refusal; undefined: nothing was sent. */
export function whyEnded(earlier: EarlierAttempt | undefined, reason?: RefusalReason): string {
  if (earlier === 'interrupted' || earlier === 'lost')
    return 'your sign-in has ended: an earlier renewal was interrupted and its answer lost'
  if (earlier === 'another-person') return 'your sign-in has ended: a renewal returned another account'
  if (earlier === 'perhaps-spent')
    return 'your sign-in has ended: the provider refused to renew it; an earlier request for another audience may have used it up'
  return reason === 'none'
    ? 'your sign-in has ended: the provider did not renew it and gave no reason'
    : 'your sign-in has ended: the provider refused to renew it'
}
