import { displayWidth } from '../../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart } from '../../../text/fit.ts'
import { csvLine, csvText } from '../../formats/csv-cell.ts'
import { isoMillis } from '../../formats/span-times.ts'
import { allTimes, type Point, seriesName, type TimeSeries } from '../../series.ts'
import { valueText } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import {
  chooseSeries,
  headLine,
  inOrder,
  leftOut,
  type SeriesOptions,
  type ShownSeries,
  stepMillis,
} from './series-list.ts'

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

/** Of a bucket its bound is not cut: "134ms" as "34ms" would be another one. */
function headOf({ series: { name, parts }, width }: Column, ellipsis: string): string {
  const room = parts === undefined ? 0 : width - displayWidth(parts.bound) - 1
  if (parts === undefined || parts.rest === '' || room < 1 || displayWidth(name) <= width)
    return fitMiddle(name, width, ellipsis)
  return `${fitEnd(parts.rest, room, ellipsis)} ${parts.bound}`
}

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
  return inOrder(series.slice(0, count)).map((one) => ({
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
