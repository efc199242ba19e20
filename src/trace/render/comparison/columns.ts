import { displayWidth } from '../../../text/display-width.ts'
import { padEnd, padStart } from '../../../text/fit.ts'
import type { ComparedOperation } from '../../compare/comparison.ts'
import { selfDelta, totalDelta } from '../../compare/ranking.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'
import { signedDuration } from './signed-duration.ts'
import { arrow } from './verdict.ts'

/** One column of figures right of the tree. */
interface Column {
  readonly head: string
  readonly width: number
  /** Columns that must be left for operations as wide as that or wider, else this one is left out. */
  readonly leaves: number
  cell(row: ComparedOperation): string
}

const OPERATION = 'OPERATION'.length
const GAP = 2
const MOST_CALLS = 13

/** The columns of the merged tree that find room, from left to right, and what is left for the operation. */
export interface Columns {
  readonly label: number
  readonly head: string
  /** The heads of the columns that found no room. */
  readonly leftOut: readonly string[]
  /** The figures of a row; nothing below a name that stands for several rows. */
  cells(row: ComparedOperation): string
}

/** Plans the columns; `wanted`: what the widest operation would take. The first ones stay in little room. */
export function planColumns(rows: readonly ComparedOperation[], wanted: number, pen: Pen): Columns {
  const { micro } = pen.glyphs
  const calls = ({ a, b }: ComparedOperation) =>
    a.calls === b.calls ? String(a.calls) : `${a.calls}${arrow(pen)}${b.calls}`
  const widest = rows.reduce((most, row) => Math.max(most, displayWidth(calls(row))), 5)
  const total = ({ totalNanos, traces }: ComparedOperation['a']) =>
    traces === 0 || totalNanos === undefined ? '' : formatDuration(totalNanos, micro)
  const signed = (delta: number | undefined) => (delta === undefined ? '' : signedDuration(delta, micro))
  const word = rows.reduce((most, row) => Math.max(most, wordOf(row).length), 7)
  const byPlace: readonly Column[] = [
    { head: 'CALLS', width: Math.min(MOST_CALLS, widest), leaves: 30, cell: calls },
    { head: 'A TOTAL', width: 7, leaves: 44, cell: ({ a }) => total(a) },
    { head: 'B TOTAL', width: 7, leaves: 44, cell: ({ b }) => total(b) },
    { head: 'TOTAL+/-', width: 8, leaves: 8, cell: (row) => signed(totalDelta(row)) },
    { head: 'SELF+/-', width: 8, leaves: 16, cell: (row) => signed(selfDelta(row)) },
    { head: '', width: word, leaves: 16, cell: wordOf },
  ]
  const kept = new Set<Column>()
  let left = pen.width
  const operation = Math.max(wanted, OPERATION)
  // The word says what no colour says, so it goes with the first figure. A time of A says nothing without that of B.
  for (const places of [[3], [5], [4], [0], [1, 2]]) {
    const together = places.map((at) => byPlace[at]!)
    const after = together.reduce((room, { width }) => room - GAP - width, left)
    if (together.some(({ leaves }) => after < Math.min(leaves, operation))) break
    for (const column of together) kept.add(column)
    left = after
  }
  const columns = byPlace.filter((column) => kept.has(column))
  const line = (texts: readonly string[]) =>
    columns
      .map(
        ({ width, head }, i) =>
          ' '.repeat(GAP) + (head === '' ? padEnd(texts[i]!, width) : padStart(texts[i]!, width)),
      )
      .join('')
      .trimEnd()
  return {
    label: Math.min(left, operation),
    head: line(columns.map(({ head }) => head)),
    leftOut: byPlace.filter((column) => !kept.has(column) && column.head !== '').map(({ head }) => head),
    cells: (row) => line(columns.map((column) => column.cell(row))),
  }
}

/** What became of it: of its total time, or where that is the same, of its self time. */
export function wordOf({ change, selfChange }: ComparedOperation): string {
  const isOfSelf = change === 'same' && selfChange !== 'same' && selfChange !== 'unknown'
  return isOfSelf ? `self ${selfChange}` : change
}
