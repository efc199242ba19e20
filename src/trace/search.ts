import type { Trace } from './model.ts'
import { type SpanFilter, spanTest } from './span-filter.ts'
import { buildTree } from './tree/tree.ts'

/**
 * What traces are looked for. The conditions describe one span of the trace: a span of this service, of this name,
 * with these attributes, that took so long.
 */
export interface TraceFilter extends SpanFilter {
  readonly attributes: readonly (readonly [key: string, value: string])[]
  readonly errors: boolean
  /** The back end's own language, instead of the conditions above. */
  readonly query?: string
  /** Milliseconds since the epoch. */
  readonly fromMillis: number
  readonly toMillis: number
  /** At most so many traces. */
  readonly limit: number
}

/** The flags that make a filter, for hints. */
export const FILTER_FLAGS = '--service, --name, --attr, --min, --max and --errors'

/** One line of a list of traces. What the back end does not say is absent. */
export interface TraceSummary {
  /** 32 hex digits, or 16 where only the low half is known. */
  readonly traceId?: string
  /** A span of it that fits, where the back end reads traces by their spans. */
  readonly span?: SpanSummary
  readonly rootService?: string
  readonly rootName?: string
  /** Nanoseconds since the epoch. */
  readonly startNanos?: bigint
  /** Of the trace, or of the span where only that is known. */
  readonly durationNanos: number
  readonly spans?: number
  readonly errors?: number
  /** Names, as far as known. */
  readonly services: readonly string[]
}

/** What is known of the span. */
export interface SpanSummary {
  readonly spanId: string
  readonly service?: string
  readonly name?: string
}

/** What a search gave. */
export interface SearchResult {
  /** The latest first. */
  readonly traces: readonly TraceSummary[]
  /** There may be more: the back end stopped at the limit. */
  readonly truncated: boolean
  /** What the back end was asked, in its own words. */
  readonly asked: string
  /** What a person should know about it; safe for a terminal. */
  readonly notes?: readonly string[]
}

/** What `trace get` takes to show this trace. */
export function idOf({ span, traceId }: TraceSummary): string {
  return span?.spanId ?? traceId ?? ''
}

/** The line for a trace that is here as a whole. */
export function summarise(trace: Trace): TraceSummary {
  const tree = buildTree(trace)
  const root = tree.spans[tree.roots[0] ?? 0]
  return {
    traceId: trace.traceId,
    ...(root && { rootService: root.service, rootName: root.name }),
    startNanos: tree.startNanos,
    durationNanos: tree.endNanos,
    spans: tree.count,
    errors: tree.errors,
    services: tree.services.texts,
  }
}

/** The latest first; no back end promises an order. */
export function latestFirst(traces: readonly TraceSummary[]): TraceSummary[] {
  const start = (trace: TraceSummary) => trace.startNanos ?? 0n
  return [...traces].sort((a, b) => Number(start(b) > start(a)) - Number(start(b) < start(a)))
}

/** Whether a trace that is here as a whole fits: conditions that describe one span must hold of the same span. */
export function fits(trace: Trace, summary: TraceSummary, filter: TraceFilter): boolean {
  const { service, name, attributes, errors, minNanos = 0, maxNanos = Number.POSITIVE_INFINITY } = filter
  const startMillis = Number((summary.startNanos ?? 0n) / 1_000_000n)
  if (startMillis < filter.fromMillis || startMillis > filter.toMillis) return false
  // Durations alone are those of the whole trace: nearly every trace has a short span somewhere.
  if (service === undefined && name === undefined && attributes.length === 0 && !errors) {
    return summary.durationNanos >= minNanos && summary.durationNanos <= maxNanos
  }
  return trace.spans.some(spanTest(filter))
}
