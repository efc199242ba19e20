import { Failure } from '../../../errors.ts'
import { safeText } from '../../../safe-text.ts'
import { readTraces } from '../../formats/sniff.ts'
import type { Trace } from '../../model.ts'

/**
 * All traces of a file or of standard input, in any format, at least one. `name` is for messages. Failures: `not-found`
 * when it holds no span, `usage` when it is no trace.
 */
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
