import { Failure } from '../../errors.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'
import { flagsOf, type Invocation } from '../invocation.ts'

/** The same limit as for a settings file, bytes. */
const MOST_BYTES = 1024 * 1024
const MOST_REDIRECTS = 5
const BY_HAND = 'Download it with your browser, and name the file: profile add --from FILE'

/** Whether `--from` names something to fetch. */
export const isUrl = (from: string): boolean => /^https?:\/\//i.test(from)

/** An address as it may be shown: a query can hold a secret. */
export const shownUrl = (from: string): string =>
  URL.canParse(from) ? safeText(new URL(from).origin + new URL(from).pathname, 200) : safeText(from, 200)

/**
 * Fetches a profile that a team shares: no token, no cookie, no client certificate, and no redirect to another origin,
 * because the person has judged the one that was typed. Failures: `usage`, `refused`, `network`, `not-found`,
 * `api-failed`.
 */
export async function fetchProfile(invocation: Invocation, from: string): Promise<Buffer> {
  const { timeoutMilliseconds } = flagsOf(invocation)
  const http = await invocation.ports.http({
    proxy: undefined,
    caFile: undefined,
    clientCert: undefined,
    clientKey: undefined,
    timeoutMilliseconds,
  })
  let url = checked(from)
  for (let left = MOST_REDIRECTS; left >= 0; left--) {
    const answer = await ask(http, url)
    const next = redirect(answer, url)
    if (next === undefined) return profileIn(answer, url)
    url = next
  }
  throw new Failure('api-failed', `${safeText(url.host)} redirects without an end`, { hint: BY_HAND })
}

function checked(from: string): URL {
  if (!URL.canParse(from))
    throw new Failure('usage', `"${safeText(from, 200)}" is not a URL`, {
      hint: 'Write it like https://wiki.example.com/team.toml',
    })
  const url = new URL(from)
  if (url.username || url.password)
    throw new Failure('usage', 'the URL of the profile holds a user name or password', { hint: BY_HAND })
  if (isHttpsOrLoopback(url)) return url
  // Whoever is on the way could choose where people sign in and where their tokens go.
  throw new Failure('refused', `refusing plain http to ${safeText(url.host)}`, {
    hint: 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
  })
}

const ask = (http: Http, url: URL): Promise<HttpAnswer> =>
  http.send({
    method: 'GET',
    url,
    headers: { accept: 'application/toml, text/plain, */*;q=0.5' },
    maxBytes: MOST_BYTES,
  })

/** Where the answer sends us, on the same origin. Failure `refused`: to another one. */
function redirect({ status, headers }: HttpAnswer, url: URL): URL | undefined {
  const { location } = headers
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, url.href))
    return undefined
  const next = new URL(location, url)
  if (next.origin === url.origin) return next
  throw new Failure(
    'refused',
    `${safeText(url.host)} redirects to another host: ${safeText(next.host, 200)}`,
    {
      hint: 'If that is where your team keeps the profile, name that address yourself.',
    },
  )
}

function profileIn({ status, headers, body }: HttpAnswer, url: URL): Buffer {
  const host = safeText(url.host)
  if (status === 404 || status === 410)
    throw new Failure('not-found', `${host} has no such file (HTTP ${status})`, {
      hint: 'Check the address.',
    })
  if (status === 401 || status === 403)
    throw new Failure('usage', `${host} wants a sign-in (HTTP ${status})`, { hint: BY_HAND })
  if (status !== 200)
    throw new Failure('api-failed', `${host} failed (HTTP ${status})`, {
      hint: `Try again later. ${BY_HAND}`,
    })
  if (/html/i.test(headers['content-type'] ?? '') || /^\s*</.test(body.subarray(0, 200).toString('utf8')))
    throw new Failure('usage', `${host} answered with a web page instead of a profile`, {
      hint: `Name the address of the plain file. ${BY_HAND}`,
    })
  return body
}
