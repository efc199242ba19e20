import { Failure, type FailureCode } from '../../errors.ts'
import { typedDuration, wholeDuration } from '../../time/whole-duration.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import { whyEnded } from './earlier-attempt.ts'
import { findValid, isPlain, marginOf, type Want } from './freshness.ts'
import type { Doubting, Event, Spending, State, Step } from './step.ts'

/** How the state machine (state-machine.ts) ends: with a token, or with the failure that the person is told. */

/** The token that is still valid, with the failure as its warning, unless a longer life was asked for. */
export function orStillValid(state: State & { spending: Spending }, failure: Failure, now: number): Step {
  const valid = findValid(state.spending.seen.body, state.want, now)
  if (valid && state.want.minTtlSeconds === undefined) return give(state.want, valid, failure)
  return failWith(state.want, failure)
}

/** Whether the refusal may be about the API or the scopes that were asked for: the session's own token was not refused. */
export const mayBeOfSlot = ({ want, spending, reason }: Doubting): boolean =>
  reason === 'given' && !isPlain(want) && spending.earlier !== 'refused'

/** The provider has refused, and nobody else has renewed: the sign-in has ended, or this API gets no token. */
export function refused(state: Doubting, now: number): Step {
  const { want, spending, verdict, reason } = state
  if (mayBeOfSlot(state)) return orStillValid(state, verdict, now)
  const detail = verdict.detail.length === 0 ? [verdict.message] : verdict.detail
  return failWith(want, new Failure('session-ended', whyEnded(spending.earlier, reason), { detail }))
}

/** Hands out the token. */
export const give = (want: Want, token: StoredToken, warning?: Failure): Step => [
  { phase: 'done', want },
  { do: 'give', token, warning },
]

/** Hands out a new token, unless it lives shorter than `--min-ttl` asks for: then it is kept for whoever asks for less. */
export const giveNew = (want: Want, token: StoredToken, warning?: Failure): Step =>
  token.expiresIn < (want.minTtlSeconds ?? 0)
    ? tooShortLived(want, token.expiresIn)
    : give(want, token, warning)

/** No token lives as long as `--min-ttl` asks for. `life`: of a new one, seconds. With the life itself each run would renew. */
export const tooShortLived = (want: Want, life: number): Step =>
  fail(want, 'usage', `tokens of this provider live ${wholeDuration(life)}, less than --min-ttl asks for`, {
    hint: `Ask for --min-ttl ${typedDuration(Math.floor(life - marginOf(life)))} at most.`,
  })

export const failWith = (want: Want, failure: Failure): Step => [
  { phase: 'done', want },
  { do: 'fail', failure },
]

export const fail = (want: Want, code: FailureCode, message: string, options?: { hint: string }): Step =>
  failWith(want, new Failure(code, message, options))

/** An event that cannot come in this state. */
export const bug = (state: State, event: Event): Step =>
  fail(state.want, 'bug', `the session machine met ${event.type} while ${state.phase}`)

/** The provider hands out what it has in its cache, and the API has just refused that. */
export const sameAgain = (want: Want): Step =>
  failWith(
    want,
    new Failure(
      'not-allowed',
      'the token was refused, and the provider has no other: it sent the same one again',
      { reason: 'same-token' },
    ),
  )

/** There is no ID token to hand out, and a refresh would bring none. */
export function noIdToken(want: Want, { idToken }: SessionBody): Step {
  return idToken === undefined
    ? fail(want, 'cannot-do', 'this sign-in has no ID token', {
        hint: 'Sign in with openid: ls-auth login --scope openid',
      })
    : fail(
        want,
        'cannot-do',
        'the provider sent no ID token with the renewal, and the one of the sign-in is no longer good',
        { hint: 'Sign in again for a new one: ls-auth login' },
      )
}
