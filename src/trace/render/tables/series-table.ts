import type { Style } from '../../../ports/terminal.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../../text/fit.ts'
import { csvLine, csvText } from '../../formats/csv-cell.ts'
import { isoMillis } from '../../formats/span-times.ts'
import { allTimes, type Point, type StepTimes, seriesName, type TimeSeries, type Unit } from '../../series.ts'
import { valueText } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'

const GAP = 2
/** Columns of a series' name at the head: with fewer it is useless, with more there is no room for others. */
const LEAST_NAME = 8
const MOST_NAME = 28
/** At the head of a row of figures. */
const LONGEST_NAME = 80

/** A line a time (UTC), a column a series, the largest first. A `-` where there is no value. */
export function renderTable(series: readonly TimeSeries[], options: SeriesOptions): string[] {
  const { width, unicode, style, aboutTimes } = options
  const { ellipsis } = glyphsFor(unicode)
  const cut = (line: string) => fitEnd(line, width, ellipsis)
  const shown = chooseSeries(series, options)
  const head = style.dim(cut(headLine(stepMillis(series, options), options, shown)))
  if (shown.series.length === 0) return [head, cut('No data in this time.')]
  const times = allTimes(series)
  const clock = timeCells(times)
  const timeWidth = Math.max(4, ...clock.map((text) => text.length))
  const columns = fitColumns(shown.series, width - timeWidth, ellipsis)
  const rest = leftOut({ ...shown, left: [...shown.series.slice(columns.length), ...shown.left] })
  const line = (first: string, cells: readonly string[]) =>
    cut(
      (
        padEnd(first, timeWidth) +
        cells.map((cell, i) => ' '.repeat(GAP) + padStart(cell, columns[i]?.width ?? 0)).join('')
      ).trimEnd(),
    )
  const names = columns.map((column) => headOf(column, ellipsis))
  return [
    head,
    ...(aboutTimes === undefined ? [] : [style.dim(cut(aboutTimes))]),
    ...(rest === undefined ? [] : [style.dim(cut(rest))]),
    style.bold(line('TIME', names)),
    ...times.map((at, i) =>
      line(
        clock[i]!,
        columns.map((column) => valueCell(column.series.values.get(at), options)),
      ),
    ),
  ]
}

/** A line a series, the largest first: what a chart shows at a glance. */
export function renderFigures(series: readonly TimeSeries[], options: SeriesOptions): string[] {
  const shown = chooseSeries(series, options)
  const text = (value: number | undefined) => valueCell(value, options)
  const { ellipsis } = glyphsFor(options.unicode)
  const rows = [...shown.series, ...shown.left].map(({ name, values }) => {
    const all = [...values.values()]
    const [at = 0, most] = peakOf(values) ?? []
    const time = isoMillis(at).slice(0, 19)
    return [fitMiddle(name, LONGEST_NAME, ellipsis), text(meanOf(all)), text(most), time, text(all.at(-1))]
  })
  const lines = [['SERIES', 'MEAN', 'MOST', 'AT', 'LAST'], ...rows]
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((cells) => displayWidth(cells[i]!))))
  return lines.map((cells) =>
    cells.map((cell, i) => (i === 0 ? padEnd : padStart)(cell, widths[i]!)).join(' '.repeat(GAP)),
  )
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0)

/** The largest value and its time, the first of several. */
export const peakOf = (points: Iterable<Point>): readonly [number, number] | undefined => {
  let peak: readonly [number, number] | undefined
  for (const [at, value] of points)
    if (value !== null && !(value <= (peak?.[1] ?? -Infinity))) peak = [at, value]
  return peak
}

const valueCell = (value: number | undefined, options: SeriesOptions): string =>
  value === undefined ? '-' : valueText(value, options)

/** The clock alone within a day, else with the date, and with the year where there are several; seconds where they differ. */
function timeCells(times: readonly number[]): string[] {
  const isos = times.map(isoMillis)
  const [oneYear, oneDay] = [4, 10].map((end) => new Set(isos.map((iso) => iso.slice(0, end))).size <= 1)
  const date = (iso: string) => (oneDay ? '' : `${iso.slice(oneYear ? 5 : 0, 10)} `)
  const seconds = times.some((at) => at % 60_000 !== 0)
  return isos.map((iso) => {
    // Years beyond four digits shift the columns of the text.
    if (!/^\d{4}-/.test(iso)) return iso
    return `${date(iso)}${iso.slice(11, seconds ? 19 : 16)}`
  })
}

interface Column {
  readonly series: ShownSeries
  readonly width: number
}

const headOf = ({ series: { name }, width }: Column, ellipsis: string): string =>
  fitMiddle(name, width, ellipsis)

/** As many series as fit with a head that tells them apart; one always does. */
function fitColumns(series: readonly ShownSeries[], room: number, ellipsis: string): Column[] {
  for (let most = Math.min(series.length, Math.floor(room / (LEAST_NAME + GAP))); most > 1; most--) {
    const columns = columnsOf(series, most, room)
    const heads = new Set(columns.map((column) => headOf(column, ellipsis)))
    if (heads.size === new Set(columns.map((column) => column.series.name)).size) return columns
  }
  return columnsOf(series, 1, room)
}

function columnsOf(series: readonly ShownSeries[], count: number, room: number): Column[] {
  const wanted = series.map((one) => Math.min(MOST_NAME, Math.max(LEAST_NAME, displayWidth(one.name))))
  const shared = Math.floor(room / count) - GAP
  return series.slice(0, count).map((one) => ({
    series: one,
    width: Math.max(1, Math.min(wanted[one.index]!, Math.max(LEAST_NAME, shared), Math.max(1, room - GAP))),
  }))
}

/** One series of `query -o json` and `-o ndjson`: labels in the back end's order, times RFC 3339, null for no value. */
export function toSeriesJson(series: TimeSeries) {
  return {
    name: seriesName(series),
    labels: Object.fromEntries(series.labels),
    points: series.points.map(([at, value]) => ({ time: isoMillis(at), value })),
  }
}

/**
 * All points as CSV (RFC 4180): time, one column a label, value; one line a point, so that any tool can pivot it.
 * Labels are escaped, see {@link csvText}.
 */
export function* toSeriesCsv(all: readonly TimeSeries[]): Generator<string> {
  const names = [...new Set(all.flatMap(({ labels }) => labels.map(([name]) => name)))]
  yield csvLine(['time', ...names.map(csvText), 'value'])
  for (const { labels, points } of all) {
    const values = new Map(labels)
    const cells = names.map((name) => csvText(values.get(name) ?? ''))
    for (const [at, value] of points) {
      const row = [isoMillis(at), ...cells, value === null ? '' : String(value)]
      yield csvLine(row)
    }
  }
}

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
  /** What the times of the values are; undefined: the starts of their steps. */
  readonly timesAre?: StepTimes | undefined
  /** A line about them for a table, which shows the times themselves. */
  readonly aboutTimes?: string | undefined
}

/** Maximum of series shown one by one: a reader can distinguish so many marks and colours. */
const MOST_SHOWN = 8

export interface ShownSeries {
  /** Safe for a terminal, not yet fitted. */
  readonly name: string
  readonly values: ReadonlyMap<number, number>
  /** Which hue, and which mark. */
  readonly index: number
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
    name: safeName(by === undefined ? seriesName(series) : valuesText(series.labels), ellipsis),
    values,
    index,
  }))
  return {
    series: named.slice(0, MOST_SHOWN),
    left: named.slice(MOST_SHOWN),
    empty: all.length - filled.length,
    by: by === undefined ? undefined : safeName(by, ellipsis),
  }
}

const valuesText = (labels: TimeSeries['labels']): string =>
  labels.map(([, value]) => value || '(none)').join(', ')

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

/** The line about the series that are not shown, and how to get them. */
export function leftOut({ left, empty }: Pick<Shown, 'left' | 'empty'>): string | undefined {
  const ofEmpty = empty > 0 ? [`${empty} series without a value`] : []
  if (left.length === 0) return ofEmpty[0]
  const smaller = `${left.length} smaller series not shown`
  return [`${smaller}: -o csv has all`, ...ofEmpty].join('; ')
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
