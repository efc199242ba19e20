import type { Failure } from '../../errors.ts'
import type { AttemptOutcome, SessionBody } from '../store/session-file.ts'
import type { EarlierAttempt, RefusalReason } from './earlier-attempt.ts'
import { isPlain, tokenHash } from './freshness.ts'
import { bug, mayBeOfSlot, orStillValid } from './last-step.ts'
import type { Doubting, Event, Spending, State, Step } from './step.ts'

/**
 * The transitions of an attempt that brings no token: what is stored about it, so that the next run neither sends a refresh token
 * that is used up nor takes one for used up that is not.
 */

/**
 * Neither refresh token is sent any more: the one that was sent may be used up, and the new one may be of that person.
 * So the new one is left to be revoked (session/sweep.ts).
 */
export function onAnotherPerson(
  state: State,
  event: Extract<Event, { readonly type: 'another-person' }>,
  now: number,
): Step {
  if (state.phase !== 'sending') return bug(state, event)
  const { seen, refreshToken } = state.spending
  const { foreign, failure } = event
  const { attempt: _, padding: __, ...rest } = seen.body
  const body: SessionBody = {
    ...rest,
    attempt: { hash: tokenHash(refreshToken), at: now, outcome: 'another-person' },
    ...(foreign === undefined || foreign === refreshToken ? {} : { foreign }),
  }
  return [
    { phase: 'settling', want: state.want, verdict: orStillValid(state, failure, now) },
    { do: 'write', body },
  ]
}

type NoRenewal = Extract<Event, { readonly failure: Failure }>

export function onNoRenewal(state: State & { spending: Spending }, event: NoRenewal, now: number): Step {
  const { type, failure } = event
  const { spending, want } = state
  const { earlier } = spending
  const noted = outcomeBefore(spending)
  const verdict = orStillValid(state, failure, now)
  const settled = (outcome: Outcome) => settle(state, spending.seen.body, verdict, now, outcome)
  switch (type) {
    case 'refused':
      return doubt(state, failure, event.isDead ? 'dead-token' : 'given')
    case 'unexplained':
      // The second time in a row counts as the end: nothing else would ever tell the user to sign in.
      if (earlier === 'unexplained' || (mayBeSpent(earlier) && isPlain(want)))
        return doubt(state, failure, 'none')
      return settled(isPlain(want) ? 'unexplained' : noted)
    case 'denied':
      return settled(earlier === 'perhaps-spent' ? earlier : undefined)
    case 'perhaps-spent':
      return settled('perhaps-spent')
    case 'unsent':
      return settled(noted)
    case 'unusable':
      return settled(noted ?? 'failed')
    default:
      return verdict
  }
}

/** The provider may have used the refresh token up at an earlier attempt. */
const mayBeSpent = (earlier: EarlierAttempt | undefined): boolean =>
  earlier === 'interrupted' || earlier === 'perhaps-spent'

/** Reads the session again before the refusal is reported: another process may have refreshed it. */
const doubt = (state: State & { spending: Spending }, verdict: Failure, reason: RefusalReason): Step => [
  { phase: 'doubting', want: state.want, spending: state.spending, verdict, reason },
  { do: 'read-locked' },
]

/** The outcome of an attempt that was refused. */
export function refusalOf(state: Doubting): Outcome {
  const { reason, spending } = state
  // It says nothing new about the session: what is stored of it stays.
  if (mayBeOfSlot(state)) return outcomeBefore(spending)
  if (reason === 'none') return 'unexplained'
  return reason === 'dead-token' && spending.earlier === 'interrupted' ? 'lost' : 'refused'
}

/** What is stored about an attempt beside that the token was sent; undefined: the attempt is removed. */
type Outcome = AttemptOutcome | undefined

/** What is stored of the earlier attempt already: that one was interrupted is seen from a note without an outcome. */
function outcomeBefore({ earlier }: Spending): Outcome {
  return earlier === 'interrupted' ? undefined : earlier
}

/**
 * Stores the outcome of the attempt, or removes it: nothing was sent, or a response came. Otherwise the next run would
 * report an interrupted refresh that never happened. The interrupted attempt of an earlier process
 * stays, until it is known that its answer is lost.
 */
export function settle(
  state: State & { spending: Spending },
  found: SessionBody,
  verdict: Step,
  now: number,
  outcome?: Outcome,
): Step {
  const { attempt, padding: _, ...rest } = found
  const hash = tokenHash(state.spending.refreshToken)
  const ours = state.phase === 'sending' || attempt?.hash === hash
  if ((state.spending.earlier === 'interrupted' && outcome !== 'lost') || !ours) return verdict
  const body = outcome === undefined ? rest : { ...rest, attempt: { hash, at: now, outcome } }
  return [
    { phase: 'settling', want: state.want, verdict },
    { do: 'write', body },
  ]
}
