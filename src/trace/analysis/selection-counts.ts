import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseNanos } from '../nanos.ts'

export interface GroupSize {
  readonly spans: number
  /**
   * In how many traces they are; a trace with a span of the selection is not one of the rest. As many as spans where only
   * spans are counted.
   */
  readonly traces: number
}

/** How often one value occurs in each group. */
export interface ValueCounts {
  readonly selection: GroupSize
  readonly baseline: GroupSize
}

/** One attribute and its values. */
export interface ComparedAttribute {
  /** With its scope: `span.http.route`, `resource.host.name`; `name` is that of the span. */
  readonly name: string
  /** Spans of a trace, or those of one service in it, mostly have the same value: a customer's id, a host. Then traces are counted. */
  readonly isOfTrace: boolean
  readonly values: ReadonlyMap<string, ValueCounts>
}

/** Two groups of spans: those to be explained, and the rest of the population. */
export interface Comparison {
  readonly selection: GroupSize
  readonly baseline: GroupSize
  readonly attributes: readonly ComparedAttribute[]
}

/** Which spans of a population are to be explained. */
export type SelectedSpans = { readonly by: 'errors' } | { readonly by: 'duration'; readonly over: Limit }

/** A duration, or a percentile of all durations of the population. Equal to it is not over it. */
export type Limit = { readonly nanos: number } | { readonly percentile: number }

/** `500ms`, `p95`, `p99.9`. Failure `usage`. */
export function parseLimit(text: string, flag: string): Limit {
  const percentile = Number(/^p(\d{1,2}(?:\.\d{1,3})?)$/i.exec(text.trim())?.[1])
  if (percentile > 0) return { percentile }
  if (/^[\d.]/.test(text.trim())) return { nanos: parseNanos(text, flag) }
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is neither a duration nor a percentile`, {
    hint: `Write it like ${flag} 500ms or ${flag} p95.`,
  })
}
