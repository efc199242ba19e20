import { cappedBody } from './answer-body.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { TlsSettings } from './tls-settings.ts'
import { CONNECT_MILLISECONDS, headersOf, isRepeatable, type Transport } from './transport.ts'
import { limitedTunnels, undiciRequest } from './undici-request.ts'
import { agentProxies, requireUsable } from './used-proxy.ts'

/** Through the proxies in the settings, and directly to the hosts in NO_PROXY (undici). */
export async function proxiedTransport(
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
