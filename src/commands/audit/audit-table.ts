import type { Terminal } from '../../ports/terminal.ts'
import { widest } from '../../text/widest.ts'
import { type Cut, type FittedTable, tableLines, totalWidth } from '../status/text-table.ts'

/** A column of the record. `least`: columns of the terminal that it takes where room is short; without it, all of its own. */
interface Column {
  readonly head: string
  readonly least?: number
  readonly cut?: Cut
  /** It is shown where the rows differ in it. */
  readonly ofDifference?: true
}

const COLUMNS: readonly Column[] = [
  { head: 'TIME' },
  { head: 'WHO', least: 8 },
  // The end of a path says more than its beginning, which is that of every request.
  { head: 'WHAT', least: 14, cut: 'inside' },
  { head: 'STATUS' },
  { head: 'TRACE', least: 10 },
  { head: 'REASON', least: 10 },
  { head: 'API', least: 12, ofDifference: true },
  { head: 'PLACE', least: 6, ofDifference: true },
  { head: 'WAY' },
  { head: 'PROFILE' },
]

/** A trace id is cut last: what is left of it can be seen again, and no longer typed. */
const CUT_IN_TURN: readonly (readonly string[])[] = [['WHAT', 'REASON', 'API', 'PLACE'], ['WHO'], ['TRACE']]
/** When, who, what, and with what answer. */
const ALWAYS = 4

/**
 * The record as lines, its heads first, and the heads of the columns that a terminal had no room for. Where it has none for all,
 * columns that say nothing in any row go first and are not told; then cells are cut before a column is left out. What is no
 * terminal has no width: there every value is whole, for grep and cut.
 */
export function auditTable(
  rows: readonly (readonly string[])[],
  { outIsTTY, columns, unicode }: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
): FittedTable {
  const all = COLUMNS.map((column, i) => ({ ...column, cells: rows.map((row) => row[i] ?? '') })).filter(
    ({ ofDifference, cells }) => !ofDifference || differs(cells),
  )
  const room = outIsTTY ? columns : Number.POSITIVE_INFINITY
  const said = all.filter(({ cells }, i) => i < ALWAYS || cells.some((cell) => cell !== NOTHING))
  return layOut(totalWidth(floorOf(all)) > room ? said : all, room, unicode)
}

/** Lines that say nothing of it, such as those of a sign-in, are no difference. */
const differs = (cells: readonly string[]): boolean =>
  new Set(cells.filter((cell) => cell !== NOTHING)).size > 1

/** In a cell: the entry says nothing of that. */
export const NOTHING = '-'

type Filled = Column & { readonly cells: readonly string[] }

function layOut(columns: readonly Filled[], room: number, unicode: boolean): FittedTable {
  const floor = floorOf(columns)
  let shown = columns.length
  while (shown > ALWAYS && totalWidth(floor.slice(0, shown)) > room) shown--
  const widths = columns.slice(0, shown).map(widthOf)
  for (const heads of CUT_IN_TURN) {
    const among = heads.map((head) => columns.findIndex((column) => column.head === head))
    shrink(widths, floor, among, room)
  }
  const lines = [-1, ...(columns[0]?.cells ?? []).keys()].map((row) =>
    columns.map(({ head, cells }) => cells[row] ?? head),
  )
  const cuts = columns.map(({ cut }) => cut)
  return {
    lines: tableLines(lines, widths, unicode, cuts),
    leftOut: columns.slice(shown).map(({ head }) => head),
  }
}

const widthOf = ({ head, cells }: Filled): number => widest([head, ...cells])

const floorOf = (columns: readonly Filled[]): number[] =>
  columns.map((column) => Math.min(widthOf(column), column.least ?? Number.POSITIVE_INFINITY))

/** Makes the widest of these columns narrower, one step at a time, until all fit or none can. */
function shrink(widths: number[], floor: readonly number[], among: readonly number[], columns: number): void {
  const room = (i: number) => (widths[i] ?? 0) > (floor[i] ?? 0)
  while (totalWidth(widths) > columns) {
    const [widest] = among.filter(room).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (widest === undefined) return
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}
