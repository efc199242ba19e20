import type { Client } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { secondsLeft, tokenHash, type Want } from './renewal/freshness.ts'
import { begin, next } from './renewal/state-machine.ts'
import type { Effect, Event, Seen, Step } from './renewal/step.ts'
import { readBound } from './store/origin-binding.ts'
import { refreshTokenOf, type Session } from './store/session.ts'
import { openStore, type Store } from './store/session-store.ts'

/** A token that is valid now. */
export interface AccessToken {
  readonly value: string
  readonly secondsLeft: number
  /** Local clock, milliseconds. */
  readonly expiresAt: number
  /** Why an older token was handed out, or the new one was not stored. The token works all the same. */
  readonly warning: Failure | undefined
  readonly session: Session
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
  { rejected, ...asked }: Omit<Want, 'rejectedHash'> & { readonly rejected?: string },
  ports: Ports,
  command: string,
  tell: (line: string) => void,
): Promise<AccessToken> {
  const want: Want = { ...asked, ...(rejected === undefined ? {} : { rejectedHash: tokenHash(rejected) }) }
  const task: Task = { client, want, store: await openStore(client, ports), ports, session: undefined }
  let step = await run(begin(want), task, (effect) => effect.do === 'read-locked')
  if (step[1].do === 'read-locked') step = await runLocked(step, task, command, tell)
  const [, outcome] = step
  if (outcome.do === 'fail') throw outcome.failure
  if (outcome.do !== 'give') throw new Failure('bug', 'the session machine stopped half way')
  const { token, warning } = outcome
  return {
    value: token.value,
    secondsLeft: Math.floor(secondsLeft(token, ports.clock.now())),
    expiresAt: token.receivedAt + token.expiresIn * 1000,
    warning,
    session: task.session as Session,
  }
}

interface Task {
  readonly client: Client
  readonly want: Want
  readonly store: Store
  readonly ports: Ports
  /** The session as it was last read or written. */
  session: Session | undefined
}

/** Performs effects until the state machine has decided, or until the next effect is the one that `before` names. */
async function run(from: Step, task: Task, before = (_: Effect) => false): Promise<Step> {
  let [state, effect] = from
  while (effect.do !== 'give' && effect.do !== 'fail' && !before(effect)) {
    const event = await perform(effect, task)
    ;[state, effect] = next(state, event, task.ports.clock.now())
  }
  return [state, effect]
}

async function runLocked(
  from: Step,
  task: Task,
  command: string,
  tell: (line: string) => void,
): Promise<Step> {
  const { client, store, ports } = task
  return store.withSessionLock(command, tell, async () => {
    // Signals wait until the commit: an exit between request and commit would lose the rotated refresh token.
    const end = await ports.signals.shield(() => run(from, task))
    // The token can be handed out already; what cannot be swept now is left for the next holder of the lock.
    if (await needsSweep(store, task.session).catch(() => false)) {
      await (await import('./sweep.ts')).sweep(client, store, ports)
    }
    return end
  })
}

async function perform(effect: Effect, task: Task): Promise<Event> {
  switch (effect.do) {
    case 'read':
    case 'read-locked':
      return { type: effect.do, session: await read(task) }
    case 'write':
      return write({ ...(task.session as Session), body: effect.body }, task)
    case 'refresh':
      // Lazy: most runs find a fresh token in the cache and need no code that talks to the provider.
      return (await import('./renewal/refresh.ts')).renew(effect.refreshToken, task.session as Session, task)
    default:
      throw new Failure('bug', `${effect.do} is not performed`)
  }
}

async function read(task: Task): Promise<Seen | undefined> {
  task.session = await readBound(task.client, task.store, task.ports)
  return task.session && { body: task.session.body, refresh: refreshTokenOf(task.session) }
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
  if (session?.body.superseded !== undefined) return true
  if ((await store.tombstones()).length > 0) return true
  return (await store.items()).some(({ sid }) => sid !== session?.header.sid)
}
