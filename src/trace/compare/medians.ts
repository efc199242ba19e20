import type { TraceSums } from './operation-paths.ts'

/** The typical trace of one side. Columns are by path; times in nanoseconds. */
export interface Medians {
  readonly traces: number
  readonly durationNanos: number
  readonly spans: number
  /** In how many of the traces a path occurs. */
  readonly occurs: Int32Array
  readonly calls: Float64Array
  /** `NaN`: not known of more than half of the traces that have the path. */
  readonly totals: Float64Array
  readonly selfs: Float64Array
  /** Of each trace, sorted. */
  readonly durations: Float64Array
  /** The times of a path. */
  timesOf(column: 'totals' | 'selfs', path: number): Times
}

/** The times of a path, of those traces that have it and of which they are known. */
export interface Times {
  readonly values: Float64Array
  /** How many traces they stand for: with those that do not have the path, and so spent no time there. */
  readonly traces: number
}

/**
 * Medians over traces, see {@link medianOf}. A trace without a path counts as one that spent no time there: else a branch
 * that one trace in a hundred takes would stand beside what all of them do. One whose time there is not known is left out.
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
  const valuesOf = (column: keyof typeof values, path: number): Times => {
    const all = values[column].subarray(starts[path]!, starts[path + 1]!)
    const known = all.some(Number.isNaN) ? all.filter((time) => !Number.isNaN(time)) : all
    return { values: known, traces: traces.length - (all.length - known.length) }
  }
  const byPath = (column: keyof typeof values): Float64Array =>
    Float64Array.from(occurs, (all, path) => {
      const times = valuesOf(column, path)
      return (all - times.values.length) * 2 > all ? Number.NaN : medianWithZeros(times)
    })
  const sorted = (pick: (trace: TraceSums) => number) => Float64Array.from(traces, pick).sort()
  const durations = sorted((trace) => trace.durationNanos)
  return {
    traces: traces.length,
    durationNanos: medianOf(durations),
    spans: medianOf(sorted((trace) => trace.spans)),
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

/**
 * The value in the middle; of an even number of values the mean of the two there, as a whole number (a half is rounded up). With
 * the lower one alone, a side of which half of the traces are slower would be as fast as before, and A and B could not change places.
 */
export function medianOf(sorted: Float64Array): number {
  return medianWithZeros({ values: sorted, traces: sorted.length })
}

/** The median of as many values as there are traces, of which all but those given are zero. Sorts what is given. */
function medianWithZeros({ values, traces }: Times): number {
  values.sort()
  const zeros = traces - values.length
  const at = (rank: number) => (rank < zeros ? 0 : values[rank - zeros]!)
  const low = at(Math.floor((traces - 1) / 2))
  const high = at(Math.floor(traces / 2))
  return Math.round(low + (high - low) / 2)
}
