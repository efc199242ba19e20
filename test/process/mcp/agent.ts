import { type CallToolResult, Client } from '@modelcontextprotocol/client'
import type { Ended, Machine, Running, RunOptions } from '../../world/machine.ts'

/** What a tool has answered. */
export interface Answer {
  readonly text: string
  readonly isError: boolean
}

/** A tool as it is listed: all that an agent knows of it. */
export interface ToolText {
  readonly name: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly annotations?: { readonly openWorldHint?: boolean; readonly idempotentHint?: boolean } | undefined
  readonly inputSchema: {
    readonly properties?: Readonly<Record<string, { readonly type?: unknown; readonly description?: string }>>
    readonly required?: readonly string[]
  }
}

/** A program that has started `ls-auth mcp` and speaks with it. */
export interface Agent {
  readonly running: Running
  /** The tools, as they are listed. */
  tools(): Promise<readonly ToolText[]>
  call(tool: string, args?: object, meta?: object): Promise<Answer>
  /** Closes standard input, and waits for the end of the server. */
  close(): Promise<Ended>
}

/** How to start one: the words behind `ls-auth mcp`. */
export type StartAgent = (machine: Machine, args: readonly string[], options?: RunOptions) => Promise<Agent>

/** The revision without sessions. */
export const MODERN = '2026-07-28'
const LEGACY = '2025-06-18'
const CLIENT = { name: 'test agent', version: '1.2' }

/** One JSON-RPC message, as it came. */
export interface Message {
  readonly id?: number | string | null
  readonly result?: Record<string, unknown>
  readonly error?: { readonly code: number; readonly message: string }
}

/** The server, and its answers by lines. */
export interface Wire {
  readonly running: Running
  /** Writes a text as it is. */
  write(text: string): void
  /** Sends a request and waits for its answer. */
  request(method: string, params?: object): Promise<Message>
  /** The first message, from now on or before, that fits. */
  heard(fits: (message: Message) => boolean): Promise<Message>
  /** All that came. Throws where a line is no JSON-RPC message: standard output carries the protocol alone. */
  messages(): Message[]
  close(): Promise<Ended>
}

/** Starts the server for a test that speaks the protocol by itself. */
export function openWire(machine: Machine, args: readonly string[], options: RunOptions = {}): Wire {
  const running = machine.start(['mcp', ...args], { ...options, stdin: null })
  let id = 0
  const read: Message[] = []
  let readCharacters = 0
  // A long conversation is not read again for each answer.
  const messages = (): Message[] => {
    const { stdout } = running
    for (
      let end = stdout.indexOf('\n', readCharacters);
      end >= 0;
      end = stdout.indexOf('\n', readCharacters)
    ) {
      const line = stdout.slice(readCharacters, end)
      const message = JSON.parse(line)
      if (message.jsonrpc !== '2.0') throw new Error(`no message: ${line}`)
      read.push(message)
      readCharacters = end + 1
    }
    return [...read]
  }
  const heard = async (fits: (message: Message) => boolean): Promise<Message> => {
    for (;;) {
      const found = messages().find(fits)
      if (found) return found
      await Promise.race([
        new Promise((resolve) => running.child.stdout?.once('data', () => setImmediate(resolve))),
        running.ended.then((ended) => {
          if (!messages().some(fits)) throw new Error(`ended with ${ended.exit}: ${ended.stderr}`)
        }),
      ])
    }
  }
  const wire: Wire = {
    running,
    messages,
    heard,
    write: (text) => void running.child.stdin?.write(text),
    request(method, params) {
      id += 1
      const own = id
      wire.write(`${JSON.stringify({ jsonrpc: '2.0', id: own, method, ...(params && { params }) })}\n`)
      return heard((message) => message.id === own)
    },
    close() {
      running.child.stdin?.end()
      return running.ended
    },
  }
  return wire
}

/** What each request of the new revision says of itself. */
export const envelope = (more: object = {}) => ({
  _meta: {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
    ...more,
  },
})

/** The handshake of the older revisions. */
export async function initialize(wire: Wire): Promise<Message> {
  const answer = await wire.request('initialize', {
    protocolVersion: LEGACY,
    capabilities: {},
    clientInfo: CLIENT,
  })
  wire.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
  return answer
}

/** How a conversation begins, and what each request says of itself, before and since the revision without sessions. */
export interface Era {
  begin(wire: Wire): Promise<void>
  /** Beside the other parameters; `meta`: more that it says. */
  params(meta?: object): object
}

/** The two eras of the protocol. */
export const ERAS = {
  [MODERN]: { begin: async () => {}, params: (meta = {}) => envelope(meta) },
  initialize: {
    begin: async (wire) => void (await initialize(wire)),
    params: (meta = {}) => (Object.keys(meta).length > 0 ? { _meta: meta } : {}),
  },
} as const satisfies Record<string, Era>

const raw =
  (era: Era): StartAgent =>
  async (machine, args, options) => {
    const wire = openWire(machine, args, options)
    await era.begin(wire)
    return {
      running: wire.running,
      async tools() {
        const { result } = await wire.request('tools/list', era.params())
        return (result?.tools ?? []) as ToolText[]
      },
      async call(name, args = {}, meta) {
        const { result, error } = await wire.request('tools/call', {
          name,
          arguments: args,
          ...era.params(meta),
        })
        if (error) throw new Error(error.message)
        return answerOf(result as CallToolResult)
      },
      async close() {
        const ended = await wire.close()
        wire.messages()
        return ended
      },
    }
  }

const official =
  (isModern: boolean): StartAgent =>
  async (machine, args, options) => {
    const wire = openWire(machine, args, options)
    const client = new Client(CLIENT, {
      versionNegotiation: { mode: isModern ? { pin: MODERN } : 'legacy' },
    })
    await client.connect(transportOver(wire))
    return {
      running: wire.running,
      tools: async () => (await client.listTools()).tools as ToolText[],
      async call(name, args = {}, meta) {
        const params = { name, arguments: { ...args }, ...(meta && { _meta: { ...meta } }) }
        return answerOf((await client.callTool(params)) as CallToolResult)
      },
      async close() {
        const ended = await wire.close()
        await client.close()
        return ended
      },
    }
  }

/** The official client over a process that the tests have started, and search for secrets. */
function transportOver(wire: Wire): Parameters<Client['connect']>[0] {
  let told = 0
  const transport: Parameters<Client['connect']>[0] = {
    async start() {
      wire.running.child.stdout?.on('data', () =>
        setImmediate(() => {
          for (const message of wire.messages().slice(told)) {
            told += 1
            transport.onmessage?.(message as never)
          }
        }),
      )
    },
    send: async (message) => wire.write(`${JSON.stringify(message)}\n`),
    close: async () => transport.onclose?.(),
  }
  return transport
}

const answerOf = ({ content, isError = false }: CallToolResult): Answer => ({
  text: content.map((one) => ('text' in one ? one.text : '')).join('\n'),
  isError,
})

/** Everybody who may speak with the server. */
export const AGENTS: Readonly<Record<string, StartAgent>> = {
  'the official client, 2026-07-28': official(true),
  'the official client, initialize': official(false),
  'JSON-RPC by hand, 2026-07-28': raw(ERAS[MODERN]),
  'JSON-RPC by hand, initialize': raw(ERAS.initialize),
}
