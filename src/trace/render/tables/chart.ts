import { displayWidth, widest } from '../../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart } from '../../../text/fit.ts'
import type { StepTimes, TimeSeries } from '../../series.ts'
import { niceNumberStep, valueText } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import {
  chooseSeries,
  clockTicks,
  headLine,
  leftOut,
  type SeriesOptions,
  type ShownSeries,
  stepMillis,
} from './series-table.ts'

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
    ...legendLines(shown.series, options),
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

const HEADS = ['last', 'max', 'mean', 'min'] as const
/** Columns a name should keep; figures give way to it, the last of them first. */
const LEAST_NAME = 16

/** A line a series: its mark, its name, and what its values amount to. No line is wider than `width`. */
function legendLines(series: readonly ShownSeries[], options: SeriesOptions): string[] {
  const { width, unicode, style } = options
  const { ellipsis } = glyphsFor(unicode)
  const rows = series.map((one) => figuresOf(one, options))
  const longest = widest(series.map(({ name }) => name))
  const columns = figureColumns(rows, width - 2 - Math.min(longest, LEAST_NAME))
  const figures = (cells: readonly string[]) =>
    columns.map((size, i) => `  ${padStart(cells[i]!, size)}`).join('')
  const room = Math.min(longest, Math.max(1, width - 2 - displayWidth(figures(HEADS))))
  const head = columns.length === 0 ? [] : [style.dim(`  ${' '.repeat(room)}${figures(HEADS)}`)]
  const lines = series.map(({ name, index }, i) => {
    const mark = style.palette(index, seriesMark(index, unicode))
    return `${mark} ${padEnd(fitMiddle(name, room, ellipsis), room)}${figures(rows[i]!)}`.trimEnd()
  })
  return [...head, ...lines]
}

function figureColumns(rows: readonly string[][], room: number): number[] {
  const columns: number[] = []
  let used = 0
  for (const [i, head] of HEADS.entries()) {
    const size = widest(
      rows.map((row) => row[i]!),
      head.length,
    )
    used += 2 + size
    if (used > room) break
    columns.push(size)
  }
  return columns
}

function figuresOf({ values }: ShownSeries, options: SeriesOptions): string[] {
  const numbers = [...values.values()]
  const mean = numbers.reduce((sum, value) => sum + value / numbers.length, 0)
  const max = numbers.reduce((high, value) => Math.max(high, value))
  const min = numbers.reduce((low, value) => Math.min(low, value))
  return [numbers.at(-1) as number, max, mean, min].map((value) => valueText(value, options))
}

interface Marks {
  readonly series: string
  readonly eighths: string
  readonly side: string
  readonly sideTick: string
  readonly corner: string
  readonly floor: string
  readonly floorTick: string
  readonly zero: string
}

const UNICODE: Marks = {
  series: '●○◆◇▲△■□',
  eighths: '▁▂▃▄▅▆▇█',
  side: '│',
  sideTick: '┤',
  corner: '└',
  floor: '─',
  floorTick: '┬',
  zero: '┄',
}
const ASCII: Marks = {
  series: '*o+x#@%&',
  eighths: '...::###',
  side: '|',
  sideTick: '+',
  corner: '+',
  floor: '-',
  floorTick: '+',
  zero: '.',
}

const marksFor = (unicode: boolean): Marks => (unicode ? UNICODE : ASCII)

/** The mark of a series in the chart and its legend, so that colour alone means nothing. */
const seriesMark = (index: number, unicode: boolean): string => marksFor(unicode).series[index]!

interface Cell {
  readonly text: string
  readonly index: number
}
const BLANK: Cell = { text: ' ', index: -1 }

/** A filled area: eight levels a line. */
function areaCell(
  columns: ColumnValues,
  axis: ValueAxis,
  marks: Marks,
): (line: number, column: number) => Cell {
  return (line, column) => {
    const value = columns[column]
    if (value === undefined) return BLANK
    const filled = levelOf(value, axis) - (line - 1)
    // The bottom line shows a value of zero, to tell it from a gap.
    if (line === 0) return value === 0 ? { text: marks.eighths[0]!, index: 0 } : BLANK
    if (filled <= 0) return BLANK
    return { text: marks.eighths[Math.min(8, Math.ceil(filled * 8)) - 1]!, index: 0 }
  }
}

/** One mark per series; where two overlap, the one earlier in the legend is drawn. */
function markCell(
  all: readonly ColumnValues[],
  axis: ValueAxis,
  marks: Marks,
): (line: number, column: number) => Cell {
  const zero = axis.low < 0 ? Math.round(levelOf(0, axis)) : -1
  return (line, column) => {
    const index = all.findIndex((columns) => {
      const value = columns[column]
      return value !== undefined && Math.round(levelOf(value, axis)) === line
    })
    if (index >= 0) return { text: marks.series[index]!, index }
    return line === zero ? { text: marks.zero, index: -1 } : BLANK
  }
}

/** The values a chart's height stands for. `low` and `high` are whole steps; zero is always within. */
interface ValueAxis {
  readonly low: number
  readonly high: number
  readonly step: number
  /** Lines above the bottom one; a step is a whole number of them. */
  readonly lines: number
}

const USUAL_LINES = 12
const MOST_STEPS = 6
/** Beyond these the arithmetic of an axis overflows: these values lie at its end, or are zero. */
const FARTHEST = 1e300
const NEAREST = 1e-300

/** An axis from zero (or below) in nice steps: a chart that begins elsewhere makes small changes look large. */
function valueAxis(series: readonly ShownSeries[]): ValueAxis {
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
function levelOf(value: number, { low, high, lines }: ValueAxis): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low))) * lines
}

/** The value of each column; `undefined` where there is none. */
type ColumnValues = readonly (number | undefined)[]

/**
 * A series in columns. A value holds for its whole step, behind its time or before it; of several in one column the
 * farthest from zero is taken, so that no peak is lost in a narrow chart. What lies outside of the range is in the column
 * at its edge: the figures below the chart count it.
 */
function inColumns(
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
