import { domainToUnicode } from 'node:url'
import { Failure } from '../errors.ts'
import { isHttpsOrLoopback, isLoopback } from '../loopback-host.ts'
import { safeText } from '../text/safe-text.ts'

/** A URL for display, with user name and password redacted. */
export const withoutUser = (text: string): string => text.replace(/\/\/[^/?#\s]*@/g, '//…@')

/**
 * A foreign URL, for a person who has to judge where it leads: the whole host, with its Unicode form beside it. `а` (Cyrillic)
 * and `a` look alike (RFC 5891, punycode). Only the text behind the host may be cut. Text that isn't a URL comes unchanged.
 */
export function urlToJudge(text: string): string {
  if (!URL.canParse(text)) return safeText(withoutUser(text), 500)
  const { origin, protocol, host, hostname, pathname, search, hash } = new URL(text)
  const place = origin === 'null' ? `${protocol}//${host}` : origin
  const path = safeText(pathname === '/' && !search && !hash ? '' : pathname + search + hash, 200)
  const unicode = domainToUnicode(hostname)
  const beside = unicode === hostname ? '' : ` (in Unicode: ${safeText(unicode, Number.POSITIVE_INFINITY)})`
  return safeText(place, Number.POSITIVE_INFINITY) + path + beside
}

/** The proxy of a profile. Failure `settings`: it holds a user name or password, which a file in plain text isn't a place for. */
export function checkProxy(proxy: string): string {
  if (!/^(?:[a-z][\w+.-]*:\/\/)?[^/?#]*@/i.test(proxy)) return proxy
  throw new Failure('settings', 'the proxy URL holds a user name or password', {
    hint: 'Remove it from the URL. Put a proxy with a password into HTTPS_PROXY.',
  })
}

/**
 * The proxy that is typed for a profile. Failure `settings`: it isn't a URL of an HTTP proxy. One in the file is judged by the
 * HTTP client: a variable may go before it.
 */
export function requireProxyUrl(proxy: string): void {
  if (URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)) return
  throw new Failure('settings', 'the proxy setting is not the URL of an HTTP proxy', {
    hint: 'Write it as http://host:port.',
  })
}

/** What stands behind may be a secret that a person pasted. */
const withoutQuery = (url: string): string => url.replace(/[?#].*/s, (rest) => `${rest[0]}…`)

const quoteUrl = (text: string): string => safeText(text, 200)

/**
 * Validates an issuer identifier: https (http on loopback), no query, fragment or user info (RFC 8414 §2). Returned
 * unchanged. Failures: `settings`, `refused`.
 */
export function checkIssuer(issuer: string): string {
  const url = parseUrl(issuer, 'issuer')
  if (url.search || url.hash || issuer.includes('?') || issuer.includes('#')) {
    throw new Failure('settings', `the issuer ${quoteUrl(withoutQuery(issuer))} has a query or fragment`, {
      hint: "Use the plain URL from the provider's metadata.",
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url)) throw plainHttp(url)
  return issuer
}

/** Base URL of a trace API. Plain http: only loopback, or `authorization = "none"`. Failures: `settings`, `refused`. */
export function checkBaseUrl(text: string, authorization: string): URL {
  const url = parseUrl(withScheme(text), 'api')
  if (url.search || url.hash) {
    throw new Failure('settings', `the api URL ${quoteUrl(withoutQuery(text))} has a query or fragment`, {
      hint: 'Use only the base URL.',
    })
  }
  if (url.pathname.startsWith('//')) {
    throw new Failure('settings', `the api URL ${quoteUrl(text)} has a path that begins with //`, {
      hint: 'Begin it with one /.',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url) && authorization.toLowerCase() !== 'none')
    throw plainHttp(url, 'Use https. For a server that takes no token: add --authorization none')
  return url
}

/** Base URL of the pages of traces, which a browser opens: https (http on loopback). Failure `settings`. */
export function checkUi(text: string): URL {
  const url = parseUrl(withScheme(text), 'ui')
  if (isHttpsOrLoopback(url) && !url.search && !url.hash) return url
  throw new Failure('settings', `the ui URL ${quoteUrl(withoutQuery(text))} is not a plain https address`, {
    hint: 'Use https (http for this machine alone), and no query or fragment.',
  })
}

/** `host:port` on this machine is plain http, any other address without a scheme is https. */
export function withScheme(text: string): string {
  if (!/^(localhost|\[[\da-f:]+\]|[\w-]+(\.[\w-]+)+|[\w-]+(?=:\d))(:\d+)?(\/|$)/i.test(text)) return text
  const local = URL.canParse(`http://${text}`) && isLoopback(new URL(`http://${text}`))
  return `${local ? 'http' : 'https'}://${text}`
}

function parseUrl(text: string, what: string): URL {
  // Control characters and bidi marks: the URL parser drops or encodes them, so what is shown would not be what is written.
  const url = URL.canParse(text) && safeText(text, text.length) === text ? new URL(text) : undefined
  const port = /^\w+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(text)?.[1]
  if (!url && Number(port) > 65_535)
    throw new Failure('settings', `the ${what} has a wrong port: ${quoteUrl(port as string)}`, {
      hint: 'The highest port is 65535.',
    })
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

const plainHttp = (
  url: URL,
  hint = 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
): Failure => new Failure('refused', `refusing plain http to ${quoteUrl(url.host)}`, { hint })
