import { Failure } from '../errors.ts'
import { isLoopback } from '../loopback-host.ts'
import { safeText } from '../safe-text.ts'

/** An address for people to see: its user name and password are nobody's business. */
export const withoutUser = (text: string): string => text.replace(/\/\/[^/?#\s]*@/g, '//…@')

const shown = (text: string): string => safeText(text, 200)

/** An issuer identifier: https (http on loopback), no query, fragment or user info (RFC 8414 §2). Kept as written. */
export function checkIssuer(issuer: string): string {
  const url = parse(issuer, 'issuer')
  if (url.search || url.hash || issuer.includes('?') || issuer.includes('#')) {
    throw new Failure('settings', `the issuer ${shown(issuer)} has a query or fragment`, {
      hint: 'An issuer is a plain URL, exactly as the provider writes it in its metadata.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url)) throw plainHttp(url)
  return issuer
}

/** The base URL of a trace API. `authorization = "none"` is the only way to plain http beyond loopback. */
export function checkBaseUrl(text: string, authorization: string): URL {
  const url = parse(text, 'api')
  if (url.search || url.hash) {
    throw new Failure('settings', `the api URL ${shown(text)} has a query or fragment`, {
      hint: 'Give the base URL only.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url) && authorization.toLowerCase() !== 'none')
    throw plainHttp(url)
  return url
}

function parse(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Failure('settings', `the ${what} "${shown(text)}" is not an https URL`, {
      hint: `Write it like https://${what === 'issuer' ? 'login' : 'traces'}.example.com.`,
    })
  }
  if (url.username || url.password) {
    throw new Failure('settings', `the ${what} URL holds a user name or password`, {
      hint: 'Remove it from the URL.',
    })
  }
  return url
}

const plainHttp = (url: URL): Failure =>
  new Failure('refused', `refusing plain http to ${shown(url.host)}`, {
    hint: 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
  })
