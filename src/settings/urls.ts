import { Failure } from '../errors.ts'
import { isLoopback } from '../loopback-host.ts'
import { safeText } from '../safe-text.ts'

/** A URL for display, with user name and password redacted. */
export const withoutUser = (text: string): string => text.replace(/\/\/[^/?#\s]*@/g, '//…@')

const quoteUrl = (text: string): string => safeText(text, 200)

/**
 * Validates an issuer identifier: https (http on loopback), no query, fragment or user info (RFC 8414 §2). Returned
 * unchanged. Failures: `settings`, `refused`.
 */
export function checkIssuer(issuer: string): string {
  const url = parseUrl(issuer, 'issuer')
  if (url.search || url.hash || issuer.includes('?') || issuer.includes('#')) {
    throw new Failure('settings', `the issuer ${quoteUrl(issuer)} has a query or fragment`, {
      hint: 'An issuer is a plain URL, exactly as the provider writes it in its metadata.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url)) throw plainHttp(url)
  return issuer
}

/** Base URL of a trace API. Plain http: only loopback, or `authorization = "none"`. Failures: `settings`, `refused`. */
export function checkBaseUrl(text: string, authorization: string): URL {
  const url = parseUrl(text, 'api')
  if (url.search || url.hash) {
    throw new Failure('settings', `the api URL ${quoteUrl(text)} has a query or fragment`, {
      hint: 'Give the base URL only.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url) && authorization.toLowerCase() !== 'none')
    throw plainHttp(url)
  return url
}

function parseUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Failure('settings', `the ${what} "${quoteUrl(text)}" is not an https URL`, {
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
  new Failure('refused', `refusing plain http to ${quoteUrl(url.host)}`, {
    hint: 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
  })
