import { Failure } from '../../errors.ts'
import type { Env, Http, HttpSettings } from '../../ports.ts'
import { once } from '../once.ts'
import { decode, flatten } from './answer-body.ts'
import { explainNetwork } from './network-failure.ts'
import { proxySettings } from './proxy-settings.ts'
import type { TlsSettings } from './tls-settings.ts'

const REQUEST_MILLISECONDS = 30_000

/**
 * The one way out to the network, for sign-in and API alike: proxy and CA settings, bounded time and decoded size,
 * no redirect ever followed, errors without foreign text.
 */
export async function openHttp(settings: HttpSettings, env: Env): Promise<Http> {
  const proxies = proxySettings(settings, env)
  const tls = once(() => readTls(settings, env))
  const direct = once(async () => (await import('./direct-transport.ts')).directTransport(await tls()))
  const proxied = once(async () =>
    (await import('./proxied-transport.ts')).proxiedTransport(proxies, await tls()),
  )
  const proxyFor = (url: URL) => (url.protocol === 'https:' ? proxies.httpsProxy : proxies.httpProxy)
  // Settings that cannot be read are heard of before anything is sent.
  await tls()
  return {
    async send(request) {
      const timeout = AbortSignal.timeout(
        request.timeoutMilliseconds ?? settings.timeoutMilliseconds ?? REQUEST_MILLISECONDS,
      )
      const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
      try {
        // It also knows what NO_PROXY takes out; most machines have no proxy and spare its library.
        const transport = await (proxyFor(request.url) ? proxied() : direct())
        const answer = await transport.send(request, signal)
        const headers = flatten(answer.headers)
        return { status: answer.status, headers, body: decode(answer.body, headers, request) }
      } catch (error) {
        if (error instanceof Failure) throw error
        if (request.signal?.aborted) throw request.signal.reason
        throw explainNetwork(error, request.url, timeout.aborted)
      }
    },
    async certificateIssuer(url) {
      if (url.protocol !== 'https:' || proxies.httpProxy || proxies.httpsProxy) return undefined
      return (await import('./tls-settings.ts')).certificateIssuer(url, await tls())
    },
  }
}

/** Nothing set needs nothing read: the module behind TLS is left to the first https request. */
async function readTls(settings: HttpSettings, env: Env): Promise<TlsSettings> {
  if (!settings.caFile && !settings.clientCert && !settings.clientKey) return {}
  return (await import('./tls-settings.ts')).tlsSettings(settings, env)
}
