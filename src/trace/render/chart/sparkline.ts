/** Levels of a bar chart one line high. */
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const ASCII_LEVELS = ['.', ':', '-', '=', '+', '*', '#', '@']

/** How many durations fall in each of equal steps of a logarithmic scale. */
export interface Histogram {
  readonly counts: readonly number[]
  readonly leastNanos: number
  readonly mostNanos: number
}

/**
 * Durations by size. The scale is logarithmic: latencies span orders of magnitude, and on a linear scale one slow trace
 * puts all others into the first column.
 */
export function histogram(durations: readonly number[], columns: number): Histogram | undefined {
  const positive = durations.filter((nanos) => nanos > 0)
  if (positive.length < 2) return undefined
  const leastNanos = positive.reduce((least, nanos) => Math.min(least, nanos))
  const mostNanos = positive.reduce((most, nanos) => Math.max(most, nanos))
  if (mostNanos === leastNanos) return undefined
  const counts = new Array<number>(columns).fill(0)
  const scale = columns / Math.log(mostNanos / leastNanos)
  for (const nanos of positive) {
    const column = Math.min(columns - 1, Math.floor(Math.log(nanos / leastNanos) * scale))
    counts[column]! += 1
  }
  return { counts, leastNanos, mostNanos }
}

/** One character a count, blank for none; the highest count is the highest bar. */
export function sparkline(counts: readonly number[], unicode: boolean): string {
  const levels = unicode ? LEVELS : ASCII_LEVELS
  const most = counts.reduce((high, count) => Math.max(high, count), 1)
  return counts
    .map((count) => (count === 0 ? ' ' : levels[Math.ceil((count / most) * levels.length) - 1]))
    .join('')
}
