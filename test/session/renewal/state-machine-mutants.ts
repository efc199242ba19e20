import { Failure } from '../../../src/errors.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import { next } from '../../../src/session/renewal/state-machine.ts'
import type { Seen } from '../../../src/session/renewal/step.ts'
import type { Machine } from './state-machine-model.ts'

/** Machines that are broken in one way each: what the proof must notice. */
export const mutants: Readonly<Record<string, () => Machine>> = {
  'spends what it read before it had the lock': () => {
    const first = new WeakMap<Want, Seen | undefined>()
    return (state, event, now) => {
      if (event.type === 'read') first.set(state.want, event.session)
      const stale = event.type === 'read-locked' && state.phase === 'locking' && first.has(state.want)
      return next(state, stale ? { ...event, session: first.get(state.want) } : event, now)
    }
  },
  'goes on without the lock': () => (state, event, now) => {
    const step = next(state, event, now)
    return event.type === 'read' && step[1].do === 'read-locked'
      ? next(step[0], { ...event, type: 'read-locked' }, now)
      : step
  },
  'spends without a note': () => (state, event, now) => {
    const step = next(state, event, now)
    return step[0].phase === 'noting' ? next(step[0], { type: 'written' }, now) : step
  },
  'spends although the note could not be kept': () => (state, event, now) =>
    next(state, event.type === 'not-written' && state.phase === 'noting' ? { type: 'written' } : event, now),
  'notes without room for the answer': () => (state, event, now) => {
    const [after, effect] = next(state, event, now)
    return [
      after,
      after.phase === 'noting' && effect.do === 'write'
        ? { ...effect, body: { ...effect.body, padding: '' } }
        : effect,
    ]
  },
  'hands the answer out before it is kept': () => (state, event, now) => {
    const step = next(state, event, now)
    return step[0].phase === 'keeping' ? next(step[0], { type: 'written' }, now) : step
  },
  'says nothing when the answer could not be kept': () => (state, event, now) =>
    next(state, event.type === 'not-written' && state.phase === 'keeping' ? { type: 'written' } : event, now),
  'forgets the new refresh token': () => (state, event, now) => {
    if (event.type !== 'answered') return next(state, event, now)
    const { refresh: _, ...renewal } = event.renewal
    return next(state, { ...event, renewal }, now)
  },
  'forgets the new refresh token when the policy refuses': () => (state, event, now) => {
    const step = next(state, event, now)
    const refusal = event.type === 'answered' ? event.renewal.refusal : undefined
    return refusal
      ? [
          { phase: 'done', want: state.want },
          { do: 'fail', failure: refusal },
        ]
      : step
  },
  'forgets the new refresh token of an answer that it does not believe': () => (state, event, now) => {
    if (event.type !== 'answered' || !event.renewal.unusable) return next(state, event, now)
    const { refresh: _, ...renewal } = event.renewal
    return next(state, { ...event, renewal }, now)
  },
  'hands out what the policy refuses': () => (state, event, now) => {
    if (event.type !== 'answered') return next(state, event, now)
    const { refusal: _, ...renewal } = event.renewal
    return next(state, { ...event, renewal }, now)
  },
  'takes an answer for another person for no answer': () => (state, event, now) =>
    next(state, event.type === 'another-person' ? { type: 'unusable', failure: event.failure } : event, now),
  'takes network trouble for the end': () => (state, event, now) =>
    event.type === 'unanswered'
      ? [
          { phase: 'done', want: state.want },
          { do: 'fail', failure: new Failure('session-ended', 'ended') },
        ]
      : next(state, event, now),
  'keeps a valid token back': () => (state, event, now) =>
    event.type === 'unanswered'
      ? [
          { phase: 'done', want: state.want },
          { do: 'fail', failure: event.failure },
        ]
      : next(state, event, now),
  'asks again at once': () => (state, event, now) =>
    event.type === 'unanswered' && state.phase === 'sending'
      ? [state, { do: 'refresh', refreshToken: state.spending.refreshToken }]
      : next(state, event, now),
  'believes any refusal': () => (state, event, now) =>
    event.type === 'refused'
      ? [
          { phase: 'done', want: state.want },
          { do: 'fail', failure: new Failure('session-ended', 'ended') },
        ]
      : next(state, event, now),
  'doubts for ever': () => (state, event, now) => {
    if (state.phase !== 'doubting') return next(state, event, now)
    const spending = { ...state.spending, doubted: false, refreshToken: '' }
    return next({ ...state, spending }, event, now)
  },
  'leaves its note when the outcome is known': () => (state, event, now) => {
    const step = next(state, event, now)
    return step[0].phase === 'settling' ? next(step[0], { type: 'written' }, now) : step
  },
  'takes away the note of an earlier process': () => (state, event, now) => {
    const spending =
      state.phase === 'sending' && event.type !== 'answered'
        ? { ...state.spending, earlier: undefined }
        : undefined
    return next(spending ? { phase: 'sending', want: state.want, spending } : state, event, now)
  },
  'believes the first refusal without a reason': () => (state, event, now) =>
    next(state, event.type === 'unexplained' ? { ...event, type: 'refused' } : event, now),
  'never believes a refusal without a reason': () => (state, event, now) =>
    next(state, event.type === 'unexplained' ? { ...event, type: 'denied' } : event, now),
  'takes a refusal without a reason for no answer': () => (state, event, now) =>
    next(state, event.type === 'unexplained' ? { ...event, type: 'unanswered' } : event, now),
  'does not count refusals without a reason': () => (state, event, now) => {
    const [after, effect] = next(state, event, now)
    if (effect.do !== 'write' || effect.body.attempt?.outcome !== 'unexplained') return [after, effect]
    const { attempt: _, ...body } = effect.body
    return [after, { ...effect, body }]
  },
  'takes a denial for the end': () => (state, event, now) =>
    next(state, event.type === 'denied' ? { ...event, type: 'refused' } : event, now),
  'takes an error of the provider for no answer': () => (state, event, now) =>
    next(
      state,
      event.type === 'unusable' || event.type === 'denied' ? { ...event, type: 'unanswered' } : event,
      now,
    ),
  'forgets what became of a renewal': () => (state, event, now) => {
    const [after, effect] = next(state, event, now)
    if (effect.do !== 'write' || effect.body.attempt?.outcome === undefined) return [after, effect]
    const { outcome: _, ...attempt } = effect.body.attempt
    return [after, { ...effect, body: { ...effect.body, attempt } }]
  },
  'forgets that no ID token comes': () => (state, event, now) => {
    const [after, effect] = next(state, event, now)
    if (effect.do !== 'write') return [after, effect]
    const { idTokenAtSignInOnly: _, ...body } = effect.body
    return [after, { ...effect, body }]
  },
  'takes a sign-out for the end': () => (state, event, now) =>
    event.type === 'read-locked' && !event.session
      ? [
          { phase: 'done', want: state.want },
          { do: 'fail', failure: new Failure('session-ended', 'ended') },
        ]
      : next(state, event, now),
  'gives what the API has refused': () => (state, event, now) => {
    const { rejectedHash: _, ...want } = state.want
    return next({ ...state, want }, event, now)
  },
  'lets a clock that was set back make tokens fresh': () => (state, event, now) => {
    const { session } = event as { session?: Seen }
    const late = Math.max(now, session?.body.tokens[0]?.receivedAt ?? 0)
    return next(state, event, late)
  },
}
