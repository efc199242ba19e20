import { NetworkFailure } from '../../errors.ts'
import { isLoopback } from '../../loopback-host.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'

/**
 * What undici's `EnvHttpProxyAgent` takes. Empty strings, not undefined: it would otherwise read the process environment
 * itself. What isn't a URL of a proxy is left out: see {@link requireUsable}.
 */
export function agentProxies({ http, https, noProxy }: ProxySettings) {
  const usable = (proxy: SetProxy | undefined) => proxyUrl(proxy?.value ?? '')?.href ?? ''
  return { httpProxy: usable(http), httpsProxy: usable(https), noProxy }
}

/** The proxy of a request to this URL, usable or not. */
export function usedProxy(proxies: ProxySettings, url: URL): SetProxy | undefined {
  const proxy = proxyFor(proxies, url)
  return proxy === undefined || isExcepted(url, proxies.noProxy) ? undefined : proxy
}

/** Undefined: it isn't a URL of a proxy. What else is in the URL is not shown: it may be a password. */
export const hostOf = ({ value }: SetProxy): string | undefined => proxyUrl(value)?.host

/** NetworkFailure `settings`: the setting isn't an HTTP proxy, so no request is sent. */
export function requireUsable(proxies: ProxySettings, url: URL): void {
  const proxy = usedProxy(proxies, url)
  if (proxy === undefined || hostOf(proxy) !== undefined) return
  // Not quoted: it may hold a password.
  throw new NetworkFailure(`${proxy.from} is not the URL of an HTTP proxy`, false, {
    code: 'settings',
    hint: 'Write it as http://host:port.',
  })
}

/** Whether NO_PROXY names the host, by the rules of undici's `EnvHttpProxyAgent`, which goes past the proxy then. */
function isExcepted({ protocol, hostname, port }: URL, noProxy: string): boolean {
  if (noProxy === '*') return true
  const host = hostname.toLowerCase()
  const number = port || (protocol === 'https:' ? '443' : '80')
  return noProxy.split(/[,\s]/).some((entry) => {
    const [, name = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? []
    const wanted = name.replace(/^\*?\./, '').toLowerCase()
    if (wanted === '' || (only !== undefined && only !== number)) return false
    return host === wanted || host.endsWith(`.${wanted}`)
  })
}

/** The setting of a proxy; it may be unusable. */
interface SetProxy {
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

/** The environment wins over the profile, as everywhere. It judges no value: an unused one may be anything. */
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

/** With a scheme, also as `http:host:port` and `http:/host:port` (WHATWG URL). `http:3128` is a host called so, with its port. */
const isWhole = (text: string): boolean => text.includes('://') || /^https?:(?!\d+\/?$)/i.test(text)

/**
 * The URL of an HTTP proxy as people set it: `host:port` is plain http, as to curl and Go. Undefined: it isn't one, or its user
 * name or password has a broken percent-escape, an unexpected error later on. Also with an `@` behind the host: then the
 * password holds an unescaped `/`, `?` or `#`, and the part before that would be shown as the host.
 */
function proxyUrl(text: string): URL | undefined {
  try {
    const url = new URL(isWhole(text) ? text : `http://${text}`)
    const decoded = decodeURIComponent(url.protocol + url.username + url.password)
    const isCut = (url.pathname + url.search + url.hash).includes('@')
    return /^https?:/.test(decoded) && !isCut ? url : undefined
  } catch {
    return undefined
  }
}
