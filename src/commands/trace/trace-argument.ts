import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseSpanOrTraceId, type TraceReference } from '../../trace/id.ts'

/**
 * The argument of `trace get`, by its text alone.
 * - `file`: `-`, a path, or a name with the extension of a trace file.
 * - `word`: the file of this name if there is one, else the id it parses as (or why it does not).
 */
export type TraceArgument =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'word'; readonly text: string; readonly reference: TraceReference | Failure }

/** Of an id as base64: a path rarely ends like this. */
const PADDED = /^\/[\w+/-]+={1,2}$/

/**
 * Distinguishes a path from an id. A base64 id may hold a slash, so only a leading slash makes a path, and not before
 * the padding of base64.
 */
export function readTraceArgument(text: string): TraceArgument {
  if (PADDED.test(text)) return { kind: 'word', text, reference: readReference(text) }
  if (text === '-' || /^\.{0,2}[/\\]|\.(json|ndjson|jsonl|pb|binpb|gz|otlp)$/i.test(text)) {
    return { kind: 'file', path: text }
  }
  return { kind: 'word', text, reference: readReference(text) }
}

/** `--trace`: which trace of a file. Failure `usage`: not a trace id. */
export function readTraceId(text: string, flag = '--trace'): TraceReference {
  const reference = parseSpanOrTraceId(text)
  if (reference.traceId !== undefined) return reference
  throw new Failure('usage', `${flag}: not a trace id`)
}

/** Leading zeros that a tool may have dropped: three are one id in 4,096. A text that lacks more was cut off. */
const MOST_DROPPED = 3

/** As a table on a screen shortens it. */
const SHORTENED = /^([\da-f]{4,31})(?:\u2026|\.{3})$/i

/** An id in any form that a person gives, or why it isn't one: it was not copied whole, or has no known form. */
export function readReference(text: string): TraceReference | Failure {
  const shortened = SHORTENED.exec(text.trim())?.[1]
  if (shortened !== undefined) return cutOff(text, shortened.length)
  try {
    const reference = parseSpanOrTraceId(text)
    const { form, digits } = reference
    const missing = form === 'hex' && digits !== undefined ? (32 - digits.length) % 16 : 0
    return missing > MOST_DROPPED ? cutOff(text, digits?.length ?? 0) : reference
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

const cutOff = (text: string, digits: number): Failure =>
  new Failure(
    'usage',
    `"${safeText(text, 60)}" is too short for an id: it has ${digits} ${digits === 1 ? 'digit' : 'digits'}`,
    {
      hint: 'A trace id has 32 or 16 hex digits, a span id has 16. Copy all of it, or add leading zeros that were cut off.',
    },
  )
