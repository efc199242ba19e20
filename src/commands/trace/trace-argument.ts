import { Failure } from '../../errors.ts'
import { parseSpanOrTraceId, type TraceReference } from '../../trace/id.ts'

/**
 * What the argument of `trace get` can be, judged by its text alone.
 * - `file`: `-`, a path, or a name with the ending of a trace file. - `word`: the file of this name where there is one,
 *   else the id it reads as (or why it reads as none).
 */
export type TraceArgument =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'word'; readonly text: string; readonly reference: TraceReference | Failure }

/** Tells a path from what may be an id; a base64 id may hold a slash, so only one at the beginning makes a path. */
export function readTraceArgument(text: string): TraceArgument {
  if (text === '-' || /^\.{0,2}[/\\]|\.(json|ndjson|jsonl|pb|binpb|gz|otlp)$/i.test(text)) {
    return { kind: 'file', path: text }
  }
  return { kind: 'word', text, reference: readReference(text) }
}

/** `--trace`: which trace of a file. Failure `usage` when it is no trace id. */
export function readTraceId(text: string): TraceReference {
  const reference = parseSpanOrTraceId(text)
  if (reference.traceId !== undefined) return reference
  throw new Failure('usage', '--trace: this is not a trace id')
}

function readReference(text: string): TraceReference | Failure {
  try {
    return parseSpanOrTraceId(text)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}
