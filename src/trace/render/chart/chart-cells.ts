import { type ColumnValues, levelOf, type ValueAxis } from './plot.ts'

/** What a chart is drawn with, in a terminal that can show Unicode or in ASCII. */
export interface Marks {
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

/** The marks for a terminal that can, or cannot, show Unicode. */
export const marksFor = (unicode: boolean): Marks => (unicode ? UNICODE : ASCII)

/** The mark of a series in the chart and its legend: nothing is told by colour alone. */
export const seriesMark = (index: number, unicode: boolean): string => marksFor(unicode).series[index]!

/** One place of the plot; `index` -1 is no series. */
export interface Cell {
  readonly text: string
  readonly index: number
}
const BLANK: Cell = { text: ' ', index: -1 }

/** A filled area: eight levels a line. */
export function areaCell(
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
export function markCell(
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
