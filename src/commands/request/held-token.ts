import type { TokenSource } from '../../api/request.ts'
import { payloadOf } from '../../claims/jwt/jwt.ts'
import { FAILURES, Failure } from '../../errors.ts'
import type { Clock } from '../../ports/ports.ts'
import type { AccessToken } from '../../session/access.ts'
import { type Profile, sendsToken } from '../../settings/profile.ts'
import { requireClient } from '../../settings/required-client.ts'
import { givenToken, type Invocation } from '../invocation.ts'
import type { TokenWish } from './credentials.ts'
import { sessionToken, type ValidToken } from './credentials.ts'
import { requireApiOfGiven } from './require-api.ts'

/** How long a token is used without a look at the session: so long a proxy lives on after `logout`. */
const LOOK_MILLISECONDS = 15_000
/** From then on a request makes the next look begin, so that a busy proxy waits for none. */
const EARLY_MILLISECONDS = 10_000
/** The same for a token that is about to expire, while the provider gives no other. */
const AGAIN_MILLISECONDS = 1_000
/** Before its end a token is not used: it would expire on its way. */
const LEEWAY_MILLISECONDS = 20_000
/** An API that refuses every token must not make a renewal of each request. */
const RENEWAL_MILLISECONDS = 30_000

/** The token of a process that serves many requests. Failures: those of {@link sessionToken}. */
export interface HeldToken {
  /** Undefined: the API takes none. */
  token(): Promise<string | undefined>
  /** Another one than the API has just refused; undefined: there is none. */
  renew(rejected: string): Promise<string | undefined>
}

/** Whether nothing but a new sign-in gives tokens again. */
export const isOver = (error: unknown): error is Failure =>
  error instanceof Failure && FAILURES[error.code].exit === 3

/**
 * The token of a profile's session for as long as a proxy lives. It calls `over` when the session has ended or is another
 * person's, and `onToken` with each token before it is used. With LS_AUTH_TOKEN: that one, unchanged.
 */
export function tokenOf(
  invocation: Invocation,
  profile: Profile,
  wish: TokenWish,
  { over, onToken }: { over: (failure: Failure) => void; onToken: (token: ValidToken) => void },
): HeldToken {
  const given = givenToken(invocation)
  if (!sendsToken(profile)) return fixed(undefined)
  if (given !== undefined) {
    requireApiOfGiven(invocation.ports.env, profile)
    return fixed(given)
  }
  const requireSamePerson = onePerson()
  const ask = async (rejected: string | undefined) => {
    const want = { ...wish, ...(rejected !== undefined && { rejected }) }
    const token = await sessionToken(invocation, requireClient(profile), want)
    requireSamePerson(token)
    onToken(token)
    return token
  }
  return heldToken(ask, invocation.ports.clock, over)
}

const fixed = (token: string | undefined): HeldToken => ({
  token: async () => token,
  renew: async () => undefined,
})

type Ask = (rejected: string | undefined) => Promise<Pick<AccessToken, 'value' | 'expiresAt'>>

/** Holds a token in memory, so that a request costs neither a file nor a keychain. */
export function heldToken(
  askSession: Ask,
  clock: Pick<Clock, 'now'>,
  over: (failure: Failure) => void,
): TokenSource {
  let held: Awaited<ReturnType<Ask>> | undefined
  let [askedAt, renewedAt] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  /** Why the last look gave no token; undefined: it gave one. */
  let failed: { readonly why: unknown } | undefined
  /** Requests that come in between wait for the same answer. */
  let asking: ReturnType<Ask> | undefined
  /** Also a moment that is yet to come has passed: the clock was set back since. */
  const hasPassed = (milliseconds: number, since: number) =>
    clock.now() < since || clock.now() - since >= milliseconds
  const askOnce = async (rejected: string | undefined) => {
    try {
      held = await askSession(rejected)
      failed = undefined
      return held
    } catch (error) {
      failed = { why: error }
      if (isOver(error)) {
        // After a logout no request goes with the old one, though the API might take it.
        held = undefined
        over(error)
      }
      throw error
    } finally {
      askedAt = clock.now()
      asking = undefined
    }
  }
  const ask = (rejected?: string) => {
    asking ??= askOnce(rejected)
    return asking
  }
  return {
    async token() {
      if (held === undefined) return (await ask()).value
      const isGood = held.expiresAt - clock.now() > LEEWAY_MILLISECONDS
      if (!hasPassed(isGood ? EARLY_MILLISECONDS : AGAIN_MILLISECONDS, askedAt)) {
        if (failed && held.expiresAt <= clock.now()) throw failed.why
        return held.value
      }
      const { value } = held
      const isFresh = !hasPassed(LOOK_MILLISECONDS, askedAt)
      const asked = ask().then((token) => token.value)
      if (!isGood) return asked
      // A failure other than the end of the session isn't a reason to stop: the token at hand is good.
      const known = asked.catch((error) => (isOver(error) ? Promise.reject(error) : value))
      if (!isFresh) return known
      known.catch(() => {})
      return value
    },
    async renew(rejected) {
      while (asking !== undefined) await asking.catch(() => {})
      if (held !== undefined && held.value !== rejected) return held.value
      if (!hasPassed(RENEWAL_MILLISECONDS, renewedAt)) return undefined
      renewedAt = clock.now()
      const { value } = await ask(rejected)
      return value === rejected ? undefined : value
    },
  }
}

/** The owner of a token, if known. */
interface Holder {
  /** Of one sign-in. */
  readonly sid: string | undefined
  /** Issuer and subject of the ID token. */
  readonly person: string | undefined
}

/**
 * Holds the tokens of a long process to the person of the first one: its user has not asked to be the next person. Gives the
 * function that throws Failure `session-ended` for a token of another person.
 */
export function onePerson(): (token: Pick<ValidToken, 'body' | 'session'>) => void {
  let first: Holder | undefined
  return ({ body, session }) => {
    // A workload keeps no session, and is who it is.
    if (session === undefined) return
    const holder = { sid: session.header.sid, person: personOf(body.idToken) }
    first ??= holder
    const isSame = holder.sid === first.sid || (holder.person !== undefined && holder.person === first.person)
    if (isSame) return
    throw new Failure('session-ended', 'another account has signed in since this began', {
      hint: 'Start it again to continue as the current account.',
    })
  }
}

function personOf(idToken: string | undefined): string | undefined {
  const claims = payloadOf(idToken)
  return claims && JSON.stringify([claims.iss, claims.sub])
}
