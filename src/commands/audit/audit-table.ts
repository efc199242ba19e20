import type { Terminal } from '../../ports/terminal.ts'
import { type Cut, type FittedTable, tableLines, totalWidth, widthsOf } from '../status/text-table.ts'

/** A column of the record. `least`: columns of the terminal that it takes where room is short; without it, all of its own. */
interface Column {
  readonly head: string
  readonly least?: number
  readonly cut?: Cut
}

const COLUMNS: readonly Column[] = [
  { head: 'TIME' },
  { head: 'WHO', least: 8 },
  // The end of a path says more than its beginning, which is that of every request.
  { head: 'WHAT', least: 14, cut: 'inside' },
  { head: 'STATUS' },
  { head: 'TRACE', least: 10 },
  { head: 'REASON', least: 10 },
  { head: 'WAY' },
  { head: 'PROFILE' },
]

/** A trace id is cut last: what is left of it can be seen again, and no longer typed. */
const CUT_IN_TURN: readonly (readonly string[])[] = [['WHAT', 'REASON'], ['WHO'], ['TRACE']]
/** When, who, what, and with what answer. */
const ALWAYS = 4

/**
 * The record as lines, its heads first, and the heads of the columns that a terminal had no room for. Cells are cut
 * before a column is left out. What is no terminal has no width: there every value is whole, for grep and cut.
 */
export function auditTable(
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, 'columns' | 'unicode' | 'outIsTTY'>,
): FittedTable {
  const table = [COLUMNS.map(({ head }) => head), ...rows]
  const whole = widthsOf(table)
  const columns = terminal.outIsTTY ? terminal.columns : Number.POSITIVE_INFINITY
  const floor = COLUMNS.map(({ least }, i) => Math.min(whole[i] ?? 0, least ?? Number.POSITIVE_INFINITY))
  let shown = COLUMNS.length
  while (shown > ALWAYS && totalWidth(floor.slice(0, shown)) > columns) shown--
  const widths = whole.slice(0, shown)
  for (const heads of CUT_IN_TURN) shrink(widths, floor, heads.map(indexOf), columns)
  return {
    lines: tableLines(
      table,
      widths,
      terminal.unicode,
      COLUMNS.map(({ cut }) => cut),
    ),
    leftOut: COLUMNS.slice(shown).map(({ head }) => head),
  }
}

const indexOf = (head: string): number => COLUMNS.findIndex((column) => column.head === head)

/** Makes the widest of these columns narrower, one step at a time, until all fit or none can. */
function shrink(widths: number[], floor: readonly number[], among: readonly number[], columns: number): void {
  const room = (i: number) => (widths[i] ?? 0) > (floor[i] ?? 0)
  while (totalWidth(widths) > columns) {
    const [widest] = among.filter(room).sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (widest === undefined) return
    widths[widest] = (widths[widest] ?? 0) - 1
  }
}
