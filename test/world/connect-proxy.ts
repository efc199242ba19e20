import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { listen } from './loopback-server.ts'

/** A running forward proxy. */
export interface ConnectProxy {
  /** `http://127.0.0.1:PORT`, with the credentials when it wants them. */
  readonly url: string
  /** CONNECT requests that became tunnels. */
  readonly tunnels: number
  /** Requests in absolute form (plain http) that were passed on. */
  readonly forwarded: number
  /** Requests turned away. */
  readonly refused: number
  /** `host:port` of everything that was asked for, in order. */
  readonly targets: readonly string[]
  readonly connections: number
  /** True turns every request away with 403, as a corporate proxy does. */
  refuse: boolean
  close(): Promise<void>
}

/**
 * Starts a forward proxy: CONNECT for https, absolute-form requests for http.
 * @param options.credentials `user:password` the client must send (407 otherwise).
 * @param options.hosts addresses of names that no resolver knows: what a tunnel to them leads to,
 *   with a port where it is another one.
 */
export async function startConnectProxy(
  options: { credentials?: string; port?: number; hosts?: Readonly<Record<string, string>> } = {},
): Promise<ConnectProxy> {
  const counts = { tunnels: 0, forwarded: 0, refused: 0 }
  const targets: string[] = []
  const wanted = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`
  const refusal = (request: IncomingMessage): 407 | 403 | undefined => {
    if (wanted && request.headers['proxy-authorization'] !== wanted) return 407
    return proxy.refuse ? 403 : undefined
  }
  const challenge = { 'proxy-authenticate': 'Basic realm="proxy"' }

  const server = createServer((request, response) => {
    const target = URL.canParse(request.url ?? '') ? new URL(request.url ?? '') : undefined
    targets.push(target?.host ?? request.url ?? '')
    const status = target?.protocol === 'http:' ? refusal(request) : 400
    if (target && !status) {
      counts.forwarded += 1
      return forward(target, request, response)
    }
    counts.refused += 1
    response.writeHead(status ?? 400, status === 407 ? challenge : {})
    response.end()
  })
  const outgoing = new Set<Socket>()
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const target = request.url ?? ''
    targets.push(target)
    const status = refusal(request)
    if (status) {
      counts.refused += 1
      const header = status === 407 ? `proxy-authenticate: ${challenge['proxy-authenticate']}\r\n` : ''
      client.end(`HTTP/1.1 ${status} Refused\r\n${header}content-length: 0\r\n\r\n`)
      return
    }
    const { hostname, port } = new URL(`tunnel://${target}`)
    const [host = '', otherPort] = options.hosts?.[hostname]?.split(':') ?? [hostname.replace(/^\[|\]$/g, '')]
    const upstream = connect(Number(otherPort ?? port), host, () => {
      counts.tunnels += 1
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    outgoing.add(upstream)
    upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'))
    upstream.once('close', () => {
      outgoing.delete(upstream)
      client.destroy()
    })
    client.once('close', () => upstream.destroy())
  })

  const listening = await listen(server, options.port)
  const userinfo = options.credentials ? `${options.credentials}@` : ''
  const proxy: ConnectProxy = {
    url: `http://${userinfo}127.0.0.1:${listening.port}`,
    get tunnels() {
      return counts.tunnels
    },
    get forwarded() {
      return counts.forwarded
    },
    get refused() {
      return counts.refused
    },
    targets,
    get connections() {
      return listening.connections
    },
    refuse: false,
    async close() {
      for (const socket of outgoing) socket.destroy()
      await listening.close()
    },
  }
  return proxy
}

function forward(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { 'proxy-authorization': _secret, 'proxy-connection': _hop, ...headers } = request.headers
  const method = request.method ?? 'GET'
  const upstream = httpRequest(target, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  upstream.once('error', () => {
    if (!response.headersSent) response.writeHead(502)
    response.end()
  })
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}
