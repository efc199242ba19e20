import type { Failure } from '../../errors.ts'
import type { SessionBody, StoredToken } from '../store/session-file.ts'
import type { EarlierAttempt, RefusalReason } from './earlier-attempt.ts'
import type { Want } from './freshness.ts'
import type { Renewal } from './renewal.ts'

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
  /** The token of the answer is the one that the API has refused. */
  readonly repeated?: boolean
  readonly refusal?: Failure | undefined
  readonly unusable?: Failure | undefined
}

/** What has happened: the result of the last effect. */
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
  /** Refused without an error code, or with one that may be about the requested scope or audience. */
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
