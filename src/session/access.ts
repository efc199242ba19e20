import { readJwt } from '../claims/jwt.ts'
import { Failure, NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { safeText } from '../safe-text.ts'
import { grantParameters } from './audience.ts'
import { type Client, sessionName } from './client.ts'
import { connect } from './connection.ts'
import { secondsLeft, type Want } from './freshness.ts'
import { gate } from './gate.ts'
import { checkSamePerson } from './id-token.ts'
import type { Provider, Tokens } from './provider.ts'
import { wireError } from './provider-errors.ts'
import { begin, type Effect, type Event, next, type Renewal, type Seen, type State } from './rotation.ts'
import type { Header } from './sealed-file.ts'
import { openStore, refreshTokenOf, type Session, type Store } from './store.ts'
import { storedTokens } from './stored-tokens.ts'
import { sweep } from './sweep.ts'

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
 * Performs the effects that the state machine in rotation.ts asks for.
 */
export async function accessToken(
  client: Client,
  want: Want,
  ports: Ports,
  command: string,
  tell: (line: string) => void,
): Promise<AccessToken> {
  const store = await openStore(client, ports)
  await checkSeal(client, store, ports)
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
      if (await needsSweep(store, seat.session).catch(() => false)) await sweep(client, store, ports)
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
      return send(effect.refresh, seat)
    default:
      throw new Failure('bug', `no way to perform ${effect.do} while ${state.phase}`)
  }
}

async function see(seat: Seat): Promise<Seen | undefined> {
  seat.session = await seat.store.read()
  return seat.session && { body: seat.session.body, refresh: refreshTokenOf(seat.session) }
}

async function send(refreshToken: string, seat: Seat): Promise<Event> {
  const { client, ports, want } = seat
  const { body } = seat.session as Session
  try {
    const provider = await connect(client, body, ports)
    const tokens = await refreshWhenReached(provider, refreshToken, slotParameters(client, want), ports)
    checkSamePerson(claimsOf(body.idToken), tokens.idClaims)
    return { type: 'answered', renewal: await renewal(client, tokens, want, body.grantedScope) }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const wire = wireError(error)
    const dead = wire?.error !== undefined && client.preset.deadRefreshCodes.includes(wire.error)
    return dead ? { type: 'refused', failure: error } : { type: 'unanswered', failure: temporary(error) }
  }
}

const RETRY_MILLISECONDS = [250, 750] as const

/**
 * Only a request that certainly did not leave (no name, no connection) is tried again: a refresh is no idempotent
 * request, and a strict provider takes a second use of the same token for theft (RFC 9700 §4.14.2).
 */
async function refreshWhenReached(
  provider: Provider,
  refreshToken: string,
  parameters: Record<string, string>,
  ports: Ports,
): Promise<Tokens> {
  for (const pause of RETRY_MILLISECONDS) {
    try {
      return await provider.refresh(refreshToken, parameters)
    } catch (error) {
      if (!(error instanceof NetworkFailure) || error.sent) throw error
      await ports.clock.sleep(pause * (0.5 + Math.random()))
    }
  }
  return provider.refresh(refreshToken, parameters)
}

async function renewal(
  client: Client,
  tokens: Tokens,
  want: Want,
  scopeBefore: string | undefined,
): Promise<Renewal> {
  const scope = tokens.scope ?? scopeBefore
  const token = client.useToken === 'id' ? tokens.idToken : tokens.accessToken
  let refusal: Failure | undefined
  try {
    // The policy is about the profile's own API.
    if (token !== undefined && isDefault(want)) {
      const now = tokens.receivedAt + tokens.skewSeconds * 1000
      await gate(client, token, { scope, keys: tokens.jwks?.value, now })
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    refusal = error
  }
  return {
    tokens: storedTokens(tokens, { audience: want.audience, scopes: want.scopes }),
    skewSeconds: tokens.skewSeconds,
    ...(tokens.refreshToken === undefined ? {} : { refresh: tokens.refreshToken }),
    ...(tokens.idToken === undefined ? {} : { idToken: tokens.idToken }),
    ...(scope === undefined || !isDefault(want) ? {} : { grantedScope: scope }),
    ...(tokens.jwks === undefined ? {} : { jwks: tokens.jwks }),
    ...(refusal === undefined ? {} : { refusal }),
  }
}

const isDefault = (want: Want): boolean => want.audience === '' && want.scopes === ''

/** A token for another API or a narrower scope is asked for at the renewal (RFC 6749 §6, RFC 8707 §2.2). */
function slotParameters(client: Client, want: Want): Record<string, string> {
  if (isDefault(want)) return {}
  return grantParameters(client, want.scopes.split(' ').filter(Boolean), want.audience || undefined)
}

/** A session does not end because the provider is away: the exit status says that trying again may help. */
function temporary(failure: Failure): Failure {
  if (failure instanceof NetworkFailure || failure.code === 'refused') return failure
  const status = wireError(failure)?.status
  if (status === 429) {
    return new Failure('rate-limited', 'the provider asks to slow down (HTTP 429)', {
      detail: failure.detail,
    })
  }
  return failure
}

function claimsOf(idToken: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const jwt = idToken === undefined ? undefined : readJwt(idToken)
  return jwt && 'payload' in jwt ? jwt.payload : undefined
}

async function needsSweep(store: Store, session: Session | undefined): Promise<boolean> {
  if (session?.body.superseded !== undefined) return true
  if ((await store.tombstones()).length > 0) return true
  return (await store.items()).some(({ sid }) => sid !== session?.header.sid)
}

function checkOrigin(client: Client, header: Header): void {
  if (Object.values(header.apis).includes(client.apiOrigin)) return
  throw new Failure('other-origin', `this sign-in is not for ${safeText(client.apiOrigin, 120)}`, {
    detail: [
      `confirmed: ${[...new Set(Object.values(header.apis))].map((origin) => safeText(origin, 120)).join(', ')}`,
    ],
  })
}

/**
 * The destination binding: a session serves the API origins its sign-in confirmed, and no other. Checked before the
 * keychain is touched.
 */
export async function checkSeal(client: Client, store: Store, ports: Ports): Promise<void> {
  const header = await store.peek()
  if (header) return checkOrigin(client, header)
  const { findByProfile } = await import('./sign-ins.ts')
  const sealed = await findByProfile(client, ports)
  if (!sealed) return
  // A sign-in that came between the two looks.
  if (sessionName(sealed) === sessionName(client)) return checkOrigin(client, sealed)
  const what =
    sealed.issuer === client.issuer ? (sealed.clientId === client.clientId ? 'account' : 'client') : 'issuer'
  throw new Failure(
    'profile-changed',
    `the profile ${safeText(client.profile, 60)} has changed: it names another ${what} now`,
    {
      detail: [`signed in at ${safeText(sealed.issuer, 120)} as client ${safeText(sealed.clientId, 80)}`],
    },
  )
}
