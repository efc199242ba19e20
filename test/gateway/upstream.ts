import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { httpServer, listen, type ServerIdentity } from '../world/loopback-server.ts'

/** A request as it arrived behind the gateway. */
export interface Arrival {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A back end that accepts everything and remembers it. */
export interface Upstream {
  /** Origin, without a path. */
  readonly url: string
  readonly arrivals: readonly Arrival[]
  close(): Promise<void>
}

/** Starts it. `?answer=404` in an address chooses the status; every answer tries to set a cookie. */
export async function startUpstream(tls?: ServerIdentity): Promise<Upstream> {
  const arrivals: Arrival[] = []
  const server = httpServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    arrivals.push({ method, url, headers, body: await text(request) })
    const status = Number(/[?&]answer=(\d{3})/.exec(url)?.[1] ?? 200)
    response.writeHead(status, {
      'content-type': 'text/plain',
      'set-cookie': 'session=upstream',
      'www-authenticate': 'Basic realm="upstream"',
    })
    response.end('from the upstream')
  }, tls)
  const listening = await listen(server)
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${listening.port}`,
    arrivals,
    close: () => listening.close(),
  }
}
