import type { Span, Trace } from '../model.ts'
import { fittingSpans, isOfWholeTrace, type TraceFilter } from '../search.ts'
import { whyEndless } from '../tree/endless.ts'
import { percentile } from '../tree/fold.ts'
import type { Comparison } from './comparison.ts'
import { AttributeCounter } from './count-attributes.ts'
import type { Limit, SelectedSpans } from './selected-spans.ts'

/** A comparison, and the duration that divides the spans, where one does. */
export interface DividedPopulation {
  readonly comparison: Comparison
  readonly limitNanos: number | undefined
  /** The percentile itself, where nothing was over it, so that `limitNanos` is less; absent: it is the limit. */
  readonly loweredFromNanos?: number
  /** Spans in neither part, since nobody can tell how long they took; absent: not known. */
  readonly unfinished?: number
  /** Attributes that hold lists, which are not compared; absent: not known. */
  readonly lists?: number
}

/** Whether a span is one of those to be explained. */
type IsSelected = (span: Span) => boolean

/**
 * The spans of traces that fit a filter, divided in two and counted trace by trace. They are kept only where a percentile of
 * all of them divides.
 */
export class Population {
  readonly #fitting: (trace: Trace) => readonly Span[]
  readonly #limit: Limit | undefined
  readonly #isSelected: IsSelected | undefined
  readonly #counter = new AttributeCounter()
  readonly #kept: (readonly Span[])[] = []
  readonly #byDuration: boolean
  #unfinished = 0

  constructor(filter: TraceFilter, selected: SelectedSpans) {
    // Durations alone are those of whole traces, and the search has judged them.
    this.#fitting = isOfWholeTrace(filter) ? ({ spans }) => spans : (trace) => fittingSpans(trace, filter)
    this.#limit = selected.by === 'duration' ? selected.over : undefined
    this.#isSelected = isSelectedBy(this.#limit)
    this.#byDuration = selected.by === 'duration'
  }

  add(trace: Trace): void {
    const fitting = this.#fitting(trace)
    // A call that hangs would count as the fastest of all.
    const spans = this.#byDuration ? fitting.filter((span) => whyEndless(span) === undefined) : fitting
    this.#unfinished += fitting.length - spans.length
    if (this.#isSelected) this.#counter.addTrace(spans, this.#isSelected)
    else this.#kept.push(spans)
  }

  /** The attributes of both parts. To be called once, after the last trace. */
  divided(): DividedPopulation {
    const { limitNanos, loweredFromNanos } = this.#dividing()
    const isOver: IsSelected = ({ durationNanos }) => durationNanos > Number(limitNanos)
    for (const spans of this.#kept) this.#counter.addTrace(spans, isOver)
    const { lists } = this.#counter
    return {
      comparison: this.#counter.comparison(),
      limitNanos,
      ...(loweredFromNanos !== undefined && { loweredFromNanos }),
      unfinished: this.#unfinished,
      lists,
    }
  }

  /**
   * A percentile is one of the durations (nearest rank). Where it is the longest one, as with a timeout that many share, nothing
   * is over it: then it is the one below.
   */
  #dividing(): Pick<DividedPopulation, 'limitNanos' | 'loweredFromNanos'> {
    if (this.#limit === undefined || 'nanos' in this.#limit) return { limitNanos: this.#limit?.nanos }
    const durations = this.#kept.flatMap((spans) => spans.map((span) => span.durationNanos))
    const sorted = Float64Array.from(durations).sort()
    const limit = percentile(sorted, this.#limit.percentile)
    const first = sorted.indexOf(limit)
    if (limit !== sorted.at(-1) || first === 0) return { limitNanos: limit }
    return { limitNanos: sorted[first - 1], loweredFromNanos: limit }
  }
}

/** Undefined: a percentile, which is known after the last trace. */
function isSelectedBy(limit: Limit | undefined): IsSelected | undefined {
  if (limit === undefined) return ({ status }) => status === 'error'
  return 'nanos' in limit ? ({ durationNanos }) => durationNanos > limit.nanos : undefined
}
