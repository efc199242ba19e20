import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpRequest } from '../../ports/http.ts'
import { once } from '../once.ts'
import { NotConnected } from './network-failure.ts'
import type { TlsSettings } from './tls-settings.ts'
import {
  CONNECT_MILLISECONDS,
  cappedBody,
  headersOf,
  isRepeatable,
  type RawAnswer,
  type Transport,
} from './transport.ts'

/**
 * Timeout of idle kept-alive connections. Shorter than the five seconds of most servers, but some close after one: what
 * is sent at that moment fails.
 */
const IDLE_MILLISECONDS = 4_000

type Client = Pick<typeof import('node:http'), 'request'> & Readonly<Record<'kept' | 'own', Agent>>

/**
 * Directly to the host, by Node's own HTTP client. The other client, undici, knows proxies too, but has to be loaded. `trace
 * get` of 100 spans would take 130 ms of CPU for 80, `token --min-ttl 60m` 160 for 140. (Whole processes, medians of 40
 * alternating runs, Node 24; `npm run bench -- start` times both.)
 */
export function directTransport(tls: TlsSettings): Transport {
  const keep = { keepAlive: true, timeout: IDLE_MILLISECONDS }
  const clients = {
    'http:': once((): Client => {
      const { Agent, request } = process.getBuiltinModule('node:http')
      return { request, kept: new Agent(keep), own: new Agent() }
    }),
    'https:': once((): Client => {
      const { Agent, request } = process.getBuiltinModule('node:https')
      return { request, kept: new Agent({ ...keep, ...tls }), own: new Agent(tls) }
    }),
  }
  return {
    async send(request, signal) {
      const client = clients[request.url.protocol === 'https:' ? 'https:' : 'http:']()
      // A code or a refresh token works once: it never goes where it may be lost, and has a connection of its own.
      if (!isRepeatable(request)) return exchange(client, 'own', request, signal)
      try {
        return await exchange(client, 'kept', request, signal)
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error
        return exchange(client, 'own', request, signal)
      }
    },
  }
}

/** A kept connection was closed before anything was answered on it (RFC 9112 §9.3.1): ask again what may be asked twice. */
class StaleConnection extends Error {}

async function exchange(
  client: Client,
  connection: 'kept' | 'own',
  request: HttpRequest,
  signal: AbortSignal,
): Promise<RawAnswer> {
  if (signal.aborted) throw signal.reason
  const { method } = request
  const asked = client.request(request.url, {
    agent: client[connection],
    method,
    headers: headersOf(request),
  })
  // By hand: Node's `signal` option loads its library of streams.
  const stop = () => asked.destroy(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    const answer = await answerOf(asked, request).catch((error) => {
      throw asked.reusedSocket && !signal.aborted ? new StaleConnection('', { cause: error }) : error
    })
    const body = await bodyOf(answer, request)
    // A body without a length ends with its connection (RFC 9112 §6.3), also where we have closed that ourselves.
    if (signal.aborted) throw signal.reason
    const { statusCode: status = 0, statusMessage = '', httpVersion, headersDistinct: headers } = answer
    return { status, statusLine: `HTTP/${httpVersion} ${status} ${statusMessage}`, headers, body }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function answerOf(asked: ClientRequest, { body, url }: HttpRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let isReady = false
    const failed = (cause: unknown) => reject(isReady ? cause : new NotConnected('not connected', { cause }))
    asked.once('response', resolve)
    // An error may come after the answer, too, and without a listener it would be an uncaught exception.
    asked.on('error', failed)
    // A protocol upgrade was never requested.
    asked.once('upgrade', (_, socket) => {
      socket.destroy()
      failed(cutOff())
    })
    asked.once('close', () => failed(cutOff()))
    asked.once('socket', (socket) => {
      isReady = !socket.connecting
      if (isReady) return
      // Node writes the request when TCP is connected, or TLS is agreed on (it sends no early data, RFC 8446 §2.3).
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        isReady = true
      })
      limitConnect(asked, socket)
    })
    asked.end(body)
  })
}

function limitConnect(asked: ClientRequest, socket: Socket): void {
  const tooLong = { code: 'ETIMEDOUT', syscall: 'connect' }
  const late = () => asked.destroy(Object.assign(new Error('connect timeout'), tooLong))
  const timer = setTimeout(late, CONNECT_MILLISECONDS)
  for (const end of ['connect', 'error', 'close']) socket.once(end, () => clearTimeout(timer))
}

function bodyOf(answer: IncomingMessage, request: HttpRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = cappedBody(request)
    answer.on('data', (part: Buffer) => {
      try {
        body.add(part)
      } catch (failure) {
        reject(failure)
        answer.destroy()
      }
    })
    answer.once('end', () => resolve(body.whole()))
    answer.on('error', reject)
    // The connection was closed before the end of the body.
    answer.once('close', () => reject(cutOff()))
  })
}

const cutOff = (): Error => Object.assign(new Error('cut off'), { code: 'ECONNRESET' })
