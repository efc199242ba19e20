import { Failure } from '../errors.ts'
import type { TraceReference } from '../trace/id.ts'
import type { Trace } from '../trace/model.ts'

/** The trace ids a reference can mean, likeliest first. Failure `cannot-do` when it is a span id only. */
export function traceIdsOf(reference: TraceReference, backend: string): string[] {
  const ids = [reference, ...reference.alternatives].flatMap(({ traceId }) =>
    traceId === undefined ? [] : [traceId],
  )
  if (ids.length > 0) return [...new Set(ids)]
  throw new Failure('cannot-do', `${backend} reads traces by trace id, but this is a span id`, {
    hint: 'Use the trace id (32 hex digits) or the traceparent.',
  })
}

/**
 * The trace that was asked for, among those of an answer; a 64-bit id is the low half of a 128-bit one. Undefined when
 * there is none; Failure `api-failed` when there are only others: showing one of them would mislead.
 */
export function traceAmong(traces: readonly Trace[], id: string, backend: string): Trace | undefined {
  if (traces.length === 0) return undefined
  const low = id.padStart(32, '0').slice(16)
  const found =
    traces.find((trace) => trace.traceId.padStart(32, '0') === id.padStart(32, '0')) ??
    traces.find((trace) => trace.traceId.endsWith(low))
  if (found) return found
  throw new Failure('api-failed', `${backend} was asked for trace ${id} and answered with another`, {
    hint: 'Try again. A cache may be wrong.',
    detail: traces.slice(0, 3).map(({ traceId }) => `answered: ${traceId}`),
  })
}

/** Failure `not-found`, for a trace that no reading of the id has found: it names each, and what was typed as decimal digits. */
export function noSuchTrace(reference: TraceReference, backend: string, hint: string): Failure {
  const [id = '', ...others] = traceIdsOf(reference, backend)
  const typed = reference.form === 'decimal' ? ` (${BigInt(`0x${id}`)})` : ''
  const nor = others.map((other) => `, nor ${other}`).join('')
  return new Failure('not-found', `${backend} has no trace ${id}${typed}${nor}`, {
    hint:
      id.length === 16 && reference.form === 'hex'
        ? `${hint} Sixteen digits are often a span id. This back end needs the trace id (32 digits).`
        : hint,
  })
}
