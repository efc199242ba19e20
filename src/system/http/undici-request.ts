import type { Dispatcher } from 'undici'
import { NotConnected, ProxyClosed } from './network-failure.ts'

type Undici = typeof import('undici')
type Connector = import('undici').buildConnector.connector
type Pool = import('undici').Pool
type Handler = Dispatcher.DispatchHandler
type Options = Omit<NonNullable<Parameters<Undici['request']>[1]>, 'signal' | 'dispatcher'>

/** How long a proxy may take to answer CONNECT, where --timeout does not say. */
const TUNNEL_MILLISECONDS = 30_000

/**
 * The setting of undici's proxy agent that makes its connections to a proxy. It limits how long one may take to answer
 * CONNECT (undici's own limit is 300 s). A connection that is closed instead is a {@link ProxyClosed}. And it leaves the server name to undici's connector, which has none for an IP
 * address (RFC 6066 §3): the agent gives the address, of which Node warns, and with IPv6 no certificate would fit it.
 */
export function limitedTunnel(undici: Undici, milliseconds: number | undefined) {
  const headersTimeout = milliseconds ?? TUNNEL_MILLISECONDS
  return {
    clientFactory: (proxy: URL, options: object) => {
      const { connect } = options as { connect: Connector }
      const unnamed: Connector = ({ servername: _, ...asked }, done) => connect(asked, done)
      return closedOnce(new undici.Pool(proxy, { ...options, connect: unnamed, headersTimeout }))
    },
  }
}

/**
 * For undici, UND_ERR_SOCKET tells of a lost connection, after which it opens another: the agent would send CONNECT, and
 * the credentials of the proxy, again and again without a pause. So a closed connection has an error of ours.
 */
function closedOnce(pool: Pool): Pool {
  const ask = (asked: Dispatcher.ConnectOptions) =>
    Object.getPrototypeOf(pool).connect.call(pool, asked) as Promise<Dispatcher.ConnectData>
  const connect = (asked: Dispatcher.ConnectOptions) =>
    ask(asked).catch((error) => {
      throw error.code === 'UND_ERR_SOCKET' ? new ProxyClosed('closed', { cause: error }) : error
    })
  return Object.assign(pool, { connect })
}

/**
 * `undici.request` that ends with the signal also before there is a connection (undici waits for it). Before there is one, it
 * rejects with {@link NotConnected}, whatever is the reason, and nothing is sent later.
 */
export async function undiciRequest(
  undici: Undici,
  url: URL,
  dispatcher: Dispatcher,
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
      if (!isConnected) reject(new NotConnected())
    }
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([asked, stopped])
  } catch (error) {
    if (isConnected || error instanceof NotConnected) throw error
    const isTunnelLate = (error as { code?: unknown }).code === 'UND_ERR_HEADERS_TIMEOUT'
    throw isTunnelLate ? new NotConnected() : new NotConnected('not connected', { cause: error })
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
