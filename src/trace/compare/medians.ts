import { percentile } from '../tree/fold.ts'
import type { TraceSums } from './operation-paths.ts'

/** The typical trace of one side. Columns are by path; times in nanoseconds. */
export interface Medians {
  readonly traces: number
  readonly durationNanos: number
  readonly spans: number
  /** In how many of the traces a path occurs. */
  readonly occurs: Int32Array
  readonly calls: Float64Array
  readonly totals: Float64Array
  readonly selfs: Float64Array
  /** Of each trace, sorted. */
  readonly durations: Float64Array
  /** The times of a path, of those traces that have it. */
  timesOf(column: 'totals' | 'selfs', path: number): Float64Array
}

/**
 * Medians over traces, by nearest rank. A trace without a path counts as one that spent no time there: else a branch
 * that one trace in a hundred takes would stand beside what all of them do.
 */
export function mediansOf(traces: readonly TraceSums[], pathCount: number): Medians {
  const occurs = new Int32Array(pathCount)
  for (const { paths } of traces) for (const path of paths) occurs[path]! += 1
  const starts = new Int32Array(pathCount + 1)
  for (const [path, count] of occurs.entries()) starts[path + 1] = starts[path]! + count
  const values = {
    calls: valuesByPath(traces, 'calls', starts),
    totals: valuesByPath(traces, 'totals', starts),
    selfs: valuesByPath(traces, 'selfs', starts),
  }
  const valuesOf = (column: keyof typeof values, path: number) =>
    values[column].subarray(starts[path]!, starts[path + 1]!)
  const byPath = (column: keyof typeof values): Float64Array =>
    Float64Array.from(occurs, (_, path) => medianWithZeros(valuesOf(column, path), traces.length))
  const sorted = (pick: (trace: TraceSums) => number) => Float64Array.from(traces, pick).sort()
  const durations = sorted((trace) => trace.durationNanos)
  return {
    traces: traces.length,
    durationNanos: percentile(durations, 50),
    spans: percentile(
      sorted((trace) => trace.spans),
      50,
    ),
    occurs,
    calls: byPath('calls'),
    totals: byPath('totals'),
    selfs: byPath('selfs'),
    durations,
    timesOf: valuesOf,
  }
}

/** One flat array: the values of a path begin at `starts[path]`. */
function valuesByPath(
  traces: readonly TraceSums[],
  column: 'calls' | 'totals' | 'selfs',
  starts: Int32Array,
): Float64Array {
  const next = starts.slice()
  const values = new Float64Array(starts.at(-1) ?? 0)
  for (const trace of traces) {
    for (const [i, path] of trace.paths.entries()) {
      values[next[path]!] = trace[column][i]!
      next[path]! += 1
    }
  }
  return values
}

/** The median of `count` values, of which all but those given are zero. Sorts what is given. */
function medianWithZeros(given: Float64Array, count: number): number {
  const rank = Math.ceil(count / 2) - 1 - (count - given.length)
  return rank < 0 ? 0 : given.sort()[rank]!
}
