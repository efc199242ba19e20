import { whyEndless } from '../tree/endless.ts'
import { percentile } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** What is told of many calls of one kind. Durations in nanoseconds; percentiles by nearest rank, of the calls that have an end. */
export interface CallFigures {
  readonly calls: number
  /** In how many traces they occur. */
  readonly traces: number
  /** Calls without a usable end, of which nobody can tell how long they took. */
  readonly unfinished: number
  /** Undefined: no call has an end. */
  readonly p50Nanos: number | undefined
  readonly p99Nanos: number | undefined
  /** Calls that failed. */
  readonly errors: number
}

/** Sums calls of one kind up, trace by trace. */
export class CallSum {
  readonly #durations: number[] = []
  #errors = 0
  #unfinished = 0
  #traces = 0
  #lastTrace = -1

  /** `trace`: the number of the trace, the same for all of its calls; traces come one after the other. */
  add(tree: TraceTree, node: number, trace: number): void {
    const span = tree.span(node)
    if (whyEndless(span) === undefined) this.#durations.push(span.durationNanos)
    else this.#unfinished += 1
    if (tree.hasFailed(node)) this.#errors += 1
    if (this.#lastTrace !== trace) this.#traces += 1
    this.#lastTrace = trace
  }

  figures(): CallFigures {
    const sorted = Float64Array.from(this.#durations).sort()
    const [p50Nanos, p99Nanos] = [50, 99].map((p) =>
      sorted.length === 0 ? undefined : percentile(sorted, p),
    )
    return {
      calls: sorted.length + this.#unfinished,
      traces: this.#traces,
      unfinished: this.#unfinished,
      p50Nanos,
      p99Nanos,
      errors: this.#errors,
    }
  }
}
