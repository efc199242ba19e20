import { Failure } from '../errors.ts'
import { isObject, jsonObject } from '../json-object.ts'
import type { HttpAnswer } from '../ports/http.ts'
import { safeText } from '../text/safe-text.ts'

/** An error in Okta's own form, as `E0000004: Authentication failed`; undefined: it is none. To be shown unchanged. */
export function vendorError({ status, body }: Pick<HttpAnswer, 'status' | 'body'>): string | undefined {
  const fields = (status >= 400 && jsonObject(body)) || {}
  const { errorCode: code, errorSummary: summary } = fields
  if (typeof code !== 'string' || !/^E\d{7}$/.test(code)) return undefined
  const cause = firstCause(fields)
  const words = typeof summary === 'string' && summary !== '' ? `${code}: ${safeText(summary, 300)}` : code
  return cause === undefined ? words : `${words} (${safeText(cause, 300)})`
}

/** What the first of `errorCauses` says: of a request that is not valid, what is wrong with it. Not yet safe to show. */
export function firstCause({ errorCauses: causes }: Readonly<Record<string, unknown>>): string | undefined {
  const [first] = Array.isArray(causes) ? causes : []
  const { errorSummary: words } = isObject(first) ? first : {}
  return typeof words === 'string' && words !== '' ? words : undefined
}

/** At 4xx the provider has judged the request; only a limit (429) passes by itself. */
export const hintAtVendorError = (status: number | undefined): string | undefined =>
  status !== undefined && status >= 400 && status < 500 && status !== 429
    ? 'Ask whoever runs the identity provider, with this code.'
    : undefined

/** Whether a response is an HTML page, by its Content-Type or the first bytes of its body. */
export function isPage({ headers, body }: HttpAnswer): boolean {
  const type = headers['content-type'] ?? ''
  if (/^(text\/html|application\/xhtml)/i.test(type)) return true
  return /^\s*<(!doctype html|html)[\s>]/i.test(body.subarray(0, 200).toString('latin1'))
}

/**
 * The Failure `network` for a status that only a network on the way sends. That is 511 Network Authentication Required (RFC
 * 6585 §6) and 407 Proxy Authentication Required (RFC 9110 §15.5.8). Undefined for any other. Only the person at this machine
 * can fix it.
 */
export function networkSignIn(status: number): Failure | undefined {
  if (status === 511)
    return new Failure('network', 'your network requires a sign-in (HTTP 511)', {
      hint: 'Open a web page in a browser, sign in to the network there, then try again.',
    })
  if (status === 407)
    return new Failure('network', 'a proxy requires a password (HTTP 407)', {
      hint: 'Check HTTPS_PROXY, NO_PROXY and proxy in the profile. A password goes into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT',
    })
  return undefined
}
