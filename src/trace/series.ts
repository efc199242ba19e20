/** A stretch of time, in milliseconds since the epoch; `fromMillis < toMillis`. */
export interface TimeRange {
  readonly fromMillis: number
  readonly toMillis: number
}

export interface SeriesQuery extends TimeRange {
  /** In the back end's own language. */
  readonly text: string
  readonly stepSeconds: number
}

/** A value at a time (milliseconds since the epoch); null where the back end says that there is none. */
export type Point = readonly [millis: number, value: number | null]

export interface TimeSeries {
  /** The labels that identify it, in the back end's order. */
  readonly labels: readonly (readonly [name: string, value: string])[]
  /** Sorted by time, each time once. Times without a value may be left out. */
  readonly points: readonly Point[]
}

export type Unit = 'seconds'

/** What the time of a value is: the start of the step it stands for, or its end. */
export type StepTimes = 'starts' | 'ends'

export interface QueryResult {
  readonly series: readonly TimeSeries[]
  /** Absent: not known, or plain numbers. */
  readonly unit?: Unit
  /** Absent: `starts`. */
  readonly timesAre?: StepTimes
  /** The same in words, with what is not known of it. Absent: each time is the start of its step. */
  readonly aboutTimes?: string
  /** Why series or values may be missing, as the server words it; not sanitized. Absent: the result is complete. */
  readonly partial?: string
}

/** Points a chart or table still reads well with. */
const USUAL_POINTS = 60
/** More points than any back end returns, or anybody requests on purpose. */
export const MOST_POINTS = 11_000

const NICE_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
]

/** The nice step that makes about sixty points of a range, in seconds. */
export function usualStep({ fromMillis, toMillis }: TimeRange): number {
  const least = (toMillis - fromMillis) / 1000 / USUAL_POINTS
  return NICE_SECONDS.find((step) => step >= least) ?? Math.ceil(least / 86_400) * 86_400
}

/** Sorted by time, each time once (the last value wins). */
export function sortedPoints(points: Iterable<Point>): Point[] {
  return [...new Map([...points].map((point) => [point[0], point])).values()].sort((a, b) => a[0] - b[0])
}

/** `service=checkout, status=500`; `(all)` for a series without labels. */
export function seriesName({ labels }: TimeSeries): string {
  return labels.length === 0 ? '(all)' : labels.map(([name, value]) => `${name}=${value}`).join(', ')
}

export function allTimes(series: readonly TimeSeries[]): number[] {
  const times = new Set<number>()
  for (const { points } of series) for (const [millis] of points) times.add(millis)
  return [...times].sort((a, b) => a - b)
}
