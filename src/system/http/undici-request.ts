import type { Dispatcher } from 'undici'
import { NotConnected } from './network-failure.ts'

type Undici = typeof import('undici')
type Connector = import('undici').buildConnector.connector
type Handler = Dispatcher.DispatchHandler
type Options = Omit<NonNullable<Parameters<Undici['request']>[1]>, 'signal' | 'dispatcher'>

/** How long a proxy may take to answer CONNECT, where --timeout does not say. */
const TUNNEL_MILLISECONDS = 30_000

/**
 * The setting of undici's proxy agent that makes its connections to a proxy. It limits how long one may take to answer
 * CONNECT (undici's own limit is 300 s). And it leaves the server name to undici's connector, which has none for an IP
 * address (RFC 6066 §3): the agent gives the address, of which Node warns, and with IPv6 no certificate would fit it.
 */
export function limitedTunnel(undici: Undici, milliseconds: number | undefined) {
  const headersTimeout = milliseconds ?? TUNNEL_MILLISECONDS
  return {
    clientFactory: (proxy: URL, options: object) => {
      const { connect } = options as { connect: Connector }
      const unnamed: Connector = ({ servername: _, ...asked }, done) => connect(asked, done)
      return new undici.Pool(proxy, { ...options, connect: unnamed, headersTimeout })
    },
  }
}

/**
 * `undici.request` that ends with the signal also before there is a connection (undici waits for it). It rejects with
 * {@link NotConnected} then, and nothing is sent later.
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
    const isTunnelLate = !isConnected && (error as { code?: unknown }).code === 'UND_ERR_HEADERS_TIMEOUT'
    throw isTunnelLate ? new NotConnected() : error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
