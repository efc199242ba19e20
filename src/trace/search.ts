import type { Trace } from './model.ts'
import { buildTree } from './tree.ts'

/**
 * What traces are looked for. The conditions describe one span of the trace: a span of this service, of this name,
 * with these attributes, that took so long.
 */
export interface TraceFilter {
  readonly service?: string
  /** Exact name of the span. */
  readonly name?: string
  readonly attributes: readonly (readonly [key: string, value: string])[]
  readonly minNanos?: number
  readonly maxNanos?: number
  /** Only with a failed span. */
  readonly errors: boolean
  /** The back end's own language, instead of the conditions above. */
  readonly query?: string
  /** Milliseconds since the epoch. */
  readonly fromMillis: number
  readonly toMillis: number
  /** At most so many traces. */
  readonly limit: number
}

/** One line of a list of traces. What the back end does not say is absent. */
export interface TraceSummary {
  readonly traceId: string
  readonly rootService?: string
  readonly rootName?: string
  /** Nanoseconds since the epoch. */
  readonly startNanos: bigint
  readonly durationNanos: number
  readonly spans?: number
  readonly errors?: number
  /** Names, as far as known. */
  readonly services: readonly string[]
}

/** What a search gave. */
export interface SearchResult {
  /** The latest first. */
  readonly traces: readonly TraceSummary[]
  /** There may be more: the back end stopped at the limit. */
  readonly truncated: boolean
  /** What the back end was asked, in its own words. */
  readonly asked: string
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
  return [...traces].sort((a, b) => Number(b.startNanos > a.startNanos) - Number(b.startNanos < a.startNanos))
}
