import { displayWidth } from '../../../text/display-width.ts'
import { fitMiddle, padEnd, padStart } from '../../../text/fit.ts'
import { widest } from '../../../text/widest.ts'
import { fitApart } from '../fit-apart.ts'
import { glyphsFor } from '../glyphs.ts'
import { seriesMark } from './chart-cells.ts'
import type { SeriesOptions, ShownSeries } from './series-list.ts'
import { valueText } from './value-text.ts'

const HEADS = ['last', 'max', 'mean', 'min'] as const
/** Columns a name should keep; figures give way to it, the last of them first. */
const LEAST_NAME = 16

/** A line a series: its mark, its name, and what its values amount to. No line is wider than `width`. */
export function legendLines(series: readonly ShownSeries[], options: SeriesOptions): string[] {
  const { width, unicode, style } = options
  const { ellipsis } = glyphsFor(unicode)
  const rows = series.map((one) => figuresOf(one, options))
  const longest = widest(series.map(({ name }) => name))
  const columns = figureColumns(rows, width - 2 - Math.min(longest, LEAST_NAME))
  const figures = (cells: readonly string[]) =>
    columns.map((size, i) => `  ${padStart(cells[i]!, size)}`).join('')
  const room = Math.min(longest, Math.max(1, width - 2 - displayWidth(figures(HEADS))))
  const head = columns.length === 0 ? [] : [style.dim(`  ${' '.repeat(room)}${figures(HEADS)}`)]
  const names = fitApart(
    series.map(({ name }) => name),
    room,
    ellipsis,
  )
  // Those without room for what tells them apart have their marks.
  const lines = series.map(({ name, index }, i) => {
    const mark = style.palette(index, seriesMark(index, unicode))
    return `${mark} ${padEnd(names[i] ?? fitMiddle(name, room, ellipsis), room)}${figures(rows[i]!)}`.trimEnd()
  })
  return [...head, ...lines]
}

/** Widths of the figures there is room for. */
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
