import { Failure } from '../errors.ts'
import { isPage } from '../http-answers/web-page.ts'
import type { HttpAnswer } from '../ports/http.ts'
import { safeText } from '../text/safe-text.ts'
import { theirWords } from './their-words.ts'

/** nginx, Apache and http.sys (IIS) answer 400 where RFC 6585 §5 has 431. */
const SAY_SO =
  /request header or cookie too large|size of a request header field exceeds|size of the request headers is too long/i

/** Where the usual limit for one header is 8 kB, a token of this size leaves little for the rest of the line. */
const LARGE_TOKEN_BYTES = 7 * 1024

/** The Failure `api-failed` where the headers of the request, and mostly the token among them, are too large for a gateway. */
export function largeHeaders(answer: HttpAnswer, url: URL, token: string | undefined): Failure | undefined {
  const { status } = answer
  if (status !== 431 && !(status === 400 && isAboutHeaders(answer, token))) return undefined
  return new Failure(
    'api-failed',
    `the headers of the request are too large for ${safeText(url.host)} (HTTP ${status})`,
    {
      detail: theirWords(answer),
      reason: 'large-headers',
      hint:
        token === undefined
          ? 'Raise the limit for request headers at the gateway or the API.'
          : 'It is probably the token: ask for fewer groups or scopes, or raise the limit for request headers there.',
    },
  )
}

/** An API tells what is wrong with a request in words of its own. A proxy may say nothing; then a large token is the reason. */
function isAboutHeaders(answer: HttpAnswer, token: string | undefined): boolean {
  const { body } = answer
  if (SAY_SO.test(body.subarray(0, 4096).toString('latin1'))) return true
  return (token?.length ?? 0) > LARGE_TOKEN_BYTES && (body.length === 0 || isPage(answer))
}
