import { displayWidth } from '../../../text/display-width.ts'
import { fitEnd, padStart } from '../../../text/fit.ts'
import type { TimeSeries } from '../../series.ts'
import { glyphsFor } from '../glyphs.ts'
import { areaCell, type Cell, markCell, marksFor } from './chart-cells.ts'
import { clockTicks } from './clock-axis.ts'
import { legendLines } from './legend.ts'
import { inColumns, type ValueAxis, valueAxis } from './plot.ts'
import {
  chooseSeries,
  headLine,
  inOrder,
  leftOut,
  type SeriesOptions,
  type ShownSeries,
  stepMillis,
} from './series-list.ts'
import { valueText } from './value-text.ts'

/**
 * Time series over one another, with values at the left and times (UTC) below, then a legend. One series that is never
 * negative is an area, several are marks. Where there is no value the chart stays empty.
 */
export function renderChart(series: readonly TimeSeries[], options: SeriesOptions): string[] {
  const { width, unicode, style } = options
  const { ellipsis } = glyphsFor(unicode)
  const cut = (line: string) => fitEnd(line, width, ellipsis)
  const shown = chooseSeries(series, options)
  const step = stepMillis(series, options)
  const head = cut(headLine(step, options, shown))
  if (shown.series.length === 0) return [style.dim(head), cut('No data in this time.')]
  const rest = leftOut(shown)
  return [
    style.dim(head),
    ...plot(shown.series, step, options),
    '',
    ...legendLines(inOrder(shown.series), options),
    ...(rest === undefined ? [] : [style.dim(cut(rest))]),
  ]
}

function plot(series: readonly ShownSeries[], step: number, options: SeriesOptions): string[] {
  const { fromMillis, toMillis, timesAre, style, width, unicode } = options
  const marks = marksFor(unicode)
  const axis = valueAxis(series)
  const labels = axisLabels(axis, options)
  const gutter = Math.max(...[...labels.values()].map(displayWidth))
  const room = Math.max(1, width - gutter - 2)
  const columns = series.map(({ values }) =>
    inColumns(values, { fromMillis, toMillis, stepMillis: step, timesAre }, room),
  )
  const cells =
    axis.low === 0 && columns.length === 1
      ? areaCell(columns[0]!, axis, marks)
      : markCell(columns, axis, marks)
  const paint = (index: number, text: string) => (index < 0 ? style.dim(text) : style.palette(index, text))
  const lines: string[] = []
  for (let line = axis.lines; line >= 1; line--) {
    const label = labels.get(line)
    const side = style.dim(
      `${padStart(label ?? '', gutter)} ${label === undefined ? marks.side : marks.sideTick}`,
    )
    lines.push(side + paintRuns(room, (column) => cells(line, column), paint))
  }
  const ticks = clockTicks(fromMillis, toMillis, room)
  const floor = (column: number): Cell => {
    const cell = cells(0, column)
    if (cell.text !== ' ' && cell.index >= 0) return cell
    return { text: ticks.some((tick) => tick.column === column) ? marks.floorTick : marks.floor, index: -1 }
  }
  const corner = style.dim(`${padStart(labels.get(0) ?? '', gutter)} ${marks.corner}`)
  lines.push(corner + paintRuns(room, floor, paint))
  let under = ''
  for (const { column, label } of ticks) under += ' '.repeat(Math.max(0, column - under.length)) + label
  lines.push(style.dim(' '.repeat(gutter + 2) + under))
  return lines
}

/** Lines over the bottom that carry a value's label. */
function axisLabels({ low, high, step, lines }: ValueAxis, options: SeriesOptions): Map<number, string> {
  const steps = Math.round((high - low) / step)
  const labels = new Map<number, string>()
  for (let i = 0; i <= steps; i++) {
    const value = low + i * step
    // Rounding errors: sums of steps like 0.1 do not hit zero exactly.
    labels.set((i * lines) / steps, valueText(Math.abs(value) < step / 1e6 ? 0 : value, options))
  }
  return labels
}

/** Adjacent cells of one colour share one escape sequence. */
function paintRuns(
  width: number,
  cell: (column: number) => Cell,
  paint: (index: number, text: string) => string,
): string {
  let line = ''
  let run: Cell = { text: '', index: -1 }
  const flush = () => {
    line += run.text.trim() === '' ? run.text : paint(run.index, run.text)
  }
  for (let column = 0; column < width; column++) {
    const next = cell(column)
    if (next.index === run.index) run = { ...run, text: run.text + next.text }
    else {
      flush()
      run = next
    }
  }
  flush()
  return line.trimEnd()
}
