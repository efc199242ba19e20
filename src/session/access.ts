import { Failure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { Client } from './client.ts'
import { secondsLeft, tokenHash, type Want } from './renewal/freshness.ts'
import { begin, type Effect, type Event, next, type Seen, type State } from './renewal/state-machine.ts'
import { readBound } from './store/origin-binding.ts'
import { openStore, refreshTokenOf, type Session, type Store } from './store/session-store.ts'

/** A token that is valid now. */
export interface AccessToken {
  readonly token: string
  readonly secondsLeft: number
  /** Local clock, milliseconds. */
  readonly expiresAt: number
  /** Why it is an old one or was not kept; the token works all the same. */
  readonly warning: Failure | undefined
  readonly session: Session
}

/**
 * "A valid access token, please": from the cache without lock or network, else by exactly one refresh.
 * `rejected` is a token that the API has refused although it was valid here: it does not count as fresh.
 * Performs the effects that the state machine in renewal/state-machine.ts asks for.
 */
export async function accessToken(
  client: Client,
  { rejected, ...asked }: Omit<Want, 'rejectedHash'> & { readonly rejected?: string },
  ports: Ports,
  command: string,
  tell: (line: string) => void,
): Promise<AccessToken> {
  const want: Want = { ...asked, ...(rejected === undefined ? {} : { rejectedHash: tokenHash(rejected) }) }
  const store = await openStore(client, ports)
  const seat: Seat = { client, want, store, ports, session: undefined }
  let [state, effect] = begin(want)
  const drive = async (until: (effect: Effect) => boolean): Promise<void> => {
    while (!until(effect)) {
      const event = await perform(effect, state, seat)
      ;[state, effect] = next(state, event, ports.clock.now())
    }
  }
  const settled = (at: Effect) => at.do === 'give' || at.do === 'fail'
  await drive((at) => settled(at) || at.do === 'lock')
  if (!settled(effect)) {
    await store.turn(command, tell, async () => {
      // From here to the commit a signal waits: dying with the answer on its way would lose the session.
      await ports.signals.shield(() => drive(settled))
      // The token is at hand; what cannot be swept now is left for the next holder of the lock.
      if (await needsSweep(store, seat.session).catch(() => false)) {
        await (await import('./sweep.ts')).sweep(client, store, ports)
      }
    })
  }
  if (effect.do === 'fail') throw effect.failure
  if (effect.do !== 'give') throw new Failure('bug', 'the session machine stopped half way')
  const { token, warning } = effect
  const left = secondsLeft(token, ports.clock.now())
  return {
    token: token.token,
    secondsLeft: Math.floor(left),
    expiresAt: token.receivedAt + token.expiresIn * 1000,
    warning,
    session: seat.session as Session,
  }
}

interface Seat {
  readonly client: Client
  readonly want: Want
  readonly store: Store
  readonly ports: Ports
  session: Session | undefined
}

async function perform(effect: Effect, state: State, seat: Seat): Promise<Event> {
  switch (effect.do) {
    case 'read':
      return { type: 'read', session: await see(seat) }
    case 'lock':
    case 'read-again':
      return { type: 'locked', session: await see(seat) }
    case 'keep': {
      const session = { ...(seat.session as Session), body: effect.body }
      try {
        await seat.store.commit(session)
        seat.session = session
        return { type: 'kept' }
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure
        return { type: 'not-kept', failure }
      }
    }
    case 'send':
      // Most runs find a fresh token: what talks to the provider is read by those that do not.
      return (await import('./renewal/refresh.ts')).renew(effect.refresh, seat.session as Session, seat)
    default:
      throw new Failure('bug', `no way to perform ${effect.do} while ${state.phase}`)
  }
}

async function see(seat: Seat): Promise<Seen | undefined> {
  seat.session = await readBound(seat.client, seat.store, seat.ports)
  return seat.session && { body: seat.session.body, refresh: refreshTokenOf(seat.session) }
}

async function needsSweep(store: Store, session: Session | undefined): Promise<boolean> {
  if (session?.body.superseded !== undefined) return true
  if ((await store.tombstones()).length > 0) return true
  return (await store.items()).some(({ sid }) => sid !== session?.header.sid)
}
