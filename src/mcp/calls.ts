import type { Invocation, OtherCaller } from '../commands/invocation.ts'
import { Failure } from '../errors.ts'
import { portWith } from '../port-with.ts'
import type { Http } from '../ports/http.ts'
import type { Ports } from '../ports/ports.ts'
import { UNSTYLED } from '../text/unstyled.ts'
import { flagsOf, readArguments } from './arguments.ts'
import type { Tool } from './tool.ts'
import { errorText } from './tool-error.ts'

/** One call of a tool, as it comes. */
export interface Call {
  readonly tool: Tool
  /** Not judged yet. */
  readonly arguments: unknown
  readonly caller: OtherCaller
  /** Aborted when the client has cancelled the call. */
  readonly cancelled: AbortSignal
}

/** What goes back. `isError`: the text says why there is no answer, and what to do. */
export interface CallAnswer {
  readonly text: string
  readonly isError: boolean
}

/** Answers calls within a budget. Never throws. */
export function openCalls(
  invocation: Invocation,
  limits: Parameters<typeof openBudget>[0],
): (call: Call) => Promise<CallAnswer> {
  const budget: Budget = openBudget(limits)
  const ports = withOneClient(invocation.ports)
  return async ({ tool, arguments: typed, caller, cancelled }) => {
    try {
      budget.spendCall()
      const given = readArguments(tool, typed)
      const answer = await tool.load()
      const own = withoutPerson({ ...invocation, ports, caller, cancelled })
      const text = await answer(own, given, flagsOf(tool, given))
      budget.spendText(text)
      return { text, isError: false }
    } catch (error) {
      return { text: errorText(error, invocation, tool), isError: true }
    }
  }
}

/**
 * The run for one call. Standard output belongs to the protocol and no person sits at the terminal, so it prints, asks and
 * draws nothing.
 */
export function withoutPerson(invocation: Invocation): Invocation {
  const nothing = async (): Promise<undefined> => undefined
  const terminal = portWith(invocation.ports.terminal, {
    out: nothing,
    page: nothing,
    outBytes: nothing,
    outIsTTY: false,
    errIsTTY: false,
    inIsTTY: false,
    columns: 140,
    unicode: true,
    style: async () => UNSTYLED,
    readLine: nothing,
    readSecret: nothing,
  })
  const { progress: _, ...ports } = invocation.ports
  return { ...invocation, ports: { ...ports, terminal } }
}

/** One HTTP client for all calls with the same settings: its connections are used again, and do not add up. */
function withOneClient(ports: Ports): Ports {
  const clients = new Map<string, Http>()
  return {
    ...ports,
    async http(settings) {
      const key = JSON.stringify(settings)
      const client = clients.get(key) ?? (await ports.http(settings))
      clients.set(key, client)
      return client
    },
  }
}

/** What one process may be asked for: an agent that turns in a circle must come to an end. */
export interface Budget {
  /** To be called before a call is carried out. Failure `usage`: there are no more calls, or no more bytes. */
  spendCall(): void
  /** Bytes that answers may still have. */
  left(): number
  /** To be called with the text of an answer before it goes out. Failure `usage`: it is longer than what is left. */
  spendText(text: string): void
}

/** `maxBytes`: of UTF-8, all answers together; what says why there is none is not counted. */
export function openBudget({
  maxCalls,
  maxBytes,
}: {
  readonly maxCalls: number
  readonly maxBytes: number
}): Budget {
  let [calls, bytes] = [0, 0]
  return {
    spendCall() {
      if (calls >= maxCalls) throw spent(`${maxCalls} calls`, '--max-calls')
      if (bytes >= maxBytes) throw spent(`${maxBytes} bytes`, '--max-bytes')
      calls += 1
    },
    left: () => maxBytes - bytes,
    spendText(text) {
      const more = Buffer.byteLength(text)
      if (bytes + more > maxBytes)
        throw spent(`${maxBytes} bytes, of which ${maxBytes - bytes} are left,`, '--max-bytes')
      bytes += more
    },
  }
}

const spent = (what: string, flag: string): Failure =>
  new Failure('usage', `the budget of ${what} is spent`, {
    hint: `Tell the person what you know so far. A person can restart the server, or raise ${flag}.`,
    reason: 'budget-spent',
  })
