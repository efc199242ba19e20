import { Failure } from '../../errors.ts'
import type { Http, HttpSettings } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'
import { once } from '../once.ts'
import { decompress, flattenHeaders } from './answer-body.ts'
import { directTransport } from './direct-transport.ts'
import { networkFailure } from './network-failure.ts'
import { proxiedTransport } from './proxied-transport.ts'
import { proxyFor, proxySettings } from './proxy-settings.ts'
import type { TlsSettings } from './tls-settings.ts'
import { certificateIssuer, tlsSettings } from './tls-settings.ts'
import { hostOf, usedProxy } from './used-proxy.ts'

const REQUEST_MILLISECONDS = 30_000

/**
 * The only HTTP client, for sign-in and API alike: proxy and CA settings, timeout and maximum size, no redirect ever
 * followed, and errors without text of the server. Failure `settings` when a setting cannot be used.
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
