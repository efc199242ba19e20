import type { Span, Trace } from '../model.ts'
import { asReported } from '../span-view.ts'
import { attachSpans } from './attach.ts'

/**
 * The trace without spans that came again, as exporters that deliver at least once send them: equal to an earlier one in all that a
 * span holds. `trace.redelivered` counts them. Others that share an id stay: the halves of Zipkin's shared spans, and a later report
 * that differs. `shares`: 1 where another span has the same id.
 */
export function withoutRedelivered(
  trace: Trace,
  shares: Uint8Array = attachSpans(trace.spans).duplicate,
): Trace {
  if (!shares.includes(1)) return trace
  const met = new Set<string>()
  const spans = trace.spans.filter((span, i) => {
    if (shares[i] === 0) return true
    const key = keyOf(asReported(span))
    return !met.has(key) && met.add(key)
  })
  const left = trace.spans.length - spans.length
  return left === 0 ? trace : { ...trace, spans, redelivered: (trace.redelivered ?? 0) + left }
}

const keyOf = (span: Span): string =>
  JSON.stringify(
    [
      ...[span.spanId, span.parentId, span.name, span.service, span.kind, span.status, span.statusMessage],
      ...[span.startNanos, span.durationNanos, span.marks, span.dropped, span.scope],
      ...[span.attributes, span.events, span.links, span.resource],
    ],
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  )

/** What a reader is told of them; undefined: there are none. */
export function redeliveredText(spans = 0): string | undefined {
  if (spans === 0) return undefined
  return spans === 1
    ? '1 span was delivered again, and is left out'
    : `${spans} spans were delivered again, and are left out`
}
