import { Failure } from '../../errors.ts'
import { isPage } from '../../http-answers/error-body.ts'
import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'

/** nginx, Apache and http.sys (IIS) answer 400 where RFC 6585 §5 has 431. */
const SAY_SO =
  /request header or cookie too large|size of a request header field exceeds|size of the request headers is too long/i

/** Where the usual limit for one header is 8 kB, a token of this size leaves little for the rest of the line. */
const LARGE_TOKEN_BYTES = 7 * 1024

/** The Failure `api-failed` where the headers of the request, and mostly the token among them, are too large for a gateway. */
export function largeHeaders(answer: HttpAnswer, url: URL, token: string | undefined): Failure | undefined {
  const { status } = answer
  if (status !== 431 && !(status === 400 && isAboutHeaders(answer))) return undefined
  return new Failure(
    'api-failed',
    `the request headers are too large for ${safeText(url.host)} (HTTP ${status})`,
    {
      detail: theirWords(answer),
      reason: 'large-headers',
      hint:
        token === undefined
          ? 'Raise the limit for request headers at the gateway or the API.'
          : `It is probably the token: ${SMALLER}`,
    },
  )
}

/** Only in a web page, which is a proxy's: an API may say the query again, which a person wrote. */
const isAboutHeaders = (answer: HttpAnswer): boolean =>
  isPage(answer) && SAY_SO.test(answer.body.subarray(0, 4096).toString('latin1'))

/**
 * A sentence for the hint at a 400 that says nothing of its reason: some proxies (HAProxy) answer so to headers that are too
 * large. It may as well be the API, so the error stays what it is without this.
 */
export function largeTokenHint(answer: HttpAnswer, token: string | undefined): string | undefined {
  const bytes = token?.length ?? 0
  const isSilent = answer.body.length === 0 || isPage(answer)
  if (answer.status !== 400 || bytes <= LARGE_TOKEN_BYTES || !isSilent) return undefined
  return `It may be the size of the token (${Math.round(bytes / 1024)} kB): ${SMALLER}`
}

const SMALLER = 'request fewer groups or scopes, or raise the limit for request headers there.'

/** Marked as their words: a line of theirs may read like one of ours (`hint: …`). */
export const theySay = (text: string): string => `server: ${text}`

/**
 * The API's own message: `{"errors": ["…"]}`, `{"message": "…"}`, `{"error": "…"}`, or a body of another shape. Unchanged,
 * since the token was redacted in this text, and not behind its escapes. Sanitized and truncated.
 */
export function theirWords(answer: HttpAnswer): string[] {
  const text = answer.body.subarray(0, 4096).toString('utf8').trim()
  if (text === '' || text.startsWith('<') || SAYS_NOTHING.test(text)) return []
  const words = knownMessage(text) ?? text.replace(/\s*\n\s*/g, ' ')
  return [theySay(safeText(words, 300))]
}

const SAYS_NOTHING = /^(\{\s*\}|\[\s*\]|"")$/

function knownMessage(text: string): string | undefined {
  try {
    const parsed = JSON.parse(text) as { errors?: unknown; message?: unknown; error?: unknown }
    const first = Array.isArray(parsed.errors) ? parsed.errors[0] : (parsed.message ?? parsed.error)
    return typeof first === 'string' ? first : undefined
  } catch {
    return undefined
  }
}
