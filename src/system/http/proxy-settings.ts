import { isLoopback } from '../../loopback-host.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'

/** A proxy as it is set; it may be unusable. */
export interface SetProxy {
  readonly value: string
  /** The variable, or the key of the profile. */
  readonly from: string
}

/** The proxy per scheme of the request, and the hosts that bypass it. */
export interface ProxySettings {
  readonly http: SetProxy | undefined
  readonly https: SetProxy | undefined
  readonly noProxy: string
}

/** The environment wins over the profile, as everywhere. Nothing is judged: what no request uses may be anything. */
export function proxySettings({ proxy }: HttpSettings, { variables }: Env): ProxySettings {
  const first = (...names: readonly string[]): SetProxy | undefined => {
    const from = names.find((name) => variables[name])
    if (from !== undefined) return { value: variables[from] ?? '', from }
    return proxy ? { value: proxy, from: 'proxy of the profile' } : undefined
  }
  return {
    http: first('HTTP_PROXY', 'http_proxy'),
    https: first('HTTPS_PROXY', 'https_proxy'),
    noProxy: variables.NO_PROXY ?? variables.no_proxy ?? '',
  }
}

/**
 * The proxy for a URL, unless its host is in NO_PROXY. Plain http is for loopback alone, so a proxy on the way there would
 * read every token.
 */
export const proxyFor = ({ http, https }: ProxySettings, url: URL): SetProxy | undefined =>
  isLoopback(url) ? undefined : url.protocol === 'https:' ? https : http
