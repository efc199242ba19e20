import { chmod } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ByteFilter, LocalExchange, LocalServers } from '../ports/ports.ts'
import { limitSilent } from '../silent-connections.ts'

/**
 * Connections that the system holds while this process is busy. When it is full, a new caller, the owner too, gets no answer
 * and tries again after a second. Linux holds no more than net.core.somaxconn (4096 since 5.4), so a larger crowd still makes
 * the owner wait; one of 512 did with the 511 of Node. The listener of a sign-in stays at those: it is open for a minute, and
 * never busy.
 */
const BACKLOG = 4096
/** How long the end of the server waits for answers that are on their way. */
const GRACE_MILLISECONDS = 2_000
/** How long it waits, once their connections are cut, for those who answer to say what became of them. */
const LAST_WORD_MILLISECONDS = 1_000

/** HTTP servers of this machine, for this machine. */
export const localServers: LocalServers = {
  async open(address, serve) {
    const server = createServer({
      headersTimeout: 10_000,
      // An upload may last as long as it likes; without headers there is no caller yet.
      requestTimeout: 0,
      keepAliveTimeout: 60_000,
      // How often Node looks at the first; its default is 30 s.
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 32 * 1024,
    })
    limitSilent(server)
    const running = new Set<Promise<void>>()
    const take = (request: IncomingMessage, response: ServerResponse) => {
      const served = serve(exchangeOf(request, response)).catch(() => void response.destroy())
      running.add(served)
      served.finally(() => running.delete(served))
    }
    server.on('request', take)
    // Without this listener Node asks for the body before anybody has judged the headers.
    server.on('checkContinue', take)
    server.on('connect', (_, socket: Socket) => {
      // Node hands the socket over without a listener: a caller that breaks off would be an uncaught exception.
      socket.on('error', () => {})
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n', () => socket.destroy())
    })
    await listen(server, address)
    if ('socket' in address) await chmod(address.socket, 0o600)
    return {
      port: 'socket' in address ? undefined : (server.address() as AddressInfo).port,
      async close() {
        server.close()
        server.closeIdleConnections()
        await atMost(GRACE_MILLISECONDS, Promise.all(running))
        server.closeAllConnections()
        // They hear of the cut in a later turn, and write it down then.
        await atMost(LAST_WORD_MILLISECONDS, Promise.all(running))
      },
    }
  },
  isLive: (socket) =>
    new Promise((resolve) => {
      const probe = connect(socket)
      const end = (live: boolean) => {
        probe.destroy()
        resolve(live)
      }
      probe.once('connect', () => end(true))
      probe.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'EAGAIN'))
    }),
}

function listen(server: Server, address: { port: number } | { socket: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    const heard = () => {
      server.off('error', reject)
      server.on('error', () => {})
      resolve()
    }
    if ('socket' in address) server.listen(address.socket, heard)
    else server.listen(address.port, '127.0.0.1', BACKLOG, heard)
  })
}

function exchangeOf(request: IncomingMessage, response: ServerResponse): LocalExchange {
  const gone = new AbortController()
  response.once('close', () => response.writableFinished || gone.abort(new Error('the caller hung up')))
  // Without a listener a caller that breaks off would be an uncaught exception.
  request.on('error', () => {})
  response.on('error', () => {})
  return {
    request: { method: request.method ?? '', target: request.url ?? '', headers: request.rawHeaders },
    gone: gone.signal,
    body() {
      if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue()
      return request
    },
    refuse(status, json) {
      const headers = {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        connection: 'close',
        'proxy-status': `ls-auth; error=${status < 500 ? 'http_request_denied' : 'proxy_internal_response'}`,
      }
      response.writeHead(status, headers).end(json)
    },
    async stream({ status, headers, body }, change) {
      response.writeHead(status, { ...headers })
      await pump(body, response, change)
      // The rest of the request is unread, so the next one cannot be found behind it.
      if (!request.complete) request.destroy()
    },
    drop: () => void response.destroy(),
  }
}

/** By hand: `pipeline` with a Transform in it would take a third of the time of a small request. */
function pump(body: Readable, response: ServerResponse, change: ByteFilter | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      body.destroy()
      reject(new Error('the caller hung up'))
    }
    if (response.destroyed) return gone()
    body.on('data', (bytes: Buffer) => {
      if (!response.write(change?.push(bytes) ?? bytes)) body.pause()
    })
    response.on('drain', () => body.resume())
    body.once('end', () => response.end(change?.end()))
    body.once('error', reject)
    body.once('close', () => body.readableEnded || reject(new Error('the answer ended early')))
    response.once('finish', resolve)
    // Also at a good end, where an unseen Error would cost more than the answer.
    response.once('close', () => response.writableFinished || gone())
  })
}

function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
