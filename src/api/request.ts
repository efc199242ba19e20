import { Failure } from '../errors.ts'
import { pathForLog } from '../loopback-host.ts'
import type { Http, HttpAnswer } from '../ports/http.ts'
import { tokenHeaders } from './authorization.ts'
import type { Pacing } from './pacing.ts'
import { isPage } from './page.ts'

/** Where the authorised requests of one command go, and how the token is sent. */
export interface Destination {
  readonly base: URL
  /** `bearer`, `none`, another scheme's name, or a whole value with `{token}` in it. */
  readonly authorization: string
  /** The header the token is sent in; `Authorization` when absent. */
  readonly tokenHeader?: string
  readonly http: Http
  /** Adds what the back end knows about a failed request to `host` (a better message or hint). */
  readonly explain?: (failure: Failure, host: string) => Failure
  /** Told of each request before it is sent: gives the headers that name the caller, and is told how it ended. */
  readonly witness?: Witness
  /** Decides when each request is sent, and whether once more. Without it: at once, and once. */
  readonly pacing?: Pacing
}

/** See {@link Destination.witness}. `path` is that of the URL, without query. */
export type Witness = (request: {
  readonly method: string
  readonly path: string
  readonly token: string | undefined
}) => {
  readonly headers: Readonly<Record<string, string>>
  /** `status` undefined: there was no answer. `traceId`: the trace that the answer holds, where it is known. */
  ended(status: number | undefined, traceId?: string): Promise<void>
}

/** Gives the tokens: this room does not know sessions. */
export interface TokenSource {
  token(): Promise<string>
  /** A token other than the one the API has just refused, or undefined when there is none. */
  renew(rejected: string): Promise<string | undefined>
}

/** A request to the trace API; `maxBytes`: limit for the response body, 256 MiB by default. */
export interface ApiRequest {
  /** GET when absent. */
  readonly method?: string
  /** Begins with "/"; appended to the base URL's path. */
  readonly path: string
  /** Text is the query as it stands in a URL, without "?". */
  readonly query?: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | string
  readonly accept?: string
  /** More headers; they cannot replace Authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses, other than 2xx and 404, that are returned instead of thrown. */
  readonly answers?: readonly number[]
  readonly body?: string | Uint8Array
  readonly maxBytes?: number
  /** The trace that a good answer holds, where the path does not name it. */
  readonly reads?: (body: Uint8Array) => string | undefined
}

/** A response of the trace API. `json()`: the parsed body, Failure `api-failed` when it is no JSON. */
export interface ApiAnswer extends HttpAnswer {
  /** The limit for the body, bytes. */
  readonly maxBytes: number
  /** For a status among `answers`: the Failure that would have been thrown without it. */
  readonly failure?: Failure
  json(): unknown
}

/** Sends one authorised request; see {@link openApi}. */
export type Send = (request: ApiRequest) => Promise<ApiAnswer>

const MAX_BYTES = 256 * 1024 * 1024

/**
 * Makes authorised requests: the token is sent to the base URL's origin only, no redirect is followed, and after a 401
 * the token is refreshed and the request retried once. Responses of 2xx and 404 are returned; anything else is a
 * Failure: those of denial.ts, `network`, `refused`, and those of the token source.
 */
export function openApi(destination: Destination, source: TokenSource): Send {
  return async (request) => {
    const url = target(destination.base, request)
    const { pacing } = destination
    const isRead = (request.method ?? 'GET') === 'GET'
    const send = (token: string | undefined) => {
      const once = () => attempt(destination, url, request, token)
      return pacing === undefined ? once() : pacing(once, isRead)
    }
    let token = destination.authorization.toLowerCase() === 'none' ? undefined : await source.token()
    let answer = await send(token)
    if (answer.status === 401 && token !== undefined && !isStepUp(answer.headers['www-authenticate'])) {
      const renewed = await source.renew(token)
      if (renewed !== undefined) {
        token = renewed
        answer = await send(token)
      }
    }
    answer = withoutToken(answer, token)
    // Lazy: most responses are good, and denial.ts is needed for the others only.
    const isGood = answer.status >= 200 && answer.status < 300 && !isPage(answer)
    const denial = isGood ? undefined : (await import('./denial.ts')).explainAnswer(answer, url, token)
    const failure = denial && explained(destination, denial, url)
    if (failure && !request.answers?.includes(answer.status)) throw failure
    const { maxBytes = MAX_BYTES } = request
    return { ...answer, maxBytes, ...(failure && { failure }), json: () => parse(answer, url) }
  }
}

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
  const seen = destination.witness?.({ method, path: pathForLog(url), token })
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
        ...(token === undefined ? {} : tokenHeaders(destination, token)),
      },
      ...(body === undefined ? {} : { body }),
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

/** A step-up challenge (RFC 9470): another token of the same sign-in is refused as well. */
export const isStepUp = (challenge: string | undefined): boolean =>
  /\berror\s*=\s*"?insufficient_user_authentication\b/i.test(challenge ?? '')

/** Redacts the token in an error response: a server may echo it, and messages quote the response. */
function withoutToken(answer: HttpAnswer, token: string | undefined): HttpAnswer {
  if (token === undefined || answer.status < 300) return answer
  const clean = (text: string) => text.replaceAll(token, '[token]')
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]),
  )
  return { ...answer, headers, body: Buffer.from(clean(answer.body.toString('utf8'))) }
}
