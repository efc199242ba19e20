import { Failure } from '../errors.ts'
import type { Http, HttpAnswer } from '../ports.ts'
import { authorizationValue } from './authorization.ts'
import { isPage } from './page.ts'

/** Where the authorised requests of one command go, and how they say who asks. */
export interface Destination {
  readonly base: URL
  /** `bearer`, `none`, another scheme's name, or a whole value with `{token}` in it. */
  readonly authorization: string
  readonly http: Http
  /** What is known beyond the bare failure of a request to `host`: a back end adds what it knows of itself. */
  readonly explain?: (failure: Failure, host: string) => Failure
}

/** Hands out tokens; the API knows nothing of sessions. */
export interface TokenSource {
  token(): Promise<string>
  /** A token other than the one the API has just refused, or undefined when there is none. */
  renew(rejected: string): Promise<string | undefined>
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST'
  /** Begins with "/"; appended to the base URL's own path. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly accept?: string
  /** More headers; none of them can replace the Authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /** Statuses beside 2xx and 404 that the caller wants to look at itself. */
  readonly answers?: readonly number[]
  readonly body?: string
  readonly maxBytes?: number
}

export interface ApiAnswer extends HttpAnswer {
  /** Bytes that the body was allowed to have. */
  readonly maxBytes: number
  /** What would have been thrown, had the status not been among `answers`. */
  readonly failure?: Failure
  json(): unknown
}

export type Send = (request: ApiRequest) => Promise<ApiAnswer>

const MAX_BYTES = 256 * 1024 * 1024

/**
 * The authorised request: the token goes to the base URL's origin and nowhere else, no redirect is followed, a
 * refused token is renewed once. Answers of 2xx and 404 come back; anything else is a Failure.
 */
export function openApi(destination: Destination, source: TokenSource): Send {
  return async (request) => {
    const url = target(destination.base, request)
    let token = destination.authorization.toLowerCase() === 'none' ? undefined : await source.token()
    let answer = await attempt(destination, url, request, token)
    if (answer.status === 401 && token !== undefined) {
      const renewed = await source.renew(token)
      if (renewed !== undefined) {
        token = renewed
        answer = await attempt(destination, url, request, token)
      }
    }
    answer = withoutToken(answer, token)
    // Most answers are good ones: what knows all the others is left where it is.
    const isGood = answer.status >= 200 && answer.status < 300 && !isPage(answer)
    const denial = isGood ? undefined : (await import('./denial.ts')).explainAnswer(answer, url, token)
    const failure = denial && explained(destination, denial, url)
    if (failure && !request.answers?.includes(answer.status)) throw failure
    const { maxBytes = MAX_BYTES } = request
    return { ...answer, maxBytes, ...(failure && { failure }), json: () => parse(answer, url) }
  }
}

/** The absolute URL of a request; a path cannot lead to another origin. */
export function target(base: URL, request: Pick<ApiRequest, 'path' | 'query'>): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/$/, '')}${request.path.startsWith('/') ? '' : '/'}${request.path}`
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
  if (url.origin !== base.origin) throw new Failure('refused', 'the path leads to another origin')
  return url
}

async function attempt(
  destination: Destination,
  url: URL,
  request: ApiRequest,
  token: string | undefined,
): Promise<HttpAnswer> {
  try {
    return await destination.http.send({
      method: request.method ?? 'GET',
      url,
      headers: {
        ...request.headers,
        accept: request.accept ?? 'application/json',
        'accept-encoding': 'gzip, br',
        ...(token === undefined
          ? {}
          : { authorization: authorizationValue(destination.authorization, token) }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      maxBytes: request.maxBytes ?? MAX_BYTES,
    })
  } catch (error) {
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

/** A server may echo the token it was sent; what is quoted from its answer must not hold it. */
function withoutToken(answer: HttpAnswer, token: string | undefined): HttpAnswer {
  if (token === undefined || answer.status < 300) return answer
  const clean = (text: string) => text.replaceAll(token, '[token]')
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, clean(value)]),
  )
  return { ...answer, headers, body: Buffer.from(clean(answer.body.toString('utf8'))) }
}
