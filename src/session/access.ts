import type { Client } from '../client.ts'
import { Failure, type FailureCode, NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { hasLeftovers } from './leftovers.ts'
import { isPlain, sameSlot, secondsLeft, tokenHash, type Want } from './renewal/freshness.ts'
import { begin, next } from './renewal/state-machine.ts'
import { boundToSlot, type Effect, type Event, type Seen, type Step } from './renewal/step.ts'
import { readBound } from './store/origin-binding.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import { openStore, type Store } from './store/session-store.ts'

/** A token that is valid now. */
export interface AccessToken {
  readonly value: string
  readonly secondsLeft: number
  /** Local clock, milliseconds. */
  readonly expiresAt: number
  /** Why an older token was handed out, or the new one was not stored. The token works anyway. */
  readonly warning: Failure | undefined
  /** It was renewed just now. */
  readonly renewed: boolean
  readonly session: Session
}

/** Which token, and for what. */
type Asked = Omit<Want, 'rejectedHash'> & {
  readonly rejected?: string | undefined
  /** The caller judges it by the policy itself, and sends it nowhere. */
  readonly toInspect?: boolean | undefined
}

/**
 * A valid access token: from the cache without lock or network, else by exactly one refresh. `rejected` is a token that
 * the API has refused although it has not expired: it does not count as fresh. Performs the effects that
 * renewal/state-machine.ts asks for, and takes the session lock when it wants one. `tell` prints a line on stderr.
 * Failures: `not-signed-in`, `session-ended`, `profile-changed`, `other-origin`, `busy`, `network`, `provider-failed`,
 * `rate-limited`, `refused`, `not-allowed` (policy), `usage` (`minTtlSeconds` too long), and those of the store
 * (`keychain-*`, `store-key`, `storage`).
 */
export async function accessToken(
  client: Client,
  { rejected, toInspect, ...asked }: Asked,
  ports: Ports,
  command: string,
  tell: (line: string) => void,
): Promise<AccessToken> {
  const want: Want = {
    ...asked,
    narrow: asked.narrow === true || client.preset.keepsScopes === true,
    ...(rejected === undefined ? {} : { rejectedHash: tokenHash(rejected) }),
  }
  if (client.server && !isPlain(want))
    throw new Failure('cannot-do', 'this sign-in is for the scopes and the audience of its profile alone', {
      hint: 'Set scopes or audience in the profile, then: ls-auth login',
    })
  const task: Task = { client, want, store: await openStore(client, ports), ports, session: undefined }
  const [reading] = begin(want)
  const [state, effect] = next(reading, await perform({ do: 'read' }, task), ports.clock.now())
  const outcome = isEnd(effect) ? effect : await runLocked([state, effect], task, command, tell)
  if (outcome.do === 'fail') throw outcome.failure
  const { token, warning } = outcome
  const session = task.session as Session
  // The policy is about the profile's own API, also where less of it is asked for. Lazy: most profiles have none.
  if (client.expect && !toInspect && want.audience === '' && want.use === client.preset.useToken)
    (await import('./policy-gate.ts')).gateKept(client.server ?? client, token, session.body)
  return {
    value: token.value,
    secondsLeft: Math.floor(secondsLeft(token, ports.clock.now())),
    expiresAt: token.receivedAt + token.expiresIn * 1000,
    warning,
    renewed: task.renewed === true,
    session,
  }
}

interface Task {
  readonly client: Client
  readonly want: Want
  readonly store: Store
  readonly ports: Ports
  /** The session of the last read or write. */
  session: Session | undefined
  /** The provider has given new tokens. */
  renewed?: boolean
  /** When it began to wait for the lock: local clock, milliseconds. */
  waitingSince?: number
}

/** The state machine has decided: no effect is left. */
type End = Extract<Effect, { readonly do: 'give' | 'fail' }>

const isEnd = (effect: Effect): effect is End => effect.do === 'give' || effect.do === 'fail'

async function run(from: Step, task: Task): Promise<End> {
  let [state, effect] = from
  while (!isEnd(effect)) {
    const event = await perform(effect, task)
    ;[state, effect] = next(state, event, task.ports.clock.now())
  }
  return effect
}

async function runLocked(
  from: Step,
  task: Task,
  command: string,
  tell: (line: string) => void,
): Promise<End> {
  const { client, store, ports } = task
  task.waitingSince = ports.clock.now()
  return store.withSessionLock(command, tell, async () => {
    // Signals wait until the commit: an exit between request and commit would lose the rotated refresh token.
    const end = await ports.signals.shield(async () => withOwnScopes(await run(from, task), task))
    // The token can be handed out already; what cannot be swept now is left for the next holder of the lock.
    if (isUnreachable(end)) return end
    if (await needsSweep(store, task.session).catch(() => false)) {
      await (await import('./sweep.ts')).sweep(client, store, ports)
    }
    return end
  })
}

/**
 * A provider may bind the refresh token of a narrower renewal to less (against RFC 6749 §6). So it asks for the session's own
 * scopes again under the same lock, and reports a refusal with the token, not at the next renewal. The result is remembered:
 * from then on the next renewal does it, or narrower ones are refused.
 */
async function withOwnScopes(end: End, done: Task): Promise<End> {
  const { want: asked, session, client, store, ports } = done
  if (end.do !== 'give' || end.warning || isPlain(asked)) return end
  const { narrowed, afterNarrowing, tokens } = (session as Session).body
  if (afterNarrowing !== undefined) return end
  // The refresh token is the one from before.
  if (!narrowed) {
    await remember('undone', done)
    return end
  }
  const own = { use: 'access', audience: '', scopes: '' } as const
  const held = tokens.find((token) => sameSlot(token, own))
  // Neither the token it holds nor the answer that others got while they waited will do here.
  const want: Want = held ? { ...own, rejectedHash: tokenHash(held.value) } : own
  const task: Task = { client, store, ports, session, want }
  const came = await run([{ phase: 'locking', want: task.want }, { do: 'read-locked' }], task)
  const refused = came.do === 'fail' && came.failure.code === 'session-ended' ? came.failure : undefined
  if (came.do === 'give' || refused) await remember(refused ? 'kept' : 'undone', task)
  return refused ? { ...end, warning: boundToSlot(refused) } : end
}

/** Where it cannot be written down, the next run asks again. */
async function remember(afterNarrowing: 'kept' | 'undone', task: Task): Promise<void> {
  const { session } = task
  if (session) await write({ ...session, body: { ...session.body, afterNarrowing } }, task)
}

async function perform(effect: Exclude<Effect, End>, task: Task): Promise<Event> {
  switch (effect.do) {
    case 'read':
      return { type: 'read', session: await read(task) }
    case 'read-locked': {
      const failed = await task.store.failureSince(task.waitingSince ?? Number.POSITIVE_INFINITY)
      return { type: 'read-locked', session: await read(task), ...(failed && { failed }) }
    }
    case 'write': {
      const session = { ...(task.session as Session), body: effect.body }
      return task.renewed ? keep(session, task) : write(session, task)
    }
    case 'refresh': {
      // Lazy: most runs find a fresh token in the cache and need no code that talks to the provider.
      const { renew } = await import('./renewal/refresh.ts')
      const event = await renew(effect.refreshToken, task.session as Session, task)
      if (event.type === 'answered') task.renewed = true
      return noted(event, task)
    }
  }
}

/** Failures that say nothing about this session or what was asked for. */
const SHARED: readonly FailureCode[] = ['network', 'provider-failed', 'rate-limited']

/** Notes a renewal that got no usable answer, for the processes that wait for the lock. */
async function noted(event: Event, { store, want }: Task): Promise<Event> {
  if (event.type !== 'unsent' && event.type !== 'unanswered' && event.type !== 'unusable') return event
  const { failure } = event
  // A server may stumble over a scope or an audience that the others do not ask for.
  if (SHARED.includes(failure.code) && (failure instanceof NetworkFailure || isPlain(want)))
    await store.noteFailure(failure).catch(() => {})
  return event
}

/** Others wait for the lock: a provider that has just not answered is not asked to revoke anything. */
function isUnreachable(end: End): boolean {
  const failure = end.do === 'fail' ? end.failure : end.warning
  return failure?.code === 'network'
}

async function read(task: Task): Promise<Seen | undefined> {
  task.session = await readBound(task.client, task.store, task.ports)
  return task.session && { body: task.session.body, refresh: refreshTokenOf(task.session) }
}

const SECOND_TRY_MILLISECONDS = 200

/** The answer of a renewal is here alone: it is written twice where it must be, and a loss is reported. */
async function keep(session: Session, task: Task): Promise<Event> {
  const before = task.session && refreshTokenOf(task.session)
  const first = await write(session, task)
  if (first.type === 'written') return first
  await task.ports.clock.sleep(SECOND_TRY_MILLISECONDS)
  const second = await write(session, task)
  // A refresh token that was not replaced may be sent again.
  if (second.type !== 'not-written' || refreshTokenOf(session) === before) return second
  if (await isKept(session, task)) return { type: 'written' }
  const { failure } = second
  const message = `the renewed sign-in could not be saved: ${failure.message}`
  const hint = 'Sign in again before the current token expires: ls-auth login'
  return { type: 'not-written', failure: failure.withWords(message, hint) }
}

/** A write may fail when the file is in its place already: as its directory is flushed. */
async function isKept(session: Session, task: Task): Promise<boolean> {
  const { client, store, ports } = task
  const kept = await readBound(client, store, ports).catch(() => undefined)
  if (kept === undefined || refreshTokenOf(kept) !== refreshTokenOf(session)) return false
  task.session = kept
  return true
}

async function write(session: Session, task: Task): Promise<Event> {
  try {
    await task.store.commit(session)
    task.session = session
    return { type: 'written' }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure
    return { type: 'not-written', failure }
  }
}

async function needsSweep(store: Store, session: Session | undefined): Promise<boolean> {
  const { superseded, foreign } = session?.body ?? {}
  return (superseded ?? foreign) !== undefined || hasLeftovers(store, session?.header.sid)
}
