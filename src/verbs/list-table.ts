import type { Pen } from '../frame/answer.ts'
import { displayWidth, graphemes, widest } from '../text/display-width.ts'
import { fitEnd, padEnd } from '../text/fit.ts'
import { safeText } from '../text/safe-text.ts'

/** A column of a list, from left to right by how much it is needed. */
export interface ListColumn<Row> {
  readonly head: string
  /** Not sanitized. */
  cell(row: Row): string
  /** Columns of the terminal that it keeps before the next ones are left out; absent: all of its own. */
  readonly least?: number
  /** A long value loses all but a short beginning and its end. */
  readonly isCutInside?: true
  /** It is cut when the others are as short as they get. */
  readonly isCutLast?: true
}

/** In an empty cell. */
export const NOTHING = '-'

/** Characters of one cell. */
const LONGEST = 200
const GAP = 2
/** The first columns, which always stay, and the fewest columns of the terminal for one. */
const KEPT = 3
const NARROWEST = 8

/**
 * A line for each row below the heads. On a terminal they are at most as wide as that: the last columns are left out, then the
 * widest cells are cut. In a pipe every value is whole, for grep and cut.
 */
export function listTable<Row>(
  rows: readonly Row[],
  columns: readonly ListColumn<Row>[],
  { width, unicode, isPipe, leftOut }: Pen,
): string[] {
  const all = columns.map((column) => {
    const cells = [column.head, ...rows.map((row) => safeText(column.cell(row), LONGEST))]
    return { ...column, cells, columns: widest(cells) }
  })
  const floor = all.map(({ columns, least = columns }) => Math.min(columns, least))
  let shown = all.length
  if (!isPipe) while (shown > KEPT && total(floor.slice(0, shown)) > width) shown--
  leftOut?.push(...all.slice(shown).map(({ head }) => head.trim()))
  const kept = all.slice(0, shown)
  // Those that may lose something, an id after the others; then any, where even the few that are always there find no room.
  for (const turn of [1, 2, 3]) {
    const leastOf = ({ least, isCutLast }: ListColumn<Row>) =>
      turn === 3 ? NARROWEST : turn === (isCutLast ? 2 : 1) ? least : undefined
    while (!isPipe && total(kept.map(({ columns }) => columns)) > width) {
      const [largest] = kept
        .filter((one) => one.columns > (leastOf(one) ?? Number.POSITIVE_INFINITY))
        .sort((a, b) => b.columns - a.columns)
      if (largest === undefined) break
      largest.columns--
    }
  }
  const mark = unicode ? '…' : '..'
  return ['heads', ...rows].map((_, row) =>
    kept
      .map(({ cells, columns, isCutInside }) =>
        padEnd((isCutInside ? fitInside : fitEnd)(cells[row] ?? '', columns, mark), columns),
      )
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
}

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width + GAP, -GAP)

/** Characters at the beginning of a cell that is cut inside: the method of a request. */
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
