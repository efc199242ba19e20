import { Failure } from '../../errors.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import { safeText } from '../../text/safe-text.ts'

/** Characters; RFC 8628 §3.2 wants an address that is short and easy to remember. */
const LONGEST_SHOWN = 2_048

/**
 * Checks a URL that a person or the system's opener will open: https (http on loopback). It has no user info, which could hide
 * the real host. Used for URLs from the provider and those built on its authorization endpoint. Failure `refused`.
 */
export function safeAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && !url.username && !url.password && isHttpsOrLoopback(url)) return url
  throw refused('an address that ls-auth will not show or open', text)
}

/** The same for an address that the provider sends to be shown: a long one would fill the terminal. */
export function shownAddress(text: string): string {
  const { href } = safeAddress(text)
  if (href.length <= LONGEST_SHOWN) return href
  throw refused(`an address that is too long: ${href.length} characters, ${LONGEST_SHOWN} at most`, href)
}

const refused = (what: string, text: string): Failure =>
  new Failure('refused', `the provider sent ${what}`, { detail: [safeText(text, 200)] })
