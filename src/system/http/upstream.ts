import type { Dispatcher } from 'undici'
import { Failure } from '../../errors.ts'
import type { HttpSettings, Upstream, UpstreamAnswer, UpstreamRequest } from '../../ports/http.ts'
import type { Env } from '../../ports/ports.ts'
import { networkFailure } from './network-failure.ts'
import { tlsSettings } from './tls-settings.ts'
import { CONNECT_MILLISECONDS, isRepeatable } from './transport.ts'
import { limitedTunnels, undiciRequest } from './undici-request.ts'
import { agentProxies, proxyFor, proxySettings, requireUsable } from './used-proxy.ts'

/** For a kept connection that was closed before anything was answered on it (RFC 9112 §9.3.1). */
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * The HTTP client whose bodies are streamed, for requests that are passed on. Proxy, CA and client certificate as of {@link
 * openHttp}; no redirects, no decompression. By undici alone, since a process that serves others is started rarely. Failure
 * `settings` when a setting cannot be used.
 */
export async function openUpstream(settings: HttpSettings, env: Env): Promise<Upstream> {
  // A CommonJS package: in the bundle only its default export exists.
  const { default: undici } = await import('undici')
  const proxies = proxySettings(settings, env)
  const tls = tlsSettings(settings, env)
  const connect = { timeout: CONNECT_MILLISECONDS, ...tls }
  const { timeoutMilliseconds } = settings
  const options = {
    connect,
    ...(timeoutMilliseconds !== undefined && { headersTimeout: timeoutMilliseconds }),
  }
  const tunnels = limitedTunnels(undici, timeoutMilliseconds)
  const direct = new undici.Agent(options)
  const proxied = new undici.EnvHttpProxyAgent({
    ...agentProxies(proxies),
    ...options,
    clientFactory: tunnels.clientFactory,
    requestTls: connect,
    proxyTls: connect,
  })
  const sendOnce = async (request: UpstreamRequest): Promise<UpstreamAnswer> => {
    const { method, url, headers, body, signal } = request
    requireUsable(proxies, url)
    const dispatcher = proxyFor(proxies, url) ? proxied : direct
    const answer = await undiciRequest(undici, url, { dispatcher, tunnels }, signal, {
      method: method as Dispatcher.HttpMethod,
      headers: headers.flat(),
      body: body ?? null,
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }
  return {
    async send(request) {
      try {
        return await sendOnce(request).catch((error) => {
          if (!CLOSED.has(error?.code) || !isRepeatable(request) || request.signal.aborted) throw error
          return sendOnce(request)
        })
      } catch (error) {
        if (error instanceof Failure) throw error
        if (request.signal.aborted) throw request.signal.reason
        throw networkFailure(
          error,
          request.url,
          (error as { code?: unknown }).code === 'UND_ERR_HEADERS_TIMEOUT',
        )
      }
    },
    async close() {
      await Promise.all([direct.destroy(), proxied.destroy()])
    },
  }
}
