import { Failure } from '../../../errors.ts'
import { isObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { TraceReference } from '../../../trace/id.ts'
import { readReference } from '../trace-argument.ts'

/** One trace to fetch. */
export interface WantedTrace {
  /** The id as the list has it, sanitized. */
  readonly shown: string
  readonly reference: TraceReference
}

/**
 * The ids of a list, each once and in its order. One a line in any form that `trace get` takes, or NDJSON whose lines name a
 * trace. That is `trace_id` as of `audit list`, `traceId` as of `trace search`; null names none. Blank lines and `#` comments
 * are skipped. Failure `usage` for a line that is neither; it is not quoted, since it may be anything.
 */
export function readIds(text: string, name: string): WantedTrace[] {
  const wanted = new Map<string, WantedTrace>()
  for (const [i, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const id = line.startsWith('{') ? idInJson(line) : line
    if (id === null) continue
    const reference = id === undefined ? undefined : readReference(id)
    if (id === undefined || reference === undefined) throw noId(`line ${i + 1} of ${name} names no trace`)
    if (reference instanceof Failure) throw noId(`line ${i + 1} of ${name} is not a trace or span id`)
    const key = reference.traceId ?? `span ${reference.spanId}`
    if (!wanted.has(key)) wanted.set(key, { shown: safeText(id, 80), reference })
  }
  return [...wanted.values()]
}

const noId = (message: string): Failure =>
  new Failure('usage', message, {
    hint: 'Each line needs one id, or a JSON object with traceId (as from ls-auth trace search -o ndjson). ls-auth skips lines that begin with #. Nothing was fetched.',
  })

/** Null: the line names no trace. Undefined: it isn't JSON of that kind. */
function idInJson(line: string): string | null | undefined {
  try {
    const row: unknown = JSON.parse(line)
    if (!isObject(row)) return undefined
    const { span } = row
    // Of a search where the back end reads traces by their spans.
    if (isObject(span) && typeof span.spanId === 'string') return span.spanId
    const id = row.trace_id === undefined ? row.traceId : row.trace_id
    return typeof id === 'string' || id === null ? id : undefined
  } catch {
    return undefined
  }
}
