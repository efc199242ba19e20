import { cappedBody } from './answer-body.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { TlsSettings } from './tls-settings.ts'
import type { Way } from './transport.ts'

const CONNECT_MILLISECONDS = 5_000

/** Through the proxies the settings name, and past them where NO_PROXY says so (undici). */
export async function proxiedWay(proxies: ProxySettings, tls: TlsSettings): Promise<Way> {
  // A CommonJS package: bundled, only its default export is there.
  const { default: undici } = await import('undici')
  const dispatcher = new undici.EnvHttpProxyAgent({
    ...proxies,
    connect: { timeout: CONNECT_MILLISECONDS, ...tls },
    requestTls: { timeout: CONNECT_MILLISECONDS, ...tls },
    proxyTls: { timeout: CONNECT_MILLISECONDS, ...tls },
  })
  return {
    async send(request, signal) {
      const answer = await undici.request(request.url, {
        dispatcher,
        method: request.method,
        headers: { 'accept-encoding': 'identity', ...request.headers },
        body: request.body ?? null,
        signal,
      })
      const body = cappedBody(request)
      for await (const part of answer.body) body.add(part)
      return { status: answer.statusCode, headers: answer.headers, body: body.whole() }
    },
  }
}
