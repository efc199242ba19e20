import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type CallToolResult,
  Client,
  type Progress,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { ProtocolErrorCode, type ServerContext, type StandardSchemaV1 } from '@modelcontextprotocol/server'
import { callerHeaders, traceContext, traceparentIn } from '../../api/request-headers.ts'
import { type Invocation, loadProfile, tell } from '../../commands/invocation.ts'
import { requireReason } from '../../commands/request/bound-token.ts'
import { type HeldToken, tokenOf } from '../../commands/request/held-token.ts'
import { namesApi } from '../../commands/request/require-api.ts'
import { openProofs } from '../../dpop/proofs.ts'
import { Failure, NetworkFailure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import type { Upstream } from '../../ports/http.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { type CallInHand, guardedFetch, mayRepeat } from './guarded-fetch.ts'
import { type Allowed, type ForeignTool, judge, type Offered, type OfferedTool } from './offered.ts'
import type { hostAsks } from './questions.ts'

/** Without a sign of life. */
const SILENT_MILLISECONDS = 300_000
/** Of one call, even while the server sends progress. */
const LONGEST_MILLISECONDS = 3_600_000
const CONNECT_MILLISECONDS = 30_000
/** A server that starts again answers again after a moment. */
const PAUSES = [200, 1000]
/** The kit reads what has come before a stream ended. */
const GRACE_MILLISECONDS = 500
const MOST_PAGES = 64

/**
 * The profile in use, whose API or resource is that address; a named profile that isn't made yet has none. Failures: those of
 * the settings; `other-origin`.
 */
export async function profileFor(invocation: Invocation, connect: URL): Promise<Profile> {
  const { profile } = await loadProfile(invocation, { newProfile: true })
  requireReason(profile.client)
  const { api, name } = profile
  const place = ({ origin, pathname, search }: URL) => origin + pathname.replace(/\/$/, '') + search
  if (!namesApi(profile) || place(connect) === place(api)) return profile
  const { resource = '' } = profile.client
  // A sign-in has confirmed only the API's origin.
  if (connect.origin === api.origin && URL.canParse(resource) && place(connect) === place(new URL(resource)))
    return { ...profile, api: connect }
  throw new Failure(
    'other-origin',
    `the profile ${safeText(name, 60)} is not for ${safeText(place(connect), 200)}`,
    {
      detail: [`it is for: ${safeText(place(api), 200)}`],
      hint: `Name its own profile, --profile NAME, or make it: ls-auth login ${shellWord(connect.href)} --profile NAME`,
    },
  )
}

/** The way to the other server: from the first token on. */
interface Door {
  readonly profile: Profile
  readonly tokens: HeldToken
  readonly upstream: Upstream
  readonly fetch: ReturnType<typeof guardedFetch>
}

interface Connection {
  readonly client: Client
  readonly hasSession: () => boolean
  offered: Promise<Offered> | undefined
}

export interface SessionOptions {
  readonly connect: URL
  readonly allowed: Allowed
  readonly way: 'mcp-connect' | 'mcp-proxy'
  /** What the host can ask its person. */
  readonly canAsk: () => ReturnType<typeof hostAsks>
  /** The other server says that its tools have changed. */
  readonly toolsChanged: () => void
}

/** The session with the other server: begun when it is needed, and again after its end. */
export function openSession(invocation: Invocation, options: SessionOptions) {
  const { connect, allowed, way } = options
  const { ports } = invocation
  const host = safeText(connect.host, 100)
  const calls = new AsyncLocalStorage<CallInHand>()
  let door: Promise<Door> | undefined
  let connection: Promise<Connection> | undefined
  let sent: { readonly token?: string; readonly idToken?: string | undefined } = {}
  const inHands = new Set<CallInHand>()

  const openDoor = async (): Promise<Door> => {
    const profile = await profileFor(invocation, connect)
    if (!namesApi(profile)) throw notSignedIn(connect)
    const proofs = openProofs(ports.clock)
    const tokens = tokenOf(
      invocation,
      profile,
      {},
      {
        over: () => {},
        onToken({ value, body }) {
          sent = { token: value, idToken: body.idToken }
          proofs.bind(value, body.proofKey, body.skewSeconds)
        },
      },
    )
    await tokens.token()
    const upstream = await ports.upstream(profile.client.http)
    const { version, platform } = ports.env
    const caller = { version, platform, way, reason: profile.client.reason } as const
    const headers = () => callerHeaders(caller, traceparentIn(traceContext(undefined)))
    return {
      profile,
      tokens,
      upstream,
      fetch: guardedFetch({ profile, tokens, proofs, upstream, calls, headers }),
    }
  }

  const open = async (): Promise<Connection> => {
    door ??= openDoor()
    const { fetch } = await door.catch((error) => {
      door = undefined
      throw error
    })
    const canAsk = options.canAsk()
    const transport = new StreamableHTTPClientTransport(connect, { fetch })
    const opened: Connection = {
      client: new Client(
        { name: 'ls-auth', version: ports.env.version },
        {
          versionNegotiation: { mode: 'auto' },
          ...(canAsk && { capabilities: { elicitation: canAsk } }),
          listChanged: {
            tools: {
              autoRefresh: false,
              onChanged() {
                opened.offered = undefined
                options.toolsChanged()
              },
            },
          },
        },
      ),
      hasSession: () => transport.sessionId !== undefined,
      offered: undefined,
    }
    if (canAsk)
      opened.client.setRequestHandler('elicitation/create', async ({ params }) => {
        // A server may send it beside the answer: then it is for the last call.
        const ask = (calls.getStore() ?? [...inHands].at(-1))?.ask
        return ask === undefined ? { action: 'cancel' } : ask(params)
      })
    await opened.client.connect(transport, { timeout: CONNECT_MILLISECONDS })
    return opened
  }
  const connected = (): Promise<Connection> => {
    if (connection !== undefined) return connection
    const opening = open()
    connection = opening
    opening.catch(() => drop(opening))
    return opening
  }
  const drop = (broken: Promise<Connection>) => {
    if (connection === broken) connection = undefined
    broken.then(({ client }) => client.close()).catch(() => {})
  }

  /** Does it on a connection, and on a new one where that one has ended and to do it twice is safe. */
  async function onConnection<T>(
    over: AbortSignal,
    onlyReads: () => boolean,
    work: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const used = connected()
      try {
        return await work(await used)
      } catch (error) {
        if (over.aborted) throw error
        const hasSession = await used.then((one) => one.hasSession()).catch(() => false)
        const isSessionOver = hasSession && error instanceof SdkHttpError && error.status === 404
        const failure = isSessionOver ? error : failureOf(error, host)
        const isBroken = isSessionOver || failure instanceof NetworkFailure
        if (isBroken) drop(used)
        const pause = PAUSES[tries]
        if (pause === undefined || !(isSessionOver || mayRepeat(failure, onlyReads()))) throw failure
        if (!isSessionOver) await ports.clock.sleep(pause, over)
      }
    }
  }

  const listOf = async ({ client }: Connection): Promise<Offered> => {
    const listed: ForeignTool[] = []
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const params = cursor === undefined ? {} : { params: { cursor } }
      const request = { method: 'tools/list', ...params }
      const answer = (await client.request(request, anyObject, {
        timeout: CONNECT_MILLISECONDS,
      })) as ForeignTool
      if (Array.isArray(answer.tools)) listed.push(...answer.tools.filter(isObject))
      if (typeof answer.nextCursor !== 'string' || answer.nextCursor === cursor) break
      cursor = answer.nextCursor
    }
    const offered = judge(listed, allowed)
    tellOf(offered)
    return offered
  }
  const tellOf = ({ unsafe, withheld }: Offered) => {
    const names = [...withheld].slice(0, 10).join(', ')
    const more = withheld.size > 10 ? ' and others' : ''
    const lines = [
      unsafe > 0 && `note: left out, since they cannot be shown safely: ${unsafe} tools of ${host}`,
      withheld.size > 0 &&
        `note: left out, since they may change something: ${names}${more}. To allow one: --allow-tool NAME`,
    ]
    for (const line of lines) {
      if (line === false || invocation.noted.has(line)) continue
      invocation.noted.add(line)
      tell(invocation, line)
    }
  }
  const offeredBy = (used: Connection, anew: boolean): Promise<Offered> => {
    if (anew || used.offered === undefined) {
      const list = listOf(used)
      used.offered = list
      list.catch(() => {
        if (used.offered === list) used.offered = undefined
      })
    }
    return used.offered as Promise<Offered>
  }

  const callOnce = async (
    { client }: Connection,
    { name, inputSchema }: OfferedTool,
    args: Record<string, unknown> | undefined,
    { _meta: { progressToken, ...meta } = {}, notify }: ServerContext['mcpReq'],
    hand: Pick<CallInHand, 'headers' | 'ask'>,
    over: AbortSignal,
  ): Promise<CallToolResult> => {
    const ending = new AbortController()
    const stop = () => ending.abort(over.reason)
    over.addEventListener('abort', stop)
    if (over.aborted) stop()
    const { promise: broken, reject } = rejectable()
    let questions = 0
    const inHand: CallInHand = {
      headers: hand.headers,
      ask(question) {
        questions += 1
        return hand.ask(question)
      },
      ended(resumable) {
        if (resumable) return
        // An answer may be a question (2026-07-28): then the call is sent again.
        const before = questions
        const ended = new NetworkFailure(`the connection to ${host} ended before its answer`, true)
        ports.clock.sleep(GRACE_MILLISECONDS, ending.signal).then(
          () => questions === before && reject(ended),
          () => {},
        )
      },
    }
    const { traceparent } = hand.headers
    const params = {
      name,
      ...(args && { arguments: args }),
      _meta: { ...meta, ...(traceparent !== undefined && { traceparent }) },
    }
    const options = {
      // Without a schema of its results, which are not ours to judge.
      toolDefinition: { name, inputSchema },
      signal: ending.signal,
      timeout: SILENT_MILLISECONDS,
      maxTotalTimeout: LONGEST_MILLISECONDS,
      resetTimeoutOnProgress: true,
      onprogress(progress: Progress) {
        if (progressToken === undefined) return
        const forwarded = { ...progress, progressToken }
        notify({ method: 'notifications/progress', params: forwarded }).catch(() => {})
      },
    }
    inHands.add(inHand)
    try {
      return await Promise.race([broken, calls.run(inHand, () => client.callTool(params, options))])
    } finally {
      over.removeEventListener('abort', stop)
      inHands.delete(inHand)
      ending.abort()
    }
  }

  return {
    host,
    onConnection,
    offeredBy,
    callOnce,
    /** The tokens that were sent last, for the record. */
    sent: () => sent,
    async close(): Promise<void> {
      const used = connection
      connection = undefined
      await used?.then(({ client }) => client.close()).catch(() => {})
      await door?.then(({ upstream }) => upstream.close()).catch(() => {})
    },
  }
}

/** A promise that may be rejected, and never resolves. */
function rejectable(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  promise.catch(() => {})
  return { promise, reject }
}

const notSignedIn = (connect: URL): Failure =>
  new Failure('not-signed-in', `you are not signed in for ${safeText(connect.host, 100)}`, {
    hint: `Run: ls-auth login ${shellWord(connect.href)}`,
    reason: 'no-profile',
  })

/** Why a tool cannot be called: it is not known, or may change something. */
export function notOffered(name: string, { withheld }: Offered, host: string): Error {
  if (!withheld.has(name))
    return new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${safeText(name, 60)}`)
  return new Failure('refused', `${safeText(name, 128)} of ${host} may change something`, {
    hint: `Only a person can allow it, by starting this server with --allow-tool ${shellWord(name)}.`,
  })
}

/** Any object: the kit would refuse a whole list for one tool. */
const anyObject = {
  '~standard': {
    version: 1 as const,
    vendor: 'ls-auth',
    validate: (value: unknown) => (isObject(value) ? { value } : { issues: [{ message: 'not an object' }] }),
  },
} satisfies StandardSchemaV1<unknown, ForeignTool>

/** What went wrong on the way, without words of the other server. */
function failureOf(error: unknown, host: string): unknown {
  if (error instanceof ProtocolError && error.code === ProtocolErrorCode.MissingRequiredClientCapability)
    return new Failure(
      'cannot-do',
      `${host} wants to ask the person something, and this host has no way to`,
      {
        hint: 'Use a host that offers elicitation, or ask in another way.',
        cause: error,
      },
    )
  if (error instanceof Failure || error instanceof ProtocolError) return error
  const { cause } = error as { cause?: unknown }
  if (cause instanceof Failure) return cause
  if (error instanceof SdkHttpError)
    return new Failure('api-failed', `${host} answered with HTTP ${error.status}`, { cause: error })
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
    return new Failure('network', `${host} did not answer in time`, { cause: error })
  if (error instanceof SdkError && error.code === SdkErrorCode.ConnectionClosed)
    return new NetworkFailure(`the connection to ${host} ended before its answer`, true)
  return new Failure('api-failed', `${host} does not speak the Model Context Protocol here`, {
    hint: 'Check the address: it is that of the MCP endpoint, such as https://mcp.example.com/mcp.',
    cause: error,
  })
}
