import type { SignInRequirements } from '../claims/sign-in-requirements.ts'
import { type AnswerHeaders, wantsNonce } from '../dpop/proofs.ts'
import { Failure } from '../errors.ts'
import { isPage } from '../http-answers/error-body.ts'
import { pathForLog } from '../loopback-host.ts'
import type { HttpAnswer } from '../ports/http.ts'
import type { Destination } from './destination.ts'
import { withoutEchoed, withoutToken } from './echoed-token.ts'
import type { NamedLimit } from './pacing.ts'
import { largeTokenHint } from './refusal/large-headers.ts'
import { tokenHeaders } from './request-headers.ts'

/** Gives the tokens: this room does not know sessions. */
export interface TokenSource {
  token(): Promise<string>
  /** A token other than the one the API has just refused, or undefined when there is none. */
  renew(rejected: string): Promise<string | undefined>
  /**
   * A token of a new sign-in, which `host` requires: asks the person, once in a run. Undefined: that was done, and its token is
   * the rejected one. Absent: no person can be asked. Failures: `declined`, and those of a sign-in.
   */
  stepUp?(required: SignInRequirements, host: string, rejected: string): Promise<string | undefined>
}

/** A request to the trace API; `maxBytes`: limit for the response body, 256 MiB by default. */
export interface ApiRequest {
  /** GET when absent. */
  readonly method?: string
  /** Begins with "/"; appended to the base URL's path. */
  readonly path: string
  /** Text is the query as a URL has it, without "?". */
  readonly query?: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string
  readonly accept?: string
  /** More headers; they cannot replace the token. */
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses, other than 2xx and 404, that are returned instead of thrown. */
  readonly answers?: readonly number[]
  readonly body?: string | Uint8Array
  readonly maxBytes?: number
  /** The rate limit it counts against, where that is not the one of most requests. */
  readonly limit?: NamedLimit
  /** Gets each answer, without the token, also if it ends in a Failure. */
  readonly onAnswer?: (answer: HttpAnswer) => void
  /** The trace that a good answer holds, where the path does not name it. */
  readonly reads?: (body: Uint8Array) => string | undefined
}

/** A response of the trace API. `json()`: the parsed body, Failure `api-failed` when it isn't a JSON. */
export interface ApiAnswer extends HttpAnswer {
  /** The limit for the body, bytes. */
  readonly maxBytes: number
  /** For a status among `answers`: the Failure that would have been thrown without it. */
  readonly failure?: Failure
  /** A sentence for the hint of a Failure that is made of this answer: the size of the token may be what is wrong. */
  readonly tokenHint?: string
  json(): unknown
}

/** Sends one authorised request; see {@link openApi}. */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>

const MAX_BYTES = 256 * 1024 * 1024

/**
 * Makes authorised requests: the token goes to the base URL's origin only, and no redirect is followed. After a 401 the token
 * is refreshed and the request retried once; once more after a new sign-in, where the API wants one. If only the proof of a key
 * was refused (RFC 9449 §9), another proof is sent. Responses of 2xx and 404 are returned; else Failures: those of denial.ts,
 * `network`, `refused`, and those of the token source.
 */
export function openApi(destination: Destination, source: TokenSource): Send {
  return async (request) => {
    const url = target(destination.base, request)
    const { pacing, proofs } = destination
    const isRead = (request.method ?? 'GET') === 'GET'
    const send = async (token: string | undefined) => {
      const answer = redacted(await proved(token), token)
      request.onAnswer?.(answer)
      return answer
    }
    const proved = async (token: string | undefined) => {
      const once = () => attempt(destination, url, request, token)
      const paced = () => (pacing === undefined ? once() : pacing(once, isRead, request.limit))
      if (token === undefined || proofs === undefined) return paced()
      const before = proofs.lesson()
      const answer = await paced()
      if (!proofs.learn(token, answer, before)) return answer
      const second = await paced()
      proofs.learn(token, second, before)
      return second
    }
    const recognise = async (answer: HttpAnswer) =>
      isGood(answer) ? undefined : destination.recognise?.(answer, { path: request.path, token })
    let token = destination.authorization.toLowerCase() === 'none' ? undefined : await source.token()
    let answer = await send(token)
    let known = await recognise(answer)
    if (token !== undefined && (known?.isAboutToken || isTokenRefused(answer))) {
      // A known gateway's words are reported even where there is no other token to be had.
      const renewed = await source.renew(token).catch((error) => {
        if (known === undefined || !(error instanceof Failure)) throw error
        return undefined
      })
      if (renewed !== undefined) {
        token = renewed
        answer = await send(token)
        known = await recognise(answer)
      }
    }
    const isWanted = source.stepUp !== undefined && isStepUp(answer.headers['www-authenticate'])
    const required = isWanted
      ? (await import('./refusal/step-up.ts')).requiredBy(answer, token, destination.scopeToAsk)
      : undefined
    if (token !== undefined && required !== undefined) {
      const stepped = await source.stepUp?.(required, url.host, token)
      if (stepped !== undefined) {
        token = stepped
        answer = await send(token)
        known = await recognise(answer)
      }
    }
    // Lazy: most responses are good, and denial.ts is needed for the others only.
    const denial = isGood(answer)
      ? undefined
      : (known?.failure ??
        (await import('./refusal/denial.ts')).explainAnswer(answer, url, token, {
          base: destination.base,
          isAgain: required !== undefined,
          now: destination.now?.(),
          scopeToAsk: destination.scopeToAsk,
          otherIssuerHint: token === undefined ? undefined : await destination.otherIssuerHint?.(token),
        }))
    const failure = denial && explained(destination, denial, url)
    // Whoever asks reads a 400 as one about the question; the size of the headers is none of it.
    const isOfAll = known?.isAboutToken || denial?.reason === 'large-headers'
    if (failure && (isOfAll || !request.answers?.includes(answer.status))) throw failure
    const isUnexplained = failure !== undefined && known === undefined
    const tokenHint = isUnexplained ? largeTokenHint(answer, token) : undefined
    const { maxBytes = MAX_BYTES } = request
    return {
      ...answer,
      maxBytes,
      ...(failure && { failure }),
      ...(tokenHint && { tokenHint }),
      json: () => parse(answer, url),
    }
  }
}

/**
 * Sends one request with this token, or with none, and gives any answer: it doesn't renew, retry or judge. Failures: `network`,
 * `refused`, `api-failed` (too large).
 */
export async function sendOnce(
  destination: Destination,
  request: ApiRequest,
  token: string | undefined,
): Promise<HttpAnswer> {
  return redacted(await attempt(destination, target(destination.base, request), request, token), token)
}

const isGood = (answer: HttpAnswer): boolean => answer.status >= 200 && answer.status < 300 && !isPage(answer)

const isTokenRefused = ({ status, headers }: HttpAnswer): boolean => status === 401 && isAboutToken(headers)

/** The absolute URL of a request, always of the base URL's origin: only path and query are set. */
export function target(base: URL, request: Pick<ApiRequest, 'path' | 'query'>): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}${request.path.startsWith('/') ? '' : '/'}${request.path}`
  const { query = {} } = request
  if (typeof query === 'string') url.search = query
  else
    for (const [name, value] of isList(query) ? query : Object.entries(query))
      url.searchParams.append(name, value)
  return url
}

const isList = (query: object): query is readonly (readonly [string, string])[] => Array.isArray(query)

async function attempt(
  destination: Destination,
  url: URL,
  request: ApiRequest,
  token: string | undefined,
): Promise<HttpAnswer> {
  const { method = 'GET', body } = request
  const { signal } = destination
  // Before the record: a request that isn't sent is in none.
  signal?.throwIfAborted()
  const seen = destination.witness?.({ method, path: pathForLog(url), spanId: askedSpanId(url), token })
  try {
    const answer = await destination.http.send({
      method,
      url,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
        ...seen?.headers,
        accept: request.accept ?? 'application/json',
        'accept-encoding': 'gzip, br',
        ...(token === undefined ? {} : await tokenHeaders(destination, token, method, url)),
      },
      ...(body === undefined ? {} : { body }),
      ...(signal && { signal }),
      maxBytes: request.maxBytes ?? MAX_BYTES,
    })
    await seen?.ended(answer.status, answer.status === 200 ? request.reads?.(answer.body) : undefined)
    return answer
  } catch (error) {
    await seen?.ended(undefined)
    throw error instanceof Failure ? explained(destination, error, url) : error
  }
}

const explained = ({ explain }: Destination, failure: Failure, url: URL): Failure =>
  explain?.(failure, url.hostname) ?? failure

function parse(answer: HttpAnswer, url: URL): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'))
  } catch {
    throw new Failure('api-failed', `${url.host} did not answer with JSON`, {
      hint: 'Check that api in the profile is the base URL of the trace API.',
    })
  }
}

/** A challenge that wants another sign-in (RFC 9470, or claims): another token of the same one is refused as well. */
const isStepUp = (challenge: string | undefined): boolean =>
  /\berror\s*=\s*"?insufficient_(?:user_authentication|claims)\b/i.test(challenge ?? '')

/** Whether another token may fix a 401: not after a step-up challenge, nor when a nonce is what is missing. */
export const isAboutToken = (headers: AnswerHeaders): boolean =>
  !isStepUp([headers['www-authenticate']].flat().join(', ')) && !wantsNonce(headers)

const redacted = (answer: HttpAnswer, token: string | undefined): HttpAnswer => {
  if (token === undefined) return answer
  return answer.status < 300 ? withoutToken(answer, token) : withoutEchoed(answer, token)
}

/**
 * The span whose trace a request asks for, as 1 to 16 hex digits: Lightstep has it in the query (`stored-traces?span-id=…`),
 * which no record keeps. Undefined: none, or something else than an id.
 */
export function askedSpanId({ pathname, searchParams }: URL): string | undefined {
  const id = pathname.endsWith('/stored-traces') ? searchParams.get('span-id') : null
  return id !== null && /^[0-9a-f]{1,16}$/i.test(id) ? id.toLowerCase() : undefined
}
