import { displayWidth, graphemes } from '../../text/display-width.ts'
import { fitEnd, padEnd } from '../../text/fit.ts'
import { type Invocation, tell } from '../invocation.ts'

/** Columns between two cells. */
const GAP = 2

/** What a cell loses where it is too long: its end, or all but a short beginning and its end. */
export type Cut = 'end' | 'inside'

/** A table as lines, its heads first, and the heads of the columns that a terminal had no room for. */
export interface FittedTable {
  readonly lines: readonly string[]
  readonly leftOut: readonly string[]
}

/** Tells of the columns that are left out. `option`: what gives them all, beside a pipe. */
export function tellLeftOut(invocation: Invocation, leftOut: readonly string[], option: string): void {
  if (leftOut.length > 0)
    tell(invocation, `note: no room here for ${leftOut.join(', ')}; a pipe and ${option} have all`)
}

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
