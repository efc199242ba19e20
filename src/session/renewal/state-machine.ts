import type { Failure } from '../../errors.ts'
import type { AttemptOutcome, SessionBody } from '../store/session-file.ts'
import {
  type EarlierAttempt,
  earlierAttempt,
  findFresh,
  findValid,
  isPlain,
  matches,
  type RefusalReason,
  sameSlot,
  tokenHash,
  type Want,
  whyEnded,
} from './freshness.ts'
import {
  bug,
  type Doubting,
  type Event,
  fail,
  failWith,
  give,
  giveNew,
  mayBeOfSlot,
  mayBind,
  narrowedForGood,
  noIdToken,
  orStillValid,
  type Renewal,
  refused,
  renewedBody,
  type Seen,
  type Spending,
  type State,
  type Step,
  sameAgain,
  tooShortLived,
  wouldBind,
} from './step.ts'

/**
 * When to refresh, as a pure state machine: (state, event) → (state, effect). It reads no clock and does no I/O.
 * `session/access.ts` performs the effects, `refresh.ts` the request to the provider; `freshness.ts` computes a token's
 * remaining lifetime, and `no-renewal.ts` has the transitions of an attempt without a token. Invariants: a refresh token is
 * sent only under the lock and after the attempt is on disk; the response is committed before its token is handed out.
 */

/** The first step for a wanted token: read without the lock. */
export const begin = (want: Want): Step => [{ phase: 'reading', want }, { do: 'read' }]

/** One transition. `now`: local wall clock, milliseconds. */
export function next(state: State, event: Event, now: number): Step {
  switch (event.type) {
    case 'read':
      return onRead(state.want, event.session, now)
    case 'read-locked':
      return onLocked(state, event, now)
    case 'written':
      return onWritten(state, now)
    case 'not-written':
      return onNotWritten(state, event.failure, now)
    case 'answered':
      return onAnswered(state, event.renewal)
    case 'another-person':
      return onAnotherPerson(state, event, now)
    default:
      return state.phase === 'sending' ? onNoRenewal(state, event, now) : bug(state, event)
  }
}

function onRead(want: Want, session: Seen | undefined, now: number): Step {
  if (!session) return fail(want, 'not-signed-in', 'you are not signed in')
  const token = findFresh(session.body, want, now)
  return token ? give(want, token) : [{ phase: 'locking', want }, { do: 'read-locked' }]
}

function onLocked(
  state: State,
  { session, failed }: Extract<Event, { type: 'read-locked' }>,
  now: number,
): Step {
  const { want } = state
  if (!session) return fail(want, 'not-signed-in', 'you were signed out in the meantime')
  const fresh = findFresh(session.body, want, now)
  if (fresh) {
    const found = give(want, fresh)
    return state.phase === 'doubting' ? settle(state, session.body, found, now) : found
  }
  if (state.phase === 'doubting') {
    if (
      session.refresh === undefined ||
      session.refresh === state.spending.refreshToken ||
      state.spending.doubted
    ) {
      return settle(state, session.body, refused(state, now), now, refusalOf(state))
    }
    return spend(want, session, true, now)
  }
  return spend(want, session, false, now, failed)
}

function spend(want: Want, seen: Seen, doubted: boolean, now: number, failed?: Failure): Step {
  const valid = findValid(seen.body, want, now)
  const { refresh } = seen
  if (refresh === undefined) {
    if (valid && want.minTtlSeconds === undefined) return give(want, valid)
    return fail(want, 'session-ended', 'your sign-in has ended: the provider issued no refresh token')
  }
  const earlier = earlierAttempt(seen.body, refresh)
  if (earlier === 'another-person' || earlier === 'lost') {
    if (valid && want.minTtlSeconds === undefined) return give(want, valid)
    return fail(want, 'session-ended', whyEnded(earlier))
  }
  const before = seen.body.tokens.find((token) => matches(token, want))
  // An ID token may have come a while after it was issued: a new one may live longer.
  const life = want.use === 'id' ? undefined : before?.expiresIn
  if (life !== undefined && life < (want.minTtlSeconds ?? 0)) return tooShortLived(want, life)
  // Every run would use up a refresh token for an ID token that the provider does not send.
  if (want.use === 'id' && seen.body.idTokenAtSignInOnly)
    return valid && want.minTtlSeconds === undefined ? give(want, valid) : noIdToken(want, seen.body)
  const { afterNarrowing } = seen.body
  const isKnown = afterNarrowing === 'kept'
  if (isPlain(want) ? isKnown && seen.body.narrowed : isKnown || !(want.narrow || afterNarrowing)) {
    const failure = isPlain(want) ? narrowedForGood([]) : isKnown ? wouldBind() : mayBind()
    return valid && want.minTtlSeconds === undefined ? give(want, valid) : failWith(want, failure)
  }
  if (failed) {
    if (valid && want.minTtlSeconds === undefined) return give(want, valid, failed)
    return failWith(want, failed)
  }
  const hash = tokenHash(refresh)
  // The provider may already have used this refresh token up: do not send it again while an access token still works.
  if (earlier !== undefined && earlier !== 'refused' && valid && want.minTtlSeconds === undefined)
    return give(want, valid)
  const spending: Spending = { seen, refreshToken: refresh, earlier, doubted }
  const { padding: _, ...rest } = seen.body
  const body: SessionBody = { ...rest, attempt: { hash, at: now }, padding: 'x'.repeat(roomFor(seen.body)) }
  return [
    { phase: 'noting', want, spending },
    { do: 'write', body },
  ]
}

/**
 * Bytes that the note asks of the disk beyond its own: the answer may bring larger tokens than the cached ones. They are proven to
 * be there before the refresh token is spent, and not kept (store/session-file.ts: padding).
 */
const roomFor = (body: SessionBody): number =>
  4096 + (body.idToken?.length ?? 0) + body.tokens.reduce((sum, token) => sum + token.value.length, 0)

function onWritten(state: State, now: number): Step {
  if (state.phase === 'settling') return state.verdict
  if (state.phase === 'noting')
    return [
      { ...state, phase: 'sending' },
      { do: 'refresh', refreshToken: state.spending.refreshToken },
    ]
  if (state.phase !== 'keeping') return bug(state, { type: 'written' })
  const { refusal, renewed, repeated, unusable } = state.spending
  if (unusable) return orStillValid(state, unusable, now)
  if (refusal) return failWith(state.want, refusal)
  if (renewed) return giveNew(state.want, renewed)
  if (repeated) return sameAgain(state.want)
  return noIdToken(state.want, state.spending.seen.body)
}

function onNotWritten(state: State, failure: Failure, now: number): Step {
  if (state.phase === 'settling') return state.verdict
  if (state.phase === 'noting') return orStillValid(state, failure, now)
  if (state.phase !== 'keeping') return bug(state, { type: 'not-written', failure })
  const { refusal, renewed, unusable } = state.spending
  if (unusable) return orStillValid(state, failure, now)
  if (refusal || !renewed) return failWith(state.want, refusal ?? failure)
  return giveNew(state.want, renewed, failure)
}

function onAnswered(state: State, renewal: Renewal): Step {
  if (state.phase !== 'sending') return bug(state, { type: 'answered', renewal })
  const { want } = state
  const { seen, refreshToken } = state.spending
  const renewed = renewal.tokens.find((token) => matches(token, want))
  const repeated = !renewed && renewal.tokens.some((token) => sameSlot(token, want))
  const { refusal, unusable } = renewal
  const spending: Spending = { ...state.spending, renewed, repeated, refusal, unusable }
  return [
    { phase: 'keeping', want, spending },
    { do: 'write', body: renewedBody(seen.body, refreshToken, renewal, want) },
  ]
}

/**
 * The transitions of an attempt that brings no token. Its outcome is stored, so that the next run sends no spent refresh token,
 * and still sends an unspent one.
 */

/**
 * Neither refresh token is sent any more: the old one may be used up, and the new one may be of that person. So the new one is
 * left to be revoked (session/sweep.ts).
 */
function onAnotherPerson(
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

function onNoRenewal(state: State & { spending: Spending }, event: NoRenewal, now: number): Step {
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
function refusalOf(state: Doubting): Outcome {
  const { reason, spending } = state
  // It brings no news about the session: its stored outcome stays.
  if (mayBeOfSlot(state)) return outcomeBefore(spending)
  if (reason === 'none') return 'unexplained'
  return reason === 'dead-token' && spending.earlier === 'interrupted' ? 'lost' : 'refused'
}

/** The stored outcome of an attempt, beside that the token was sent; undefined: the attempt is removed. */
type Outcome = AttemptOutcome | undefined

/** The stored outcome of the earlier attempt: a note without an outcome shows that it was interrupted. */
function outcomeBefore({ earlier }: Spending): Outcome {
  return earlier === 'interrupted' ? undefined : earlier
}

/**
 * Stores the outcome of the attempt, or removes it: nothing was sent, or a response came. Otherwise the next run would
 * report an interrupted refresh that never happened. The interrupted attempt of an earlier process
 * stays, until it is known that its answer is lost.
 */
function settle(
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
