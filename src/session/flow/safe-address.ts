import { Failure } from '../../errors.ts'
import { isLoopback } from '../../loopback-host.ts'
import { safeText } from '../../safe-text.ts'

/**
 * Checks a URL that a person will open, or that is passed to the system's opener: https (http on loopback), and no user
 * info, which could hide the real host. Used for URLs from the provider and those built on its authorization endpoint.
 * Failure `refused`.
 */
export function safeAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && !url.username && !url.password && isWeb(url)) return url
  throw new Failure('refused', 'the provider sent an address ls-auth will not show or open', {
    detail: [safeText(text, 200)],
  })
}

const isWeb = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))
