import { percentile } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** What is told of many calls of one kind. Durations in nanoseconds; percentiles by nearest rank. */
export interface CallFigures {
  readonly calls: number
  /** In how many traces they occur. */
  readonly traces: number
  readonly p50Nanos: number
  readonly p99Nanos: number
  /** Calls that failed. */
  readonly errors: number
}

/** Sums calls of one kind up, trace by trace. */
export class CallSum {
  readonly #durations: number[] = []
  #errors = 0
  #traces = 0
  #lastTrace = -1

  /** `trace`: the number of the trace, the same for all of its calls; traces come one after the other. */
  add(tree: TraceTree, node: number, trace: number): void {
    this.#durations.push(tree.span(node).durationNanos)
    if (tree.hasFailed(node)) this.#errors += 1
    if (this.#lastTrace !== trace) this.#traces += 1
    this.#lastTrace = trace
  }

  figures(): CallFigures {
    const sorted = Float64Array.from(this.#durations).sort()
    return {
      calls: sorted.length,
      traces: this.#traces,
      p50Nanos: percentile(sorted, 50),
      p99Nanos: percentile(sorted, 99),
      errors: this.#errors,
    }
  }
}
