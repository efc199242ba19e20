import type { Span, Trace } from '../model.ts'
import { isOfWholeTrace, type TraceFilter } from '../search.ts'
import { spanTest } from '../span-filter.ts'
import { percentile } from '../tree/fold.ts'
import type { Comparison } from './comparison.ts'
import { AttributeCounter } from './count-attributes.ts'
import type { Limit, SelectedSpans } from './selected-spans.ts'

/** A comparison, and the duration that divides the spans, where one does. */
export interface DividedPopulation {
  readonly comparison: Comparison
  readonly limitNanos: number | undefined
}

/** The spans of traces that fit a filter, gathered trace by trace. */
export class Population {
  readonly #fits: (span: Span) => boolean
  readonly #traces: (readonly Span[])[] = []

  constructor(filter: TraceFilter) {
    // Durations alone are those of whole traces, and the search has judged them.
    this.#fits = isOfWholeTrace(filter) ? () => true : spanTest(filter)
  }

  add(trace: Trace): void {
    this.#traces.push(trace.spans.filter(this.#fits))
  }

  /** Divides the spans in two, and counts the attributes of both. */
  divide(selected: SelectedSpans): DividedPopulation {
    const limitNanos = selected.by === 'duration' ? this.#limit(selected.over) : undefined
    const isSelected =
      limitNanos === undefined
        ? (span: Span) => span.status === 'error'
        : (span: Span) => span.durationNanos > limitNanos
    const counter = new AttributeCounter()
    for (const spans of this.#traces) counter.addTrace(spans, isSelected)
    return { comparison: counter.comparison(), limitNanos }
  }

  /** A percentile is one of the durations (nearest rank). */
  #limit(limit: Limit): number {
    if ('nanos' in limit) return limit.nanos
    const durations = this.#traces.flatMap((spans) => spans.map((span) => span.durationNanos))
    return percentile(Float64Array.from(durations).sort(), limit.percentile)
  }
}
