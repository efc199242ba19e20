import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { safeName } from '../../../text/fit.ts'
import { allTimes, type StepTimes, seriesName, type TimeSeries, type Unit } from '../../series.ts'
import { valueText } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'

/** How an answer is drawn; no line is wider than `width`. */
export interface SeriesOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  /** The range that was asked for, in milliseconds since the epoch. */
  readonly fromMillis: number
  readonly toMillis: number
  readonly stepSeconds: number
  /** What the values are; undefined: numbers. */
  readonly unit?: Unit | undefined
  /** What the buckets of a histogram are; undefined: numbers. */
  readonly bucketsAre?: Unit | undefined
  /** What the times of the values are; undefined: the starts of their steps. */
  readonly timesAre?: StepTimes | undefined
  /** A line about them for a table, which shows the times themselves. */
  readonly aboutTimes?: string | undefined
}

/** Maximum of series shown one by one: a reader can distinguish so many marks and colours. */
const MOST_SHOWN = 8

/** A series with its label. */
export interface ShownSeries {
  /** Safe for a terminal, not yet fitted. */
  readonly name: string
  /** Value at each time that has one. */
  readonly values: ReadonlyMap<number, number>
  /** Which hue, and which mark. */
  readonly index: number
  /** Of a histogram: the upper bound of its bucket. */
  readonly bucket?: number | undefined
  /** Of a bucket: whose histogram it is of, by the other labels. */
  readonly group?: string | undefined
  /** Of a bucket: its part of the name, and the rest, empty where there is none. */
  readonly parts?: { readonly bound: string; readonly rest: string }
}

/** The series that are shown (those with the largest values), and those left out. */
interface Shown {
  readonly series: readonly ShownSeries[]
  readonly left: readonly ShownSeries[]
  /** Series without a single value. */
  readonly empty: number
  /** The labels that all of them have: these are in the head line, and the names are their values. */
  readonly by: string | undefined
}

/** The largest first, the rest counted. */
export function chooseSeries(all: readonly TimeSeries[], options: SeriesOptions): Shown {
  const { ellipsis } = glyphsFor(options.unicode)
  const filled = all
    .map((series) => ({ series, values: valuesOf(series) }))
    .filter(({ values }) => values.size > 0)
    .map((one) => ({ ...one, size: sizeOf(one.values) }))
    .sort((a, b) => b.size - a.size)
  const by = sharedLabels(all)
  const named = filled.map(({ series, values }, index) => ({
    name: safeName(nameOf(series, by, options), ellipsis),
    values,
    index,
    ...bucketOf(series, options, ellipsis),
  }))
  return {
    series: named.slice(0, MOST_SHOWN),
    left: named.slice(MOST_SHOWN),
    empty: all.length - filled.length,
    by: by === undefined ? undefined : safeName(by, ellipsis),
  }
}

/** The label of TraceQL for what `histogram_over_time` has counted: the upper bound of the values. */
const BUCKET = '__bucket'

function bucketOf(
  { labels }: TimeSeries,
  options: SeriesOptions,
  ellipsis: string,
): Pick<ShownSeries, 'bucket' | 'group' | 'parts'> {
  const own = labels.find(([label]) => label === BUCKET)
  if (own === undefined) return {}
  const others = labels.filter(([label]) => label !== BUCKET)
  const text = (some: TimeSeries['labels']) => safeName(valuesText(some, options), ellipsis)
  const parts = { bound: text([own]), rest: text(others) }
  return { bucket: Number(own[1]), group: JSON.stringify(others), parts }
}

function nameOf(series: TimeSeries, by: string | undefined, options: SeriesOptions): string {
  return by === undefined ? seriesName(series) : valuesText(series.labels, options)
}

function valuesText(labels: TimeSeries['labels'], options: SeriesOptions): string {
  const unit = options.bucketsAre
  return labels
    .map(([label, value]) =>
      label === BUCKET && unit !== undefined
        ? valueText(Number(value), { ...options, unit })
        : value || '(none)',
    )
    .join(', ')
}

/** Buckets by their histogram, that with the largest first, and in their order; others unchanged, the largest first. */
export function inOrder(series: readonly ShownSeries[]): readonly ShownSeries[] {
  const groups = [...new Set(series.map(({ group }) => group))]
  const rank = new Map(groups.map((group, i) => [group, i]))
  return [...series].sort(
    (a, b) => (rank.get(a.group) ?? 0) - (rank.get(b.group) ?? 0) || (a.bucket ?? 0) - (b.bucket ?? 0),
  )
}

function sharedLabels(all: readonly TimeSeries[]): string | undefined {
  const names = new Set(all.map(({ labels }) => labels.map(([name]) => name).join(', ')))
  const [only] = names
  return names.size === 1 && only !== '' ? only : undefined
}

/**
 * The step of an answer. Back ends may choose another one than the requested. It is the distance of the times, if they are
 * equally far from each other, or closer than the step requested. Times that leave gaps have the one requested.
 */
export function stepMillis(series: readonly TimeSeries[], { stepSeconds }: SeriesOptions): number {
  const asked = stepSeconds * 1000
  const times = allTimes(series)
  const distances = times.slice(1).map((at, i) => at - times[i]!)
  const least = distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const isEven = distances.length > 1 && distances.every((distance) => distance === least)
  const fits = distances.every((distance) => distance % asked === 0)
  return fits && !isEven ? asked : least
}

/** The head line of a chart or table: the time range, the step of the answer, and the labels that tell the series apart. */
export function headLine(step: number, { fromMillis, toMillis }: SeriesOptions, { by }: Shown): string {
  const parts = [
    rangeText(fromMillis, toMillis),
    stepText(step / 1000),
    ...(by === undefined ? [] : [`by ${by}`]),
  ]
  return parts.join(', ')
}

function valuesOf({ points }: TimeSeries): Map<number, number> {
  const values = new Map<number, number>()
  for (const [at, value] of points) if (value !== null) values.set(at, value)
  return values
}

/** Mean of the absolute values: a deep negative series matters as much as a high one. */
function sizeOf(values: ReadonlyMap<number, number>): number {
  let sum = 0
  for (const value of values.values()) sum += Math.abs(value) / values.size
  return sum
}

/**
 * The line about the series that are not shown, and how to get them. Buckets are named, at its end, where it can be cut: between
 * those that are shown they would read as ranges without a value.
 */
export function leftOut({ left, empty }: Pick<Shown, 'left' | 'empty'>): string | undefined {
  const ofEmpty = empty > 0 ? [`${empty} series without a value`] : []
  if (left.length === 0) return ofEmpty[0]
  const smaller = `${left.length} smaller series not shown`
  if (left.some(({ bucket }) => bucket === undefined))
    return [`${smaller}: -o csv has all`, ...ofEmpty].join('; ')
  const names = inOrder(left).map(({ name }) => name)
  return [...ofEmpty, `${smaller} (-o csv has all): ${names.join(', ')}`].join('; ')
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 7, 14, 30, 90, 365].map((n) => n * DAY),
]
/** Between two labels. */
const BLANKS = 2

/** A moment on the axis: its column, and what is written under it. */
interface ClockTick {
  readonly column: number
  readonly label: string
}

/**
 * Ticks at round times (UTC) under a chart whose columns stand for `fromMillis` to `toMillis`. The tick where a day
 * begins is labelled with its date.
 */
export function clockTicks(fromMillis: number, toMillis: number, columns: number): ClockTick[] {
  const total = Math.max(1, toMillis - fromMillis)
  const column = (at: number) => Math.min(columns - 1, Math.floor(((at - fromMillis) / total) * columns))
  for (const step of STEPS) {
    const ticks: ClockTick[] = []
    let fits = total / step <= columns
    for (let at = Math.ceil(fromMillis / step) * step; fits && at <= toMillis; at += step) {
      const tick = { column: column(at), label: clockLabel(at, step) }
      const before = ticks.at(-1)
      fits = !before || tick.column >= before.column + displayWidth(before.label) + BLANKS
      ticks.push(tick)
    }
    if (fits && ticks.length > 0)
      return ticks.filter((tick) => tick.column + displayWidth(tick.label) <= columns)
  }
  return []
}

function clockLabel(at: number, step: number): string {
  const iso = new Date(at).toISOString()
  if (step >= DAY || at % DAY === 0) return iso.slice(5, 10)
  return iso.slice(11, step < MINUTE ? 19 : 16)
}

/** The range in words: the day once where it is one day. */
function rangeText(fromMillis: number, toMillis: number): string {
  const [from, to] = [fromMillis, toMillis].map((at) => new Date(at).toISOString())
  const [day, clock] = [(iso = '') => iso.slice(0, 10), (iso = '') => iso.slice(11, 19)]
  const end = day(from) === day(to) ? clock(to) : `${day(to)} ${clock(to)}`
  return `${day(from)} ${clock(from)} to ${end} UTC`
}

/** `step 5m`: in the largest unit up to days of which it is a whole number. */
function stepText(seconds: number): string {
  const [unit, text] = STEP_UNITS.find(([size]) => seconds % size === 0) ?? [1, 's']
  return `step ${seconds / unit}${text}`
}

const STEP_UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
] as const
