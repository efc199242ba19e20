import { Failure } from '../../../errors.ts'
import { safeText } from '../../../safe-text.ts'
import { readTraces } from '../../formats/sniff.ts'
import type { Trace } from '../../model.ts'

/** A trace out of a file, and how many others the file holds. */
export interface FileTrace {
  readonly trace: Trace
  readonly others: number
}

/**
 * The trace of a file or of standard input, in any format. Of several: the one named, else the largest (the first of
 * equal ones). `name` is for messages. Failures: `usage` when the file holds no trace, `not-found` for another id.
 */
export function traceInFile(bytes: Uint8Array, name: string, wanted?: string): FileTrace {
  const traces = readTraceFile(bytes, name)
  const first = traces[0] as Trace
  if (wanted === undefined) {
    const largest = traces.reduce((a, b) => (b.spans.length > a.spans.length ? b : a), first)
    return { trace: largest, others: traces.length - 1 }
  }
  const named = traces.find((trace) => trace.traceId.endsWith(wanted))
  if (named) return { trace: named, others: traces.length - 1 }
  throw new Failure('not-found', `${name} does not hold the trace ${wanted}`, {
    hint: 'It holds these:',
    detail: traces.slice(0, 10).map(({ traceId, spans }) => `${traceId}  ${spans.length} spans`),
  })
}

/** All traces of a file, at least one; failures as above. */
export function readTraceFile(bytes: Uint8Array, name: string): Trace[] {
  const traces = readOwn(bytes, name)
  if (traces.length > 0) return traces
  throw new Failure('not-found', `${safeText(name, 200)} holds no spans`, { hint: 'Check what wrote it.' })
}

/** A file is the user's own, so "ask whoever runs the API" would be the wrong advice. */
function readOwn(bytes: Uint8Array, name: string): Trace[] {
  const explain = (error: unknown) => {
    if (!(error instanceof Failure) || error.code !== 'api-failed') return error
    return new Failure('usage', `cannot read ${safeText(name, 200)}: ${error.message}`, {
      hint: /^Try again/.test(error.hint) ? 'Check what wrote it.' : error.hint,
      cause: error,
    })
  }
  return readTraces(bytes, { explain })
}
