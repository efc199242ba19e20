import { Failure } from '../../errors.ts'
import type { Http, HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'
import { once } from '../once.ts'
import { directTransport } from './direct-transport.ts'
import { networkFailure } from './network-failure.ts'
import { certificateIssuer, type TlsSettings, tlsSettings } from './tls-settings.ts'
import {
  CONNECT_MILLISECONDS,
  cappedBody,
  decompress,
  flattenHeaders,
  headersOf,
  isRepeatable,
  type Transport,
} from './transport.ts'
import { limitedTunnels, undiciRequest } from './undici-request.ts'
import {
  agentProxies,
  hostOf,
  type ProxySettings,
  proxyFor,
  proxySettings,
  requireUsable,
  usedProxy,
} from './used-proxy.ts'

const REQUEST_MILLISECONDS = 30_000

/**
 * The only HTTP client, for sign-in and API alike: proxy and CA settings, timeout, maximum size, no redirects, and errors
 * without text of the server. Failure `settings` when a setting cannot be used.
 */
export async function openHttp(settings: HttpSettings, env: Env): Promise<Http> {
  const proxies = proxySettings(settings, env)
  const tls = once(() => readTls(settings, env))
  const direct = once(async () => directTransport(await tls()))
  const proxied = once(async () => {
    return proxiedTransport(proxies, await tls(), settings.timeoutMilliseconds)
  })
  // Certificate files that cannot be read are a Failure now, before anything is sent.
  await tls()
  return {
    async send(request) {
      const timeout = new AbortController()
      // Not `AbortSignal.timeout`, whose timer outlives the request: thousands of calls a minute would add up.
      const timer = setTimeout(
        () => timeout.abort(),
        request.timeoutMilliseconds ?? settings.timeoutMilliseconds ?? REQUEST_MILLISECONDS,
      ).unref()
      const signal = request.signal ? AbortSignal.any([request.signal, timeout.signal]) : timeout.signal
      try {
        // The proxied transport also applies NO_PROXY; without a proxy its library is not loaded.
        const transport = await (proxyFor(proxies, request.url) ? proxied() : direct())
        const answer = await transport.send(request, signal)
        const headers = flattenHeaders(answer.headers)
        return { ...answer, headers, body: decompress(answer.body, headers, request) }
      } catch (error) {
        if (error instanceof Failure) throw error
        if (request.signal?.aborted) throw request.signal.reason
        const timedOut = timeout.signal.aborted
        throw networkFailure(error, request.url, timedOut)
      } finally {
        clearTimeout(timer)
      }
    },
    async certificateIssuer(url) {
      if (url.protocol !== 'https:' || proxies.http || proxies.https) return undefined
      return certificateIssuer(url, await tls())
    },
    async proxyOf(url) {
      const proxy = usedProxy(proxies, url)
      return proxy && { host: hostOf(proxy), from: proxy.from }
    },
  }
}

/** Without settings for TLS its module is not loaded before the first https request. */
async function readTls(settings: HttpSettings, env: Env): Promise<TlsSettings> {
  if (!settings.caFile && !settings.clientCert && !settings.clientKey) return {}
  return tlsSettings(settings, env)
}

/** Through the proxies in the settings, and directly to the hosts in NO_PROXY (undici). */
async function proxiedTransport(
  proxies: ProxySettings,
  tls: TlsSettings,
  timeoutMilliseconds: number | undefined,
): Promise<Transport> {
  // A CommonJS package: in the bundle only its default export exists.
  const { default: undici } = await import('undici')
  const connect = { timeout: CONNECT_MILLISECONDS, ...tls }
  const tunnels = limitedTunnels(undici, timeoutMilliseconds)
  const { clientFactory } = tunnels
  const settings = {
    ...agentProxies(proxies),
    clientFactory,
    connect,
    requestTls: connect,
    proxyTls: connect,
  }
  const kept = new undici.EnvHttpProxyAgent(settings)
  // A code or a refresh token works once: it never goes where it may be lost, and has a connection of its own.
  const own = new undici.EnvHttpProxyAgent({ ...settings, pipelining: 0 })
  return {
    async send(request, signal) {
      requireUsable(proxies, request.url)
      const dispatcher = isRepeatable(request) ? kept : own
      const answer = await undiciRequest(undici, request.url, { dispatcher, tunnels }, signal, {
        method: request.method,
        headers: headersOf(request),
        body: request.body ?? null,
      })
      const body = cappedBody(request)
      for await (const part of answer.body) body.add(part)
      const { statusCode: status, statusText, headers } = answer
      return { status, statusLine: `HTTP/1.1 ${status} ${statusText}`, headers, body: body.whole() }
    },
  }
}
