import type { Change, ComparedOperation } from './comparison.ts'
import { isCause, totalDelta } from './ranking.ts'

/** One line of the merged tree: an operation, or what was left out below the same operation. */
export interface ViewLine {
  /** The row; undefined: this line stands for `rest`. */
  readonly row: number | undefined
  readonly rest: Rest | undefined
  readonly depth: number
  /** Nothing follows it below the same operation. */
  readonly isLast: boolean
}

/** Operations left out. */
export interface Rest {
  readonly count: number
  readonly byChange: Readonly<Record<Change, number>>
}

/** More siblings than this are a list, not a tree: those that changed most are shown. */
const MOST_SIBLINGS = 12

/**
 * The lines of the merged tree: the root, the changes, and the way to them. Left out are unchanged rows, rows below an
 * operation that is new or gone as a whole, and all but the largest of many siblings. `full`: all rows.
 */
export function linesInView(rows: readonly ComparedOperation[], full: boolean): ViewLine[] {
  const shown = full ? new Uint8Array(rows.length).fill(1) : shownRows(rows)
  const lines: { row: number | undefined; rest: Rest | undefined; parent: number; depth: number }[] = []
  const rests = new Map<number, { count: number; byChange: Record<Change, number> }>()
  const open: number[] = []
  const close = (parent: number) => {
    const rest = rests.get(parent)
    const depth = parent < 0 ? 0 : rows[parent]!.depth + 1
    if (rest) lines.push({ row: undefined, rest, parent, depth })
  }
  for (let row = 0; row < rows.length; ) {
    const { parent, depth, size } = rows[row]!
    while (open.length > 0 && open.at(-1) !== parent) close(open.pop() as number)
    if (shown[row] === 1) {
      lines.push({ row, rest: undefined, parent, depth })
      open.push(row++)
      continue
    }
    const rest = rests.get(parent) ?? {
      count: 0,
      byChange: { slower: 0, faster: 0, unsure: 0, unknown: 0, same: 0, new: 0, gone: 0 },
    }
    rests.set(parent, rest)
    for (const end = row + size; row < end; row++) {
      rest.count += 1
      rest.byChange[rows[row]!.change] += 1
    }
  }
  while (open.length > 0) close(open.pop() as number)
  close(-1)
  return withLast(lines)
}

function withLast(lines: readonly (Omit<ViewLine, 'isLast'> & { readonly parent: number })[]): ViewLine[] {
  const met = new Set<number>()
  const last = new Uint8Array(lines.length)
  for (let i = lines.length - 1; i >= 0; i--) {
    const { parent } = lines[i]!
    if (met.has(parent)) continue
    met.add(parent)
    last[i] = 1
  }
  return lines.map(({ row, rest, depth }, i) => ({ row, rest, depth, isLast: last[i] === 1 }))
}

function shownRows(rows: readonly ComparedOperation[]): Uint8Array {
  const shown = new Uint8Array(rows.length)
  // Those below come after those above, so each has marked the one above it before its turn.
  for (let row = rows.length - 1; row >= 0; row--) {
    const { change, parent, isDetached } = rows[row]!
    const isRoot = parent < 0 && !isDetached
    if (change !== 'same' || isCause(rows[row]!) || isRoot) shown[row] = 1
    if (shown[row] === 1 && parent >= 0) shown[parent] = 1
  }
  for (let row = 0; row < rows.length; row++) {
    const { change, size } = rows[row]!
    if (change !== 'new' && change !== 'gone') continue
    // What stands below has the same change: a path is on one side only when the path above it is.
    shown.fill(0, row + 1, row + size)
    row += size - 1
  }
  return withoutSurplus(rows, shown)
}

/**
 * Of too many siblings those on the way to the smallest changes are left out, with what stands below them. Spans whose parent
 * is lost are siblings of each other only: any number of them leaves the root its place.
 */
function withoutSurplus(rows: readonly ComparedOperation[], shown: Uint8Array): Uint8Array {
  const sizes = largestChanges(rows, shown)
  const siblings = new Map<number | undefined, number[]>()
  for (let row = 0; row < rows.length; row++) {
    if (shown[row] === 0) continue
    const { parent, isDetached } = rows[row]!
    const above = isDetached ? undefined : parent
    const list = siblings.get(above)
    if (list) list.push(row)
    else siblings.set(above, [row])
  }
  for (const list of siblings.values())
    for (const row of list.sort((a, b) => sizes[b]! - sizes[a]!).slice(MOST_SIBLINGS))
      shown.fill(0, row, row + rows[row]!.size)
  return shown
}

function largestChanges(rows: readonly ComparedOperation[], shown: Uint8Array): Float64Array {
  const sizes = Float64Array.from(rows, (one, row) => shown[row]! * Math.abs(totalDelta(one) ?? 0))
  for (let row = rows.length - 1; row >= 0; row--) {
    const { parent } = rows[row]!
    if (parent >= 0) sizes[parent] = Math.max(sizes[parent]!, sizes[row]!)
  }
  return sizes
}
