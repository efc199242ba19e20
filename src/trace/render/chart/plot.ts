import type { StepTimes } from '../../series.ts'
import { niceNumberStep } from '../number.ts'
import type { ShownSeries } from './series-list.ts'

/** The values a chart's height stands for. `low` and `high` are whole steps; zero is always within. */
export interface ValueAxis {
  readonly low: number
  readonly high: number
  readonly step: number
  /** Lines above the bottom one; a step is a whole number of them. */
  readonly lines: number
}

/** Lines of a chart, its bottom line not counted. */
const USUAL_LINES = 12
const MOST_STEPS = 6
/** Beyond these the arithmetic of an axis overflows: such values lie at its end, or are zero. */
const FARTHEST = 1e300
const NEAREST = 1e-300

/** An axis from zero (or below) in nice steps: a chart that begins elsewhere makes small changes look large. */
export function valueAxis(series: readonly ShownSeries[]): ValueAxis {
  let [low, high] = [0, 0]
  for (const { values } of series) {
    for (const value of values.values()) {
      low = Math.min(low, Math.max(value, -FARTHEST))
      high = Math.max(high, Math.min(value, FARTHEST))
    }
  }
  if (high - low < NEAREST) high = 1
  let step = niceNumberStep((high - low) / MOST_STEPS)
  for (;;) {
    const [below, above] = [Math.ceil(-low / step - 1e-9), Math.ceil(high / step - 1e-9)]
    const steps = below + above
    if (steps <= MOST_STEPS) {
      const lines = Math.max(1, Math.floor(USUAL_LINES / steps)) * steps
      return { low: -below * step, high: above * step, step, lines }
    }
    step = niceNumberStep(step * 1.01)
  }
}

/** How many lines over the bottom a value stands, not rounded. */
export function levelOf(value: number, { low, high, lines }: ValueAxis): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low))) * lines
}

/** The value of each column; `undefined` where there is none. */
export type ColumnValues = readonly (number | undefined)[]

/**
 * A series in columns. A value holds for its whole step, behind its time or before it; of several in one column the
 * farthest from zero is taken, so that no peak is lost in a narrow chart. What lies outside of the range is in the column
 * at its edge: the figures below the chart count it.
 */
export function inColumns(
  values: ReadonlyMap<number, number>,
  range: {
    fromMillis: number
    toMillis: number
    stepMillis: number
    timesAre?: StepTimes | undefined
  },
  width: number,
): ColumnValues {
  const columns = new Array<number | undefined>(width).fill(undefined)
  const scale = width / Math.max(1, range.toMillis - range.fromMillis)
  const within = (column: number) => Math.min(width - 1, Math.max(0, column))
  for (const [at, value] of values) {
    const start = at - range.fromMillis - (range.timesAre === 'ends' ? range.stepMillis : 0)
    const first = within(Math.floor(start * scale))
    const last = within(Math.ceil((start + range.stepMillis) * scale) - 1)
    for (let column = first; column <= Math.max(first, last); column++) {
      const there = columns[column]
      if (there === undefined || Math.abs(value) > Math.abs(there)) columns[column] = value
    }
  }
  return columns
}
