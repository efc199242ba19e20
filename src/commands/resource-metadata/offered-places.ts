import { Failure } from '../../errors.ts'
import { isLoopback } from '../../loopback-host.ts'
import { checkIssuer, urlToJudge } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { broken, unsafe } from './bad-document.ts'

const MOST_ISSUERS = 10
const LONGEST_ISSUER = 1000

/** The issuers that an API names (`authorization_servers`), each of them judged. Failures: `api-failed`, `refused`. */
export function checkIssuers(listed: unknown, api: URL): readonly string[] {
  if (listed === undefined || (Array.isArray(listed) && listed.length === 0))
    throw broken('names no issuer (authorization_servers)')
  if (!Array.isArray(listed) || !listed.every((one) => typeof one === 'string'))
    throw broken('has issuers that are no list of texts (authorization_servers)')
  if (listed.length > MOST_ISSUERS) throw broken(`names ${listed.length} issuers (authorization_servers)`)
  for (const issuer of listed) judgeIssuer(issuer, api)
  return [...new Set(listed)]
}

function judgeIssuer(issuer: string, api: URL): void {
  // A URL parser takes blanks and line breaks away, and makes another host of letters beyond ASCII.
  if (!/^[\x21-\x7e]+$/.test(issuer))
    throw unsafe('names an issuer with characters that no address has', [urlToJudge(issuer)])
  if (issuer.length > LONGEST_ISSUER) throw unsafe(`names an issuer of ${issuer.length} characters`)
  try {
    checkIssuer(issuer)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    throw unsafe(`names an issuer that cannot be used: ${error.message}`)
  }
  // Who runs an API elsewhere must not choose a program on this machine.
  if (isLoopback(new URL(issuer)) && !isLoopback(api))
    throw unsafe('names an issuer on this machine', [safeText(issuer, 200)])
}

/** Headers that say where a request goes, how long it is, or carry a secret of somebody else. */
const RESERVED =
  /^(host|cookie2?|set-cookie|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|forwarded|via|origin|referer|accept.*|proxy-.*|sec-.*|x-forwarded-.*|user-agent|traceparent|tracestate|x-request-reason|x-scope-orgid)$/i

/** The name of the header that takes the token (RFC 9110 §5.1). Failure `refused`. */
export function checkHeaderName(name: string): void {
  const shown = [safeText(name, 80)]
  if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name))
    throw unsafe('sends the token in what is no header (ls_auth.authorization_header)', shown)
  if (RESERVED.test(name))
    throw unsafe('sends the token in a header with another meaning (ls_auth.authorization_header)', shown)
}
