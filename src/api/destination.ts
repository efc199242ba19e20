import type { Proofs } from '../dpop/proofs.ts'
import type { Failure } from '../errors.ts'
import type { Http, HttpAnswer } from '../ports/http.ts'
import type { Pacing } from './pacing.ts'

/** Where the authorised requests of one command go, and how the token is sent. */
export interface Destination {
  readonly base: URL
  /** `bearer`, `none`, another scheme's name, or a whole value with `{token}` in it. */
  readonly authorization: string
  /** The header that carries the token; `Authorization` when absent. */
  readonly tokenHeader?: string
  readonly http: Http
  /** Adds what the back end knows about a failed request to `host` (a better message or hint). */
  readonly explain?: (failure: Failure, host: string) => Failure
  /** What an answer that is not a good one means, where a gateway is known by it. The answer is without the token. */
  readonly recognise?: (answer: HttpAnswer, request: RefusedRequest) => Promise<KnownRefusal | undefined>
  /** Gives the headers that name the caller of a request before it is sent, and learns how it ended. */
  readonly witness?: Witness
  /** Our clock, milliseconds since the epoch: for an answer that names a date to wait for, and not its own. */
  readonly now?: () => number
  /** What to ask the provider for, to get a scope that the API calls by this name; the same where absent. Undefined: no sign-in brings it. */
  readonly scopeToAsk?: (scope: string) => string | undefined
  /** What to do about a token of another issuer than the expected one; undefined: it is of that issuer. */
  readonly otherIssuerHint?: (token: string) => Promise<string | undefined>
  /** For tokens that are bound to a key. */
  readonly proofs?: Proofs
  /** Decides when each request is sent, and whether once more. Without it: at once, and once. */
  readonly pacing?: Pacing
  /** The caller wants no more answers: ends the request that is under way, and sends none from then on. Its reason is thrown. */
  readonly signal?: AbortSignal
}

/** `path` is that of the request, below the base URL. */
export interface RefusedRequest {
  readonly path: string
  readonly token: string | undefined
}

/** See {@link Destination.recognise}. */
export interface KnownRefusal {
  readonly failure: Failure
  /** It is about the token, so that another one of the same person may be let in. Thrown whatever `ApiRequest.answers` says. */
  readonly isAboutToken?: boolean
}

/** See {@link Destination.witness}. `path` is that of the URL, without query; `spanId`: see {@link askedSpanId}. */
export type Witness = (request: {
  readonly method: string
  readonly path: string
  readonly spanId?: string | undefined
  readonly token: string | undefined
}) => {
  readonly headers: Readonly<Record<string, string>>
  /** `status` undefined: there was no answer; a word: of a call that isn't an HTTP request. `traceId`: the trace that the answer holds, where it is known. */
  ended(status: number | string | undefined, traceId?: string): Promise<void>
}
