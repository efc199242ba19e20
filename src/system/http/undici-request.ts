import type { Dispatcher } from 'undici'
import { errorCode } from '../../errors.ts'
import { NoTunnel, NotConnected } from './network-failure.ts'

type Undici = typeof import('undici')
type Connector = import('undici').buildConnector.connector
type ConnectOptions = Dispatcher.ConnectOptions
type Handler = Dispatcher.DispatchHandler
type Options = Omit<NonNullable<Parameters<Undici['request']>[1]>, 'signal' | 'dispatcher'>

/** How long a proxy may take to answer CONNECT, where --timeout does not say. */
const TUNNEL_MILLISECONDS = 10_000

const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])
const SILENT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'])

/** The tunnels through proxies that a dispatcher asks for. */
export interface Tunnels {
  /** The setting of undici's proxy agent that makes its connections to a proxy. */
  readonly clientFactory: (proxy: URL, options: object) => Dispatcher
  /** Whether a proxy was asked for a tunnel to this host, and has not answered. */
  isAwaited(url: URL): boolean
}

/**
 * Limits how long a proxy may take to answer CONNECT (undici's own limit is 300 s), and closes a failed tunnel with {@link
 * NoTunnel}. And it leaves the server name to undici's connector, which has none for an IP address (RFC 6066 §3). The agent
 * would give the address, of which Node warns, and with IPv6 no certificate would fit it.
 */
export function limitedTunnels(undici: Undici, milliseconds: number | undefined): Tunnels {
  const headersTimeout = milliseconds ?? TUNNEL_MILLISECONDS
  const awaited = new Map<string, number>()
  const count = (path: string, by: 1 | -1) => awaited.set(path, (awaited.get(path) ?? 0) + by)
  return {
    clientFactory(proxy, options) {
      const { connect } = options as { connect: Connector }
      const unnamed: Connector = ({ servername: _, ...asked }, done) => connect(asked, done)
      const pool = new undici.Pool(proxy, { ...options, connect: unnamed, headersTimeout })
      const ask = pool.connect.bind(pool) as (asked: ConnectOptions) => Promise<Dispatcher.ConnectData>
      const askOnce = async (asked: ConnectOptions) => {
        count(asked.path, 1)
        try {
          const answer = await ask(asked)
          if (answer.statusCode === 200) return answer
          answer.socket.on('error', () => {}).destroy()
          throw new NoTunnel(answer.statusCode)
        } catch (error) {
          throw error instanceof NoTunnel ? error : withoutTunnel(error)
        } finally {
          count(asked.path, -1)
        }
      }
      return Object.assign(pool, { connect: askOnce })
    },
    isAwaited: ({ hostname, port, protocol }) =>
      (awaited.get(`${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`) ?? 0) > 0,
  }
}

/**
 * For undici, UND_ERR_SOCKET means a lost connection, after which it opens another. Its agent would send CONNECT, and the
 * credentials of the proxy, again and again. So a closed connection has an error of ours.
 */
function withoutTunnel(error: unknown): NoTunnel {
  const code = errorCode(error) ?? ''
  if (CLOSED.has(code)) return new NoTunnel('closed the connection', error)
  return new NoTunnel(SILENT.has(code) ? 'does not answer' : undefined, error)
}

/**
 * `undici.request` that ends with the signal also before there is a connection (undici waits for it). Before there is one, it
 * rejects with {@link NotConnected}, whatever the reason, and sends nothing later.
 */
export async function undiciRequest(
  undici: Undici,
  url: URL,
  { dispatcher, tunnels }: { readonly dispatcher: Dispatcher; readonly tunnels: Tunnels },
  signal: AbortSignal,
  options: Options,
): Promise<Dispatcher.ResponseData<unknown>> {
  if (signal.aborted) throw signal.reason
  let isConnected = false
  const noted = dispatcher.compose((dispatch) => (asked, handler) => {
    // Called before the first byte of the request is written, and only on a connection that is ready for it.
    const onRequestStart: Handler['onRequestStart'] = (...given) => {
      isConnected = true
      handler.onRequestStart?.(...given)
    }
    return dispatch(asked, {
      onRequestStart,
      onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
      onResponseStart: (...given) => handler.onResponseStart?.(...given),
      onResponseData: (...given) => handler.onResponseData?.(...given),
      onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
      onResponseError: (...given) => handler.onResponseError?.(...given),
    })
  })
  const asked = undici.request(url, { ...options, dispatcher: noted, signal })
  let stop = () => {}
  const stopped = new Promise<never>((_, reject) => {
    stop = () => {
      if (isConnected) return
      reject(tunnels.isAwaited(url) ? new NoTunnel('does not answer') : new NotConnected())
    }
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([asked, stopped])
  } catch (error) {
    if (isConnected || error instanceof NotConnected) throw error
    throw new NotConnected('not connected', { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
