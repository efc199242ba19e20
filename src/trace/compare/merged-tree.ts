import { count, grouped } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitEnd, padEnd, padStart } from '../../text/fit.ts'
import { formatDuration } from '../render/format-duration.ts'
import type { Pen } from '../render/glyphs.ts'
import { type Measured, measure, SafeTexts } from '../render/waterfall/label.ts'
import { Guides } from '../render/waterfall/rows.ts'
import { InternedTexts } from '../tree/trace-tree.ts'
import type { Change, ComparedOperation, Comparison } from './comparison.ts'
import { arrow, isCause, selfDelta, signedDuration, totalDelta } from './verdict.ts'

const GAP = 2
const NOTHING: Measured = { text: '', columns: 0 }

/** The merged tree, one line an operation: the operation, then its figures in columns. Made while it is written. */
export function* treeLines(
  { rows }: Comparison,
  lines: readonly ViewLine[],
  pen: Pen,
  leftOut?: string[],
): Generator<string> {
  const { glyphs, style, width } = pen
  const names = new Names(rows, pen)
  const shown = lines.flatMap(({ row }) => (row === undefined ? [] : [rows[row]!]))
  const wanted = lines.reduce(
    (most, { row, depth }) => (row === undefined ? most : Math.max(most, depth * 2 + names.columns(row))),
    0,
  )
  const columns = planColumns(shown, wanted, pen)
  leftOut?.push(...columns.leftOut)
  const guides = guidesOf(lines, Math.floor(columns.label / 2), pen)
  yield style.bold(fitEnd('the merged tree of both', width, glyphs.ellipsis))
  yield style.dim(fitEnd(`OPERATION${blanks(columns.label - 9)}${columns.head}`, width, glyphs.ellipsis))
  let isDetached = false
  for (const [at, { row, rest }] of lines.entries()) {
    const guide = guides.of(at)
    if (rest) {
      yield style.dim(fitEnd(`${guide}${restText(rest)}`, width, glyphs.ellipsis))
      continue
    }
    const one = rows[row as number]!
    if (one.isDetached && !isDetached) yield style.dim(fitEnd(LOST, width, glyphs.ellipsis))
    isDetached ||= one.isDetached
    yield `${style.dim(guide)}${names.fitted(row as number, columns.label - guide.length)}${paint(columns.cells(one), one, pen)}`
  }
}

function guidesOf(lines: readonly ViewLine[], columns: number, { glyphs }: Pen): Guides {
  const parents: number[] = []
  // By depth: the last line there.
  const last: number[] = []
  for (const [at, { depth }] of lines.entries()) {
    parents.push(depth === 0 ? -1 : last[depth - 1]!)
    last[depth] = at
  }
  const tree = {
    count: lines.length,
    depth: (line: number) => lines[line]!.depth,
    parent: (line: number) => parents[line]!,
  }
  const rows = {
    groups: [{ heading: undefined, nodes: [...lines.keys()] }],
    isLast: (line: number) => lines[line]!.isLast,
  }
  return new Guides(tree, rows, columns, glyphs)
}

const LOST = 'below spans that are missing or form a cycle'

/** Colour says again what the last column says. */
function paint(cells: string, row: ComparedOperation, { style }: Pen): string {
  const word = wordOf(row)
  if (word === 'new' || word.endsWith('slower')) return style.red(cells)
  if (word === 'gone' || word.endsWith('faster')) return style.green(cells)
  return style.dim(cells)
}

/** `12 more: the same`, `1,040 more: 1,030 new, 10 the same`. */
function restText({ count: all, byChange }: Rest): string {
  const words: Readonly<Partial<Record<Change, string>>> = {
    unknown: 'of unknown duration',
    same: 'the same',
  }
  const kinds = (Object.keys(byChange) as Change[]).filter((change) => byChange[change] > 0)
  const texts = kinds.map(
    (kind) => `${kinds.length > 1 ? `${grouped(byChange[kind])} ` : ''}${words[kind] ?? kind}`,
  )
  return `${grouped(all)} more: ${texts.join(', ')}`
}

/** The name of an operation, and its service where that is another than the one above has. */
class Names {
  readonly #rows: readonly ComparedOperation[]
  readonly #pen: Pen
  readonly #names: SafeTexts
  readonly #services: SafeTexts
  readonly #colours: InternedTexts

  constructor(rows: readonly ComparedOperation[], pen: Pen) {
    this.#rows = rows
    this.#pen = pen
    this.#colours = new InternedTexts(rows.length, (row) => rows[row]!.service)
    this.#names = new SafeTexts(new InternedTexts(rows.length, (row) => rows[row]!.name), pen.glyphs.ellipsis)
    this.#services = new SafeTexts(this.#colours, pen.glyphs.ellipsis)
  }

  /** Columns that a row would take, its guides aside. */
  columns(row: number): number {
    const service = this.#service(row).columns
    return this.#names.of(row).columns + (service > 0 ? GAP + service : 0)
  }

  /** In exactly `room` columns. A service takes at most a third of them, and none where they are few. */
  fitted(row: number, room: number): string {
    const { style, glyphs } = this.#pen
    const name = this.#names.of(row)
    const service = this.#service(row)
    const left = room - GAP - name.columns
    const most =
      service.columns <= left ? service.columns : room < 24 ? 0 : Math.max(left, Math.floor(room / 3))
    const right =
      service.columns <= most
        ? service
        : most > 0
          ? measure(fitEnd(service.text, most, glyphs.ellipsis))
          : NOTHING
    const nameRoom = Math.max(1, right.columns > 0 ? room - GAP - right.columns : room)
    const shown = this.#names.fitted(row, nameRoom)
    const gap = blanks(right.columns > 0 ? GAP : 0)
    // Services stand in one column, at the end of the label.
    return `${shown.text}${blanks(nameRoom - shown.columns)}${gap}${style.palette(this.#colours.indexOf(row), right.text)}`
  }

  #service(row: number): Measured {
    const { parent, service } = this.#rows[row]!
    if (service === '' || (parent >= 0 && this.#rows[parent]!.service === service)) return NOTHING
    return this.#services.of(row)
  }
}

/** How many operations have no line of their own, and what shows each. */
export function foldLines(
  lines: readonly ViewLine[],
  { width, glyphs, style, more = '--full' }: Pen,
): string[] {
  const hidden = lines.reduce((sum, { rest }) => sum + (rest?.count ?? 0), 0)
  if (hidden === 0) return []
  return [
    style.dim(
      fitEnd(
        `${count(hidden, 'operation')} left out${more && `; ${more} shows each`}`,
        width,
        glyphs.ellipsis,
      ),
    ),
  ]
}

interface Column {
  readonly head: string
  readonly width: number
  /** Columns that must be left for operations as wide as that or wider, else this one is left out. */
  readonly leaves: number
  cell(row: ComparedOperation): string
}

const OPERATION = 'OPERATION'.length
const MOST_CALLS = 13

interface Columns {
  readonly label: number
  readonly head: string
  readonly leftOut: readonly string[]
  /** The figures of a row; nothing below a name that stands for several rows. */
  cells(row: ComparedOperation): string
}

/** Plans the columns; `wanted`: what the widest operation would take. The first ones stay in little room. */
function planColumns(rows: readonly ComparedOperation[], wanted: number, pen: Pen): Columns {
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
function wordOf({ change, selfChange }: ComparedOperation): string {
  const isOfSelf = change === 'same' && selfChange !== 'same' && selfChange !== 'unknown'
  return isOfSelf ? `self ${selfChange}` : change
}

/** One line of the merged tree: an operation, or what was left out below the same operation. */
interface ViewLine {
  /** The row; undefined: this line stands for `rest`. */
  readonly row: number | undefined
  readonly rest: Rest | undefined
  readonly depth: number
  /** Nothing follows it below the same operation. */
  readonly isLast: boolean
}

/** Operations left out. */
interface Rest {
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
      byChange: { slower: 0, faster: 0, unsure: 0, unknown: 0, new: 0, gone: 0, same: 0 },
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
