import { Transform } from 'node:stream'
import { isObject } from '../json-object.ts'

/** Why a line isn't a message (JSON-RPC 2.0 §5.1). */
export interface BadLine {
  /** Of the meant request; null where that is unknown. */
  readonly id: string | number | null
  readonly code: -32700 | -32600
  readonly message: string
}

/** Bytes of one message: no call of these tools is longer. */
export const MOST_LINE_BYTES = 1024 * 1024

const LF = 0x0a

/** How lines are read, and who hears of them. */
export interface LineRules {
  /** Whether a line of JSON is a message of the protocol. */
  readonly isMessage: (line: string) => boolean
  readonly refuse: (bad: BadLine) => void
  /** Waited for at the end of the input, so that calls that came before it are answered. */
  readonly last: () => Promise<void>
}

/**
 * Lets the lines through that are messages, and calls `refuse` for any other. The kit passes over those, so their senders would
 * wait for ever, and ends at a line that is too long.
 */
export function messageLines({ isMessage, refuse, last }: LineRules): Transform {
  let parts: Buffer[] = []
  let size = 0
  const pass = (to: Transform) => {
    const [line, bytes] = [Buffer.concat(parts), size]
    parts = []
    size = 0
    if (bytes > MOST_LINE_BYTES)
      return refuse({ id: null, code: -32600, message: `A message has more than ${MOST_LINE_BYTES} bytes` })
    const text = line.toString('utf8').trim()
    if (text === '') return
    const bad = problemIn(text, isMessage)
    if (bad === undefined) to.push(`${withoutNull(text)}\n`)
    else if (bad !== 'notification') refuse(bad)
  }
  return new Transform({
    transform(chunk: Buffer, _, done) {
      for (let from = 0; from < chunk.length; ) {
        const end = chunk.indexOf(LF, from)
        const part = chunk.subarray(from, end < 0 ? chunk.length : end)
        size += part.length
        // A line that is too long is not kept.
        if (size <= MOST_LINE_BYTES) parts.push(part)
        else parts = []
        if (end < 0) break
        pass(this)
        from = end + 1
      }
      done()
    },
    flush(done) {
      if (size > 0) pass(this)
      last().then(() => done(), done)
    },
  })
}

/** `notification`: a wrong one, which gets no answer anyway (JSON-RPC 2.0 §4.1). */
function problemIn(text: string, isMessage: LineRules['isMessage']): BadLine | 'notification' | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { id: null, code: -32700, message: 'Parse error: a line is not JSON' }
  }
  if (isMessage(text)) return undefined
  if (isObject(message) && typeof message.method === 'string' && message.id === undefined)
    return 'notification'
  // Without a method it may be an answer to one of ours, whose id may be that of a call.
  const id = isObject(message) && message.method !== undefined ? message.id : undefined
  return {
    id: typeof id === 'number' || (typeof id === 'string' && !isJwt(id)) ? id : null,
    code: -32600,
    message: 'Invalid request: not a Model Context Protocol message (one per line)',
  }
}

/** A token in the wrong member is not repeated. */
const isJwt = (id: string): boolean => /^eyJ[\w-]+\./.test(id)

/** A call whose arguments are null has none, as some clients put it: the kit would refuse it. */
function withoutNull(text: string): string {
  if (!/"arguments"\s*:\s*null/.test(text)) return text
  const message = JSON.parse(text)
  if (message.method !== 'tools/call' || message.params?.arguments !== null) return text
  const { arguments: _, ...params } = message.params
  return JSON.stringify({ ...message, params })
}
