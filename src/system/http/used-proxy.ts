import { NetworkFailure } from '../../errors.ts'
import { proxyUrl } from '../../proxy-url.ts'
import { type ProxySettings, proxyFor, type SetProxy } from './proxy-settings.ts'

/**
 * What undici's `EnvHttpProxyAgent` takes. Empty strings, not undefined: it would otherwise read the process environment
 * itself. What is no URL of a proxy is left out: see {@link requireUsable}.
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

/** Undefined: it is no URL of a proxy. What else is in the URL is not shown: it may be a password. */
export const hostOf = ({ value }: SetProxy): string | undefined => proxyUrl(value)?.host

/** NetworkFailure `settings`, nothing is sent: the request would go through what is no HTTP proxy. */
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
