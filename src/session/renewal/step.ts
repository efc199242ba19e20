import { unverifiedClaims } from '../../claims/jwt/unverified.ts'
import { Failure, type FailureCode } from '../../errors.ts'
import { typedDuration, wholeDuration } from '../../text/duration.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import {
  type EarlierAttempt,
  findValid,
  isPlain,
  marginOf,
  type RefusalReason,
  sameSlot,
  type Want,
  whyEnded,
} from './freshness.ts'

/** The states, events and effects of the state machine (state-machine.ts). */

/** The part of a session that the state machine needs. */
export interface Seen {
  readonly body: SessionBody
  readonly refresh: string | undefined
}

/** Where the machine stands. */
export type State =
  | { readonly phase: 'reading' | 'locking' | 'done'; readonly want: Want }
  | {
      readonly phase: 'noting' | 'sending' | 'keeping'
      readonly want: Want
      readonly spending: Spending
    }
  | Doubting
  | { readonly phase: 'settling'; readonly want: Want; readonly verdict: Step }

/** The provider has refused: `verdict`, and the reason that it gave. */
export interface Doubting {
  readonly phase: 'doubting'
  readonly want: Want
  readonly spending: Spending
  readonly verdict: Failure
  readonly reason: RefusalReason
}

/** One use of a refresh token: it is sent once, and what the provider did with it may stay unknown. */
export interface Spending {
  readonly seen: Seen
  readonly refreshToken: string
  /** What an earlier process has stored about its use of this very token. */
  readonly earlier: EarlierAttempt | undefined
  /** After the first refusal the session file has been read again already. */
  readonly doubted: boolean
  readonly renewed?: StoredToken | undefined
  /** The API has refused the token of this answer. */
  readonly repeated?: boolean
  readonly refusal?: Failure | undefined
  readonly unusable?: Failure | undefined
}

/** The result of the last effect. */
export type Event =
  | { readonly type: 'read'; readonly session: Seen | undefined }
  /** `failed`: why another process could not renew the session while this one was waiting for the lock. */
  | { readonly type: 'read-locked'; readonly session: Seen | undefined; readonly failed?: Failure }
  | { readonly type: 'written' }
  | { readonly type: 'not-written'; readonly failure: Failure }
  | { readonly type: 'answered'; readonly renewal: Renewal }
  /** The answer is for another person. `foreign`: the refresh token that came with it. */
  | { readonly type: 'another-person'; readonly failure: Failure; readonly foreign: string | undefined }
  /**
   * The provider says that it does not renew the session (invalid_grant, or the preset's codes). `isDead`: it says so of the
   * refresh token itself, and not of what was asked for or of the person who has to do something first.
   */
  | { readonly type: 'refused'; readonly failure: Failure; readonly isDead?: true }
  /** Refused without an error code, or with a code that may be about the requested scope or audience. */
  | { readonly type: 'unexplained'; readonly failure: Failure }
  /** Refused for the API that was asked for (invalid_target): some providers have used the refresh token up by then. */
  | { readonly type: 'perhaps-spent'; readonly failure: Failure }
  /** Refused for a reason that is not the refresh token (invalid_scope, invalid_client). */
  | { readonly type: 'denied'; readonly failure: Failure }
  /** Nothing was sent; sent and no response; a response that says nothing about the token (5xx, 429, HTML). */
  | { readonly type: 'unsent' | 'unanswered' | 'unusable'; readonly failure: Failure }

/** What to do next. From the first `read-locked` to the end the session lock is held. */
export type Effect =
  /** Read the session: without the lock, or holding it. */
  | { readonly do: 'read' | 'read-locked' }
  /** Commit this body to the session file. */
  | { readonly do: 'write'; readonly body: SessionBody }
  /** Send the refresh token to the provider. */
  | { readonly do: 'refresh'; readonly refreshToken: string }
  /** The end: a token to hand out, or a failure to throw. */
  | { readonly do: 'give'; readonly token: StoredToken; readonly warning?: Failure | undefined }
  | { readonly do: 'fail'; readonly failure: Failure }

/** The next state and what to do in it. */
export type Step = readonly [State, Effect]

/** The content of a refresh response that openid-client has validated. */
export interface Renewal {
  readonly tokens: readonly StoredToken[]
  readonly refresh?: string
  /** Null: the refresh token has no end; missing: the answer does not say. */
  readonly refreshEndsAt?: SessionBody['refreshEndsAt']
  readonly idToken?: string
  readonly grantedScope?: string
  readonly jwks?: SessionBody['jwks']
  /** Of a provider whose token endpoint has moved. */
  readonly metadata?: SessionBody['metadata']
  readonly server?: SessionBody['server']
  readonly skewSeconds: number
  /** The new token violates the policy: the rotated refresh token is stored, the access token is not handed out. */
  readonly refusal?: Failure
  /** The response cannot be used: of it only the rotated refresh token is stored. */
  readonly unusable?: Failure
  /** The new refresh token may be bound to the scope or audience of another token. */
  readonly narrowed?: boolean
}

/** Whether an expected ID token is missing: a refresh response may leave it out (OIDC Core §12.2). */
const lacksIdToken = ({ idToken, unusable }: Renewal, want: Want): boolean =>
  idToken === undefined &&
  unusable === undefined &&
  (isPlain(want) || want.scopes.split(' ').includes('openid'))

/** Claims about one authentication or one token, not about the person (OpenID Connect Core §2, §3.1.3.6). */
const OF_THE_MOMENT = ['nonce', 'at_hash', 'c_hash', 's_hash', 'auth_time', 'acr', 'amr', 'jti', 'sid', 'rat']

/** Whether an ID token lacks claims about the person that the one before has. */
function saysLess(after: string, before: string | undefined): boolean {
  const [then, now] = [unverifiedClaims(before), unverifiedClaims(after)].map(Object.keys) as [
    string[],
    string[],
  ]
  return now.length > 0 && then.some((name) => !now.includes(name) && !OF_THE_MOMENT.includes(name))
}

/** The ID token that says who is signed in. One for other scopes or another API may say less. */
function identityAfter(
  { idToken: before, narrowed }: SessionBody,
  { idToken }: Renewal,
  want: Want,
): string | undefined {
  if (idToken === undefined || !isPlain(want)) return before
  return narrowed && saysLess(idToken, before) ? before : idToken
}

/** The session body after a refresh; `sent`: the refresh token that was used. */
export function renewedBody(before: SessionBody, sent: string, renewal: Renewal, want: Want): SessionBody {
  const {
    attempt: _,
    padding: __,
    narrowed: ___,
    tokens: old,
    refresh,
    idTokenAtSignInOnly,
    ...rest
  } = before
  const replaced = (token: StoredToken) => renewal.tokens.some((other) => sameSlot(token, other))
  const rotated = renewal.refresh !== undefined && renewal.refresh !== sent
  const current = rotated ? renewal.refresh : refresh
  const noIdTokens = lacksIdToken(renewal, want) || (idTokenAtSignInOnly && renewal.idToken === undefined)
  const idToken = identityAfter(before, renewal, want)
  return {
    ...rest,
    tokens: renewal.refusal ? [] : [...old.filter((token) => !replaced(token)), ...renewal.tokens],
    ...(current === undefined ? {} : { refresh: current }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(noIdTokens ? { idTokenAtSignInOnly: true } : {}),
    // An ID token that says less shows that the new refresh token is bound to less still.
    ...(renewal.narrowed || (isPlain(want) && renewal.idToken && idToken !== renewal.idToken)
      ? { narrowed: true }
      : {}),
    ...(renewal.grantedScope === undefined ? {} : { grantedScope: renewal.grantedScope }),
    ...(renewal.refreshEndsAt === undefined ? {} : { refreshEndsAt: renewal.refreshEndsAt }),
    ...(renewal.jwks === undefined ? {} : { jwks: renewal.jwks }),
    ...(renewal.metadata === undefined ? {} : { metadata: renewal.metadata }),
    ...(renewal.server && { server: renewal.server }),
    skewSeconds: renewal.skewSeconds,
  }
}

/** How the state machine (state-machine.ts) ends: with a token, or with the failure that the person sees. */

/** The token that is still valid, with the failure as its warning, unless a longer life was asked for. */
export function orStillValid(state: State & { spending: Spending }, failure: Failure, now: number): Step {
  const valid = findValid(state.spending.seen.body, state.want, now)
  if (valid && state.want.minTtlSeconds === undefined) return give(state.want, valid, failure)
  return failWith(state.want, failure)
}

/** Whether the refusal may be about the API or the scopes that were asked for: the session's own token was not refused. */
export const mayBeOfSlot = ({ want, spending, reason }: Doubting): boolean =>
  reason === 'given' && !isPlain(want) && spending.earlier !== 'refused'

/** The provider has refused, and no other process has renewed: the sign-in has ended, or this API gets no token. */
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
  fail(want, 'usage', `this provider's tokens last ${wholeDuration(life)}, less than --min-ttl requires`, {
    hint: `Use --min-ttl ${typedDuration(Math.floor(life - marginOf(life)))} at most.`,
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
    new Failure('not-allowed', 'the API refused the token, and the provider sent the same one again', {
      reason: 'same-token',
    }),
  )

/** There is no ID token to hand out, and a refresh would bring none. */
export function noIdToken(want: Want, { idToken }: SessionBody): Step {
  return idToken === undefined
    ? fail(want, 'cannot-do', 'this sign-in has no ID token', {
        hint: 'Sign in with openid: ls-auth login --scope openid',
      })
    : fail(want, 'cannot-do', 'the provider renewed no ID token, and the previous one has expired', {
        hint: 'Sign in again to get a new one: ls-auth login',
      })
}

/** Warnings about a provider that binds a refresh token to the scope or audience of a renewal (against RFC 6749 §6). */

/** The warning beside the token that did it. `refusal`: how the session's own scopes were refused right after it. */
export function boundToSlot(refusal: Failure): Failure {
  const why = refusal.detail.length === 0 ? '' : ` (${refusal.detail.join(', ')})`
  return new Failure(
    'session-ended',
    `the provider has bound your sign-in to the scope or audience just requested${why}`,
    {
      hint: 'When your own token has expired, run: ls-auth login. ls-auth then asks this provider for no other scope or audience.',
    },
  )
}

/** The refusal where that is not known, and the person has not agreed. */
export const mayBind = (): Failure =>
  new Failure(
    'usage',
    'this provider may bind your sign-in to --scope or --audience and stop renewing your own token',
    { reason: 'may-bind', hint: 'To accept that you may have to sign in again, add --narrow.' },
  )

/** The refusal where that is known. */
export const wouldBind = (): Failure =>
  new Failure(
    'not-allowed',
    'this provider would bind your sign-in to --scope or --audience and stop renewing your own token',
    {
      hint: "Put the API's scopes and audience into the profile and sign in. If the provider has changed: ls-auth logout, then ls-auth login.",
    },
  )

/** The provider refuses the session's own scopes since a token was asked for with others. */
export const narrowedForGood = (detail: readonly string[]): Failure =>
  new Failure(
    'session-ended',
    'your sign-in has ended: the provider only renews the token requested with --scope or --audience',
    { detail },
  )
