import { readChallenge } from '../../api/refusal/challenge.ts'
import { Failure } from '../../errors.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import { urlToJudge } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { Resource } from './resource.ts'

/** Limit for the document, bytes. */
const MOST_BYTES = 64 * 1024
/** Limit for any other answer, of which only the header counts. */
const MOST_OTHER_BYTES = 256 * 1024

/** Sends one GET without a token to the API, and tells it who asks. */
export type Look = (url: URL, maxBytes: number) => Promise<HttpAnswer>

/** A {@link Look} with these headers for each path. */
export const lookWith =
  (http: Http, headers: (path: string) => Readonly<Record<string, string>>): Look =>
  (url, maxBytes) =>
    http.send({
      method: 'GET',
      url,
      headers: { ...headers(url.pathname), accept: 'application/json' },
      maxBytes,
    })

/**
 * The metadata of a resource, not judged yet: from its well-known address, else from where its own 401 says that they are
 * (RFC 9728 §5.1), on the same origin. No redirect is followed. Failures: `network`, `api-failed`, `refused`, `not-found`.
 */
export async function fetchDocument(resource: Resource, look: Look): Promise<HttpAnswer> {
  const answer = await look(resource.metadata, MOST_BYTES)
  if (answer.status === 200) return answer
  refuseRedirect(answer, resource.metadata)
  if (answer.status >= 500 || answer.status === 429) throw failed(answer, resource.metadata)
  const named = await namedByApi(resource, look)
  if (named === undefined) throw nothingThere(resource)
  const second = await look(named, MOST_BYTES)
  if (second.status === 200) return second
  refuseRedirect(second, named)
  throw failed(second, named)
}

/** Where the challenge of the API says that its metadata are; undefined: it says nothing. */
async function namedByApi({ url }: Resource, look: Look): Promise<URL | undefined> {
  const { status, headers } = await look(url, MOST_OTHER_BYTES).catch((error) => {
    // A page that is too large is no challenge either.
    if (error instanceof Failure && error.code === 'api-failed')
      return { status: 0, headers: {} as HttpAnswer['headers'] }
    throw error
  })
  const named = status === 401 ? readChallenge(headers['www-authenticate'])?.resourceMetadata : undefined
  if (named === undefined) return undefined
  const place = URL.canParse(named) ? new URL(named) : undefined
  if (place?.origin === url.origin && !place.username && !place.password) return place
  throw new Failure('refused', `${shownHost(url)} says that another host knows how to sign in`, {
    detail: [`resource_metadata: ${urlToJudge(named)}`],
    hint: 'Nothing was asked there, and nothing was saved. Ask whoever runs the API.',
  })
}

function refuseRedirect({ status, headers }: HttpAnswer, url: URL): void {
  if (status < 300 || status >= 400) return
  const { location } = headers
  throw new Failure(
    'refused',
    `${shownHost(url)} redirects instead of saying how to sign in (HTTP ${status})`,
    {
      detail: location === undefined ? [] : [`to ${urlToJudge(location)}`],
      hint: 'No redirect is followed there. If that is the API, name its address yourself.',
    },
  )
}

const failed = ({ status }: HttpAnswer, url: URL): Failure =>
  new Failure('api-failed', `${shownHost(url)} failed to say how to sign in (HTTP ${status})`)

const nothingThere = ({ url, metadata }: Resource): Failure =>
  new Failure('not-found', `${shownHost(url)} publishes no sign-in settings`, {
    detail: [`nothing is at ${safeText(metadata.pathname, 200)}`],
    hint: `Is that the trace gateway? If so, name the rest yourself: ls-auth login --issuer URL --client-id ID --api ${shellWord(url.href)}`,
  })

/** The host as it is looked up. */
export const shownHost = ({ host }: URL): string => safeText(host, Number.POSITIVE_INFINITY)
