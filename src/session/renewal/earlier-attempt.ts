import type { AttemptOutcome, SessionBody } from '../store/session-file.ts'
import { tokenHash } from './freshness.ts'

/**
 * How the last refresh with this very token ended, when it failed.
 * - `interrupted`: no response was seen, so the provider may have used the token up. - `failed`: the response said
 * nothing about the token (5xx, 429, HTML). - `perhaps-spent`: it refused the API that was asked for, which some providers
 * judge after they have used the token up. - `unexplained`: it was refused without an error code. - `refused`: with one.
 * - `another-person`: the response was for somebody else, so the session is over; the token is not sent again.
 * - `lost`: it was interrupted, and the next one was refused because the token is dead (invalid_grant). The answer of the
 * first was the last that could be had for this token, so it is not sent again either.
 */
export type EarlierAttempt = 'interrupted' | AttemptOutcome

/** The stored attempt, if it was made with this refresh token. */
export function earlierAttempt(
  { attempt }: Pick<SessionBody, 'attempt'>,
  refreshToken: string,
): EarlierAttempt | undefined {
  return attempt?.hash === tokenHash(refreshToken) ? (attempt.outcome ?? 'interrupted') : undefined
}

/** Why a provider refuses: an error code, which the detail shows; one that says that the refresh token itself is dead; or none. */
export type RefusalReason = 'given' | 'dead-token' | 'none'

/** The message of an ended session. `reason`: of the refusal; undefined: nothing was sent. */
export function whyEnded(earlier: EarlierAttempt | undefined, reason?: RefusalReason): string {
  if (earlier === 'interrupted' || earlier === 'lost')
    return 'your sign-in has ended: an earlier renewal was interrupted after it was sent, and its answer was not kept'
  if (earlier === 'another-person')
    return 'your sign-in has ended: when it was renewed, the provider answered for another account'
  if (earlier === 'perhaps-spent')
    return 'your sign-in has ended: the provider refused to renew it; an earlier request that it refused for its audience may have used it up'
  return reason === 'none'
    ? 'your sign-in has ended: it is not renewed, and the provider gives no reason'
    : 'your sign-in has ended: the provider refused to renew it'
}
