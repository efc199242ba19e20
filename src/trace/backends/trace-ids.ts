import { Failure } from '../../errors.ts'
import type { TraceReference } from '../id.ts'
import type { Trace } from '../model.ts'

/** The trace ids a reference can mean, likeliest first. Failure `cannot-do` when it is a span id only. */
export function traceIdsOf(reference: TraceReference, backend: string): string[] {
  const ids = [reference, ...reference.alternatives].flatMap(({ traceId }) =>
    traceId === undefined ? [] : [traceId],
  )
  if (ids.length > 0) return [...new Set(ids)]
  throw new Failure('cannot-do', `${backend} reads traces by trace id, and this is a span id`, {
    hint: 'Give the trace id (32 hex digits) or the traceparent.',
  })
}

/** Of what an answer holds, the trace that was asked for; a 64-bit id is the low half of a whole one. */
export function traceAmong(traces: readonly Trace[], id: string): Trace | undefined {
  const wanted = id.padStart(32, '0')
  return traces.find((trace) => trace.traceId.padStart(32, '0') === wanted) ?? traces[0]
}

/** The Failure for a trace no reading of the id has found. */
export function noSuchTrace(id: string, backend: string, hint: string): Failure {
  return new Failure('not-found', `${backend} has no trace ${id}`, { hint })
}
