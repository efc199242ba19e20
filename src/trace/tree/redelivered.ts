import type { Attributes, Span, Trace } from '../model.ts'
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
  const isAgain = again()
  const spans = trace.spans.filter((span, i) => shares[i] === 0 || !isAgain(asReported(span)))
  const left = trace.spans.length - spans.length
  return left === 0 ? trace : { ...trace, spans, redelivered: (trace.redelivered ?? 0) + left }
}

/** Says of one span after the other whether an equal one was there before. */
function again(): (span: Span) => boolean {
  // What differs in these is not looked at further; of the others only the first is still to be written as a text.
  const first = new Map<string, Span | undefined>()
  const met = new Set<string>()
  const textOf = writer()
  return (span) => {
    const key = `${span.spanId} ${span.startNanos} ${span.durationNanos} ${span.name}`
    if (!first.has(key)) return !first.set(key, span)
    const other = first.get(key)
    if (other !== undefined) met.add(textOf(other))
    first.set(key, undefined)
    const text = textOf(span)
    return met.has(text) || !met.add(text)
  }
}

/** Writes all that a span holds as a text. A resource is shared by many spans, and written once. */
function writer(): (span: Span) => string {
  const resources = new Map<Attributes, string>()
  const write = (value: unknown): string =>
    JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))
  const resourceOf = ({ resource }: Span): string => {
    const text = resources.get(resource) ?? write(resource)
    resources.set(resource, text)
    return text
  }
  return (span) =>
    write([
      ...[span.spanId, span.parentId, span.name, span.service, span.kind, span.status, span.statusMessage],
      ...[span.startNanos, span.durationNanos, span.marks, span.dropped, span.scope],
      ...[span.attributes, span.events, span.links, resourceOf(span)],
    ])
}

/** How many of these spans of a tree as it was reported came again. */
export function countRedelivered(
  tree: { readonly trace: Trace; readonly spans: readonly Span[]; isDuplicate(node: number): boolean },
  spans: readonly Span[],
): number {
  // Nearly always no id is shared, and nothing is compared.
  if (!tree.spans.some((_, node) => tree.isDuplicate(node))) return 0
  return withoutRedelivered({ ...tree.trace, spans }).redelivered ?? 0
}

/** What a reader is told of them; undefined: there are none. */
export function redeliveredText(spans = 0): string | undefined {
  if (spans === 0) return undefined
  return spans === 1
    ? '1 span was delivered again, and is left out'
    : `${spans} spans were delivered again, and are left out`
}
