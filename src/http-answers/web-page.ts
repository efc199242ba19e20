import { Failure } from '../errors.ts'
import type { HttpAnswer } from '../ports/http.ts'

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
