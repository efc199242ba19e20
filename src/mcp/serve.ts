import { setMaxListeners } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import {
  CLIENT_INFO_META_KEY,
  deserializeMessage,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio'
import type { OtherCaller } from '../commands/invocation.ts'
import { isObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'
import type { Call, CallAnswer } from './calls.ts'
import { messageLines } from './message-lines.ts'
import type { OfferedTool } from './offer.ts'
import { schemaOf } from './tool.ts'

export interface Service {
  /** Calls that are answered at once; the others wait. */
  readonly atOnce: number
  /** Makes what answers. Handlers run their work by `turn`. */
  readonly serverOf: (turn: Turn) => Server
  /** To be called at the end. */
  readonly close?: () => Promise<void>
}

/** Runs a call in its turn, with a signal that is aborted when the client cancels it or the server ends. */
export type Turn = <T>(cancelled: AbortSignal, call: (over: AbortSignal) => Promise<T>) => Promise<T>

export interface Served {
  /** Resolves at the end of the input, once the calls that came before are over, or when the host has stopped reading. */
  readonly closed: Promise<void>
  /** Cuts all calls off, those that are still to come, too. Resolves when none is under way. */
  giveUp(): Promise<void>
}

/** Serves by the official kit: the revision of 2026-07-28, and older ones with `initialize`. */
export function serve(
  { input, output }: { readonly input: Readable; readonly output: Writable },
  { atOnce, serverOf }: Service,
): Served {
  const turns = inTurn(atOnce)
  const end = new AbortController()
  // Each call that waits for its turn listens.
  setMaxListeners(0, end.signal)
  const giveUp = () => {
    end.abort(new ProtocolError(ProtocolErrorCode.InternalError, 'The server ended before this was answered'))
    return turns.idle()
  }
  const lines = messageLines({
    isMessage,
    // The kit's type knows no answer to a message whose id is not known.
    refuse: ({ id, code, message }) =>
      output.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })}\n`),
    last: async () => {
      await afterTurn()
      await turns.idle()
    },
  })
  const transport = new StdioServerTransport(input.pipe(lines), output)
  serveStdio(() => serverOf(turn), { transport })
  const send = transport.send.bind(transport)
  transport.send = (message) =>
    send('error' in message ? { ...message, error: oneLineError(message.error) } : message)
  const kit = transport.onclose
  const closed = new Promise<void>((resolve) => {
    transport.onclose = () => {
      kit?.()
      resolve()
    }
  })
  return { closed, giveUp }

  async function turn<T>(cancelled: AbortSignal, call: (over: AbortSignal) => Promise<T>): Promise<T> {
    // Not `AbortSignal.any`: Node keeps its signal, and all that a call holds, while it has a listener.
    const over = new AbortController()
    const both = [cancelled, end.signal]
    const stop = () => over.abort(both.find(({ aborted }) => aborted)?.reason)
    for (const signal of both) signal.addEventListener('abort', stop)
    if (both.some(({ aborted }) => aborted)) stop()
    try {
      return await turns.run(over.signal, () => call(over.signal))
    } finally {
      for (const signal of both) signal.removeEventListener('abort', stop)
    }
  }
}

/** What reads traces for an agent. */
interface TraceTools {
  /** Of ls-auth. */
  readonly version: string
  readonly instructions: string
  readonly tools: readonly OfferedTool[]
  readonly answer: (call: Call) => Promise<CallAnswer>
}

export function traceServer({ version, instructions, tools, answer }: TraceTools, turn: Turn): Server {
  const server = new Server({ name: 'ls-auth', version }, { capabilities: { tools: {} }, instructions })
  server.setRequestHandler('tools/list', () => ({ tools: tools.map(described) }))
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const tool = tools.find(({ name }) => name === params.name)
    if (tool === undefined) {
      const names = tools.map(({ name }) => name).join(', ')
      const message = `Unknown tool: ${safeText(params.name, 60)}. There are: ${names}`
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, message)
    }
    const caller = callerIn(server, mcpReq)
    const { text, isError } = await turn(mcpReq.signal, (cancelled) =>
      answer({ tool, arguments: params.arguments, caller, cancelled }),
    )
    return { content: [{ type: 'text', text }], isError }
  })
  return server
}

/** Who sent a request, of either era. */
export function callerIn(server: Server, { envelope = {}, _meta }: ServerContext['mcpReq']): OtherCaller {
  const fields: Readonly<Record<string, unknown>> = envelope
  return callerOf(fields[CLIENT_INFO_META_KEY] ?? server.getClientVersion(), _meta)
}

/** Whether the kit takes a line of JSON; it is silent about others. */
export function isMessage(line: string): boolean {
  try {
    deserializeMessage(line)
    return true
  } catch {
    return false
  }
}

/** Until what was read has reached its handler: the kit hands on by promises alone. */
const afterTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

const described = (tool: OfferedTool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: schemaOf(tool),
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: !tool.spends,
    // Strangers write what stands in traces.
    openWorldHint: tool.verb !== undefined,
  },
})

/** Characters of a client's name, in a header and in the record. */
const LONGEST = 60

/**
 * Who asks, from what the client says of itself. `info`: its name and version, as it gave them; `meta`: the `_meta` of the
 * request, with the `traceparent` of SEP-414. Both are texts of others.
 */
export function callerOf(info: unknown, meta: unknown): OtherCaller {
  const [name, version] = [textIn(info, 'name'), textIn(info, 'version')]
  const words = [name, version].filter((word) => word !== undefined).map(token)
  const client = words.join('/').slice(0, LONGEST)
  const parent = textIn(meta, 'traceparent')
  return { ...(client !== '' && { client }), ...(parent !== undefined && { parent }) }
}

/** What may stand in a comment of `User-Agent` (RFC 9110 §10.1.5), without its own signs. */
const token = (text: string): string =>
  text
    .trim()
    .replace(/[^\w.+-]+/g, '-')
    .slice(0, LONGEST)

function textIn(object: unknown, name: string): string | undefined {
  const value = (object as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** Work in turn: so many at once, the others wait. */
interface InTurn {
  /**
   * Runs work when its turn comes. Work that was aborted before is not begun; work that is aborted later has no turn any more,
   * though it may still run: rejects with the reason.
   */
  run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
}

/** `most`: a trace of 100,000 spans takes much memory, so few are read at once. */
export function inTurn(most: number): InTurn {
  const waiting: (() => void)[] = []
  const idlers: (() => void)[] = []
  /** With those that wait. */
  let running = 0
  /** Begun and not ended, aborted or not. */
  let unfinished = 0
  const tellIdle = () => {
    if (isIdle()) for (const resolve of idlers.splice(0)) resolve()
  }
  const isIdle = () => running === 0 && unfinished === 0
  const turn = (): Promise<void> => {
    running += 1
    if (running <= most) return Promise.resolve()
    return new Promise((resolve) => waiting.push(resolve))
  }
  return {
    async run(signal, work) {
      await turn()
      try {
        signal.throwIfAborted()
        return await orAborted(begun(work), signal)
      } finally {
        running -= 1
        waiting.shift()?.()
        tellIdle()
      }
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
  }

  async function begun<T>(work: () => Promise<T>): Promise<T> {
    unfinished += 1
    try {
      return await work()
    } finally {
      unfinished -= 1
      tellIdle()
    }
  }
}

/** The given value, or the reason of the signal where that comes before. */
function orAborted<T>(given: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    given.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** Of an answer of JSON-RPC. */
interface RpcError {
  readonly code: number
  readonly message: string
}

const INVALID_PARAMS = -32602
/** Of the faults in one line. */
const MOST = 3

/**
 * The protocol's error in one line. For parameters that do not fit, the kit dumps JSON in many, partly as an error of its own
 * (-32603).
 */
export function oneLineError<E extends RpcError>(error: E): E {
  const issues = issuesIn(error.message)
  if (issues === undefined) return { ...error, message: safeText(error.message, 500) }
  const more = issues.length > MOST ? `; ${issues.length - MOST} more` : ''
  const shown = issues.slice(0, MOST).join('; ')
  return { ...error, code: INVALID_PARAMS, message: safeText(`Invalid params: ${shown}${more}`, 500) }
}

/** `protocolVersion: expected string, received number`, of each member that does not fit. */
function issuesIn(message: string): string[] | undefined {
  const start = message.indexOf('[\n')
  if (start < 0) return undefined
  let issues: unknown
  try {
    issues = JSON.parse(message.slice(start))
  } catch {
    return undefined
  }
  if (!Array.isArray(issues)) return undefined
  return issues.flatMap((issue) => (isObject(issue) ? [issueText(issue)] : []))
}

function issueText({ path, message }: Readonly<Record<string, unknown>>): string {
  const names = Array.isArray(path) ? path.filter((_, i) => i > 0 || path.length === 1) : []
  const what = String(message).replace(/^Invalid input: /, '')
  return names.length === 0 ? what : `${names.join('.')}: ${what}`
}
