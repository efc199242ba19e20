import { Failure } from '../../errors.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'

/** The URL of the proxy per scheme, empty where there is none, and the hosts that bypass it. */
export interface ProxySettings {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

/**
 * The environment wins over the profile, as everywhere. Failure `settings` for what is no URL of an HTTP proxy. Empty
 * strings, not undefined: undici's agent would otherwise read the process environment itself.
 */
export function proxySettings(settings: HttpSettings, env: Env): ProxySettings {
  const variables = env.variables
  const noProxy = variables.NO_PROXY ?? variables.no_proxy ?? ''
  const http = variables.HTTP_PROXY || variables.http_proxy || settings.proxy || ''
  const https = variables.HTTPS_PROXY || variables.https_proxy || settings.proxy || ''
  for (const value of [http, https]) {
    if (value && !isProxyUrl(value)) {
      // Not quoted: it may hold a password.
      throw new Failure('settings', 'the proxy setting is not the URL of an HTTP proxy', {
        hint: 'Write it as http://host:port (HTTPS_PROXY, HTTP_PROXY or proxy in the profile).',
      })
    }
  }
  return { httpProxy: http, httpsProxy: https, noProxy }
}

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text)
    // A broken percent-escape would otherwise be an unexpected error later on.
    return /^https?:/.test(decodeURIComponent(protocol + username + password))
  } catch {
    return false
  }
}
