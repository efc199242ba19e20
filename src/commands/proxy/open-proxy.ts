import { randomBytes } from 'node:crypto'
import { openBackgroundRecord } from '../../audit/background.ts'
import type { Backend } from '../../backends/backend.ts'
import { backendOf } from '../../backends/table.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure } from '../../errors.ts'
import type { Clock, LocalAddress, LocalExchange } from '../../ports/ports.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeJson, safeText } from '../../text/safe-text.ts'
import type { Invocation } from '../invocation.ts'
import { behindProxy } from '../request/behind-proxy.ts'
import type { TokenWish, ValidToken } from '../request/credentials.ts'
import { isOver, tokenOf } from '../request/held-token.ts'
import { openRecorder, tellOfLost } from '../request/recorder.ts'
import { requireApi } from '../request/require-api.ts'
import { judge, type Pass, type ProxyRules } from './judge.ts'
import { passOn, type Way } from './pass-on.ts'

/** A request that was answered. Without secret, query and token. */
export interface Served {
  readonly method: string
  readonly path: string
  /** 0: the caller has gone, or was dropped. */
  readonly status: number
  readonly milliseconds: number
}

/** One line for people. Never a query, which may hold names of customers. */
export const servedLine = ({ method, path, status, milliseconds }: Served): string =>
  `${safeText(method, 20)} ${safeText(path, 200)} ${status === 0 ? 'gone' : status} ${milliseconds}ms`

/** What a proxy serves in place of the read routes of the back end. */
export interface ProxyDoor extends Pick<Backend, 'name' | 'readRoutes'> {
  /** Answers a request that may come in; gives its status. Undefined: it is passed on unchanged. */
  answer?(exchange: LocalExchange): Promise<number>
  close?(): Promise<void>
}

/** Opens the door to an MCP server; a room above knows how. */
export type OpenMcpDoor = (
  invocation: Invocation,
  profile: Profile,
  allowed: { readonly write: boolean; readonly tools: readonly string[] },
) => Promise<ProxyDoor>

export interface ProxyOptions {
  readonly address: LocalAddress
  readonly allowWrite: boolean
  readonly door?: ProxyDoor | undefined
  readonly wish: TokenWish
  /** Called at the end of each request. */
  readonly served: (served: Served) => void
  /** The session has ended: from now on every request is refused. */
  readonly over: (failure: Failure) => void
}

/** A local proxy to the API of a profile, which adds the token. */
export interface LocalProxy {
  /** Undefined on a Unix socket. */
  readonly port: { readonly number: number; readonly secret: string; readonly api: string } | undefined
  /** When the last request that was let through began or ended; now, while there is one. Milliseconds since the epoch. */
  lastUsed(): number
  /** For a signal that ends the process at once: writes down the requests that are open. */
  writeDown(): Promise<void>
  close(): Promise<void>
}

/** How long the end waits for the record. */
const FLUSH_MILLISECONDS = 2_000

/** 256 bits. */
const SECRET_BYTES = 32

/**
 * Opens the proxy. It fetches the token first, so it never listens without one. Failures: `settings`, those of the token, and
 * `busy` or `refused` when it cannot listen there.
 */
export async function openProxy(
  invocation: Invocation,
  profile: Profile,
  { address, allowWrite, door, wish, served, over }: ProxyOptions,
): Promise<LocalProxy> {
  requireApi(profile)
  const { ports } = invocation
  const { clock } = ports
  const record = openBackgroundRecord(profile.client.stateDirectory, ports, tellOfLost(invocation))
  const client = profile.throughProxy ? behindProxy(invocation, profile.client).client : profile.client
  const recorder = openRecorder(invocation, client, undefined, async (entry) => record.add(entry))
  const proofs = openProofs(clock)
  const onToken = ({ value, body }: ValidToken) => {
    recorder.signedInBy(body.idToken)
    proofs.bind(value, body.proofKey, body.skewSeconds)
  }
  const tokens = tokenOf(invocation, profile, wish, { over, onToken })
  await tokens.token()
  const unended = new Set<() => void>()
  const upstream = await ports.upstream(profile.client.http)
  const way: Way = { profile, tokens, proofs, recorder, unended, upstream }
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const hosts: string[] = []
  const rules: ProxyRules = {
    backend: door ?? backendOf(profile.backend),
    tokenHeader: profile.authorizationHeader,
    allowWrite,
    port: 'socket' in address ? undefined : { hosts, secret },
  }
  const use: Use = { active: 0, last: clock.now() }
  const answer = door?.answer ?? ((exchange: LocalExchange, pass: Pass) => passOn(exchange, pass, way))
  const serve = serverOf(clock, rules, answer, use, served)
  const server = await (await ports.localServers()).open(address, serve).catch((error) => {
    throw notListening(address, error)
  })
  const { port } = server
  if (port !== undefined) hosts.push(...hostsOf(port))
  return {
    port:
      port === undefined ? undefined : { number: port, secret, api: `http://127.0.0.1:${port}/${secret}` },
    lastUsed: () => (use.active > 0 ? clock.now() : use.last),
    writeDown() {
      for (const ended of unended) ended()
      return record.flush(FLUSH_MILLISECONDS)
    },
    async close() {
      await server.close()
      await door?.close?.()
      await upstream.close()
      await record.flush(FLUSH_MILLISECONDS)
    },
  }
}

/** The Host headers of a port. A browser leaves the port 80 out. */
const hostsOf = (port: number): string[] => [`127.0.0.1:${port}`, ...(port === 80 ? ['127.0.0.1'] : [])]

/** Requests that were let through: how many there are now, and when the last one ended. */
interface Use {
  active: number
  last: number
}

/** Judges each request, and passes it on or refuses it. */
function serverOf(
  clock: Clock,
  rules: ProxyRules,
  answer: (exchange: LocalExchange, pass: Pass) => Promise<number>,
  use: Use,
  served: ProxyOptions['served'],
): (exchange: LocalExchange) => Promise<void> {
  const slowly = slowRefusals(clock)
  return async (exchange) => {
    const started = clock.now()
    const verdict = judge(exchange.request, rules)
    const end = (status: number) =>
      served({
        method: exchange.request.method,
        path: verdict.path,
        status,
        milliseconds: clock.now() - started,
      })
    if (!verdict.pass) {
      if (verdict.wrongSecret && !(await slowly(exchange))) return end(0)
      exchange.refuse(verdict.status, errorJson('refused', verdict.why))
      return end(verdict.status)
    }
    use.active += 1
    try {
      end(await answer(exchange, verdict))
    } catch (error) {
      end(refuseFor(error, exchange))
    } finally {
      use.active -= 1
      use.last = clock.now()
    }
  }
}

/** Answers for a request that got no answer from the API; gives the status. */
function refuseFor(error: unknown, exchange: LocalExchange): number {
  if (exchange.gone.aborted || !(error instanceof Failure)) {
    exchange.drop()
    return 0
  }
  const status = isOver(error) ? 503 : 502
  exchange.refuse(status, errorJson(error.code, error.message, error.hint))
  return status
}

const errorJson = (error: string, message: string, hint?: string): string =>
  `${safeJson({ error, message, ...(hint !== undefined && { hint }) })}\n`

function notListening(address: LocalAddress, error: NodeJS.ErrnoException): unknown {
  if (error.code === undefined) return error
  const place = 'socket' in address ? address.socket : `port ${address.port}`
  const otherPort = 'Choose another port, or --port 0 for any that is free.'
  if (error.code === 'EADDRINUSE') {
    return new Failure('busy', `${place} is in use`, {
      hint: 'socket' in address ? 'Choose another path.' : otherPort,
      cause: error,
    })
  }
  return new Failure('settings', `cannot listen on ${place} (${error.code})`, {
    hint:
      'socket' in address
        ? 'Choose a shorter path, or a directory of yours.'
        : // Windows refuses ports that it reserves in the same way, whatever their number.
          address.port < 1024
          ? 'Choose a port above 1023, or --port 0.'
          : otherPort,
    cause: error,
  })
}

const FIRST_MILLISECONDS = 100
const LONGEST_MILLISECONDS = 10_000
/** After so long without a wrong secret the next one is answered fast again. */
const FORGET_MILLISECONDS = 60_000
/** Callers that wait for their refusal. When there are more, the oldest is dropped. */
const MAX_WAITING = 64

/** How long the answer to the `n`th wrong secret in a row is held back. */
export const delayOf = (n: number): number =>
  Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.min(n - 1, 30))

/**
 * Holds back the answers to wrong secrets, ever longer. All callers count as one: over loopback they have no address of
 * their own. So the right secret is never held back, and no other caller can shut the door for it. Resolves to false when the
 * caller has been dropped.
 */
export function slowRefusals(clock: Clock): (exchange: LocalExchange) => Promise<boolean> {
  let [wrong, last] = [0, Number.NEGATIVE_INFINITY]
  const waiting = new Set<AbortController>()
  return async (exchange) => {
    const now = clock.now()
    wrong = now - last > FORGET_MILLISECONDS ? 1 : wrong + 1
    last = now
    const place = new AbortController()
    waiting.add(place)
    const [oldest] = waiting
    if (oldest !== undefined && waiting.size > MAX_WAITING) {
      waiting.delete(oldest)
      oldest.abort()
    }
    try {
      await clock.sleep(delayOf(wrong), AbortSignal.any([place.signal, exchange.gone]))
      return true
    } catch {
      exchange.drop()
      return false
    } finally {
      waiting.delete(place)
    }
  }
}
