import { randomUUID } from 'node:crypto'
import type { ElicitRequest, ElicitResult } from '@modelcontextprotocol/client'
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'

type Question = ElicitRequest['params']

/** Asks the person of the host. */
export type AskPerson = (question: Question) => Promise<ElicitResult>

/** A call that continues while the host asks the person. */
interface Running {
  readonly result: Promise<CallToolResult>
  readonly stop: AbortController
  asked: { readonly question: Question; readonly answer: (given: ElicitResult) => void } | undefined
  /** A question has come. */
  wake: (asked: { readonly question: Question }) => void
}

/** Whether the host can ask its person: it said so at the start, or says so in each request. */
export function hostAsks(
  server: Server,
  { envelope }: ServerContext['mcpReq'],
): ClientCapabilities['elicitation'] {
  const each: Readonly<Record<string, unknown>> = envelope ?? {}
  const capabilities = each[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined
  return (capabilities ?? server.getClientCapabilities())?.elicitation
}

const KEY = 'question'

/**
 * Questions of the other server in the midst of a call. A host that began with `initialize` is asked by a request. Since
 * 2026-07-28 the call is answered with the question, and continues when the host sends it again with what the person said.
 */
export function openQuestions() {
  const waiting = new Map<string, Running>()
  return async (
    { mcpReq }: ServerContext,
    over: AbortSignal,
    begin: (ask: AskPerson, over: AbortSignal) => Promise<CallToolResult>,
  ): Promise<CallToolResult | InputRequiredResult> => {
    // A session that began with `initialize`.
    if (mcpReq.envelope === undefined) return begin((question) => mcpReq.elicitInput(question), over)
    const state = mcpReq.requestState<string>()
    const running = (state !== undefined && waiting.get(state)) || start(begin)
    if (state !== undefined) waiting.delete(state)
    const given = mcpReq.inputResponses?.[KEY] as ElicitResult | undefined
    running.asked?.answer(given ?? { action: 'cancel' })
    running.asked = undefined
    const stop = () => running.stop.abort(over.reason)
    over.addEventListener('abort', stop)
    if (over.aborted) stop()
    try {
      const asked = new Promise<{ readonly question: Question }>((resolve) => {
        running.wake = resolve
      })
      const next = await Promise.race([running.result.then((result) => ({ result })), asked])
      if ('result' in next) return next.result
      const id = randomUUID()
      waiting.set(id, running)
      running.result.catch(() => {}).finally(() => waiting.delete(id))
      const request = { method: 'elicitation/create', params: next.question } as const
      return inputRequired({ inputRequests: { [KEY]: request }, requestState: id })
    } finally {
      over.removeEventListener('abort', stop)
    }
  }
}

function start(begin: (ask: AskPerson, over: AbortSignal) => Promise<CallToolResult>): Running {
  const stop = new AbortController()
  const ask: AskPerson = (question) =>
    new Promise((answer) => {
      running.asked = { question, answer }
      running.wake({ question })
    })
  const running: Running = { result: begin(ask, stop.signal), stop, asked: undefined, wake: () => {} }
  return running
}
