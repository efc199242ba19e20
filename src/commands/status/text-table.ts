import type { Terminal } from '../../ports/terminal.ts'
import { displayWidth, graphemes, widest } from '../../text/display-width.ts'
import { fitEnd, padEnd } from '../../text/fit.ts'
import { type Invocation, tell } from '../invocation.ts'

/** Columns between two cells. */
const GAP = 2
const LEAST_COLUMNS = 3

/** What a cell loses where it is too long: its end, or all but a short beginning and its end. */
export type Cut = 'end' | 'inside'

/** A table as lines, its heads first, and the heads of the columns that a terminal had no room for. */
export interface FittedTable {
  readonly lines: readonly string[]
  readonly leftOut: readonly string[]
}

/**
 * Rows of sanitized cells, the heads first, as a table. On a terminal they are at most `columns` wide: columns that do not
 * fit are left out, the last one first, down to {@link LEAST_COLUMNS}; then the widest cells are cut. In a pipe lines are
 * longer, so that grep and cut find every value, and the whole of it.
 */
export function fitTable(
  rows: readonly (readonly string[])[],
  { columns, unicode, outIsTTY }: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
): FittedTable {
  const widths = widthsOf(rows)
  if (outIsTTY) {
    while (widths.length > LEAST_COLUMNS && totalWidth(widths) > columns) widths.pop()
    const largest = () => Math.max(...widths)
    while (totalWidth(widths) > columns && largest() > 8) widths[widths.indexOf(largest())] = largest() - 1
  }
  const leftOut = (rows[0] ?? []).slice(widths.length).map((head) => head.trim())
  return { lines: tableLines(rows, widths, unicode), leftOut }
}

/** Tells of the columns that are left out. `option`: what gives them all, beside a pipe. */
export function tellLeftOut(invocation: Invocation, leftOut: readonly string[], option: string): void {
  if (leftOut.length > 0)
    tell(invocation, `note: no room here for ${leftOut.join(', ')}; a pipe and ${option} have all`)
}

/** How wide each column is when nothing is cut. */
const widthsOf = (rows: readonly (readonly string[])[]): number[] =>
  (rows[0] ?? []).map((_, i) => widest(rows.map((row) => row[i] ?? '')))

export const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width + GAP, -GAP)

/** The lines of a table whose columns have these widths; columns without one are left out. */
export const tableLines = (
  rows: readonly (readonly string[])[],
  widths: readonly number[],
  unicode: boolean,
  cuts: readonly (Cut | undefined)[] = [],
): readonly string[] => {
  const fitted = (cell: string, width: number, cut: Cut | undefined) =>
    (cut === 'inside' ? fitInside : fitEnd)(cell, width, unicode ? '…' : '..')
  return rows.map((row) =>
    widths
      .map((width, i) => padEnd(fitted(row[i] ?? '', width, cuts[i]), width))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

/** Columns at the beginning of a cell that is cut inside: the method of a request. */
const BEGINNING = 4

function fitInside(text: string, width: number, mark: string): string {
  if (displayWidth(text) <= width) return text
  const parts = graphemes(text)
  const begin = parts.splice(0, BEGINNING).join('')
  const room = width - mark.length - displayWidth(begin)
  while (displayWidth(parts.join('')) > room) parts.shift()
  return begin + mark + parts.join('')
}

/** A URL as short as a table wants it. */
export const withoutScheme = (url: string): string => url.replace(/^https?:\/\//, '').replace(/\/$/, '')
