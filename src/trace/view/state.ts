import { count } from '../../text/count.ts'
import { safeName } from '../../text/fit.ts'
import { withheldNote } from '../span-view.ts'
import { type Openness, type OpenRows, openRows, type Scene } from './scene.ts'

/** Columns and lines of the screen. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** A text over the whole screen: the details of a span, what is odd about the trace, or what the keys do. */
export interface Page {
  readonly kind: 'details' | 'notes' | 'keys'
  /** Of details: the span. */
  readonly node: number
  /** How many equal spans share the row that it was opened on; undefined: it is the only one. */
  readonly among?: number
  /** The line at the top. */
  readonly top: number
  /** What it was opened from; undefined: the rows. */
  readonly over?: Page
}

/** The last search. */
export interface Search {
  readonly text: string
  readonly fits: (node: number) => boolean
}

/** Where a person is in a trace. Never changed: each key makes a new one. */
export interface ViewState extends Openness {
  readonly rows: OpenRows
  /** The node of the row that the cursor is on; it always has a row. */
  readonly cursor: number
  /** The line of `rows` at the top of the screen. */
  readonly top: number
  /** Only the critical path is shown. */
  readonly pathOnly: boolean
  readonly page: Page | undefined
  /** The text that is being typed behind `/`, if any. */
  readonly typed: string | undefined
  readonly search: Search | undefined
  /** About the last key; the next one takes it away. */
  readonly message: string
}

/** Columns before each row: the cursor, whether it is folded, whether what is folded holds an error. */
export const MARGIN = 3

/** Lines of the screen that aren't rows: header, axis, where the cursor is, keys. */
const FRAME_LINES = 4

/** How many rows the screen has room for. */
export const bodyLines = ({ rows }: Size): number => Math.max(1, rows - FRAME_LINES)

/** At the first row of a trace, everything as `trace get` shows it, with a message about missing parts. */
export function openState(scene: Scene): ViewState {
  const openness = { opened: new Set<number>(), closed: new Set<number>() }
  const rows = openRows(scene.tree, scene.plan(false), openness)
  return {
    ...openness,
    rows,
    cursor: rows.lines.find((node) => node >= 0) ?? 0,
    top: 0,
    pathOnly: false,
    page: undefined,
    typed: undefined,
    search: undefined,
    message: withKeys(notice(scene)),
  }
}

/** A first screen says how to leave it, too. */
const withKeys = (text: string): string => (text === '' ? '' : `? keys   q quit   ${text}`)

function notice(scene: Scene): string {
  const { trace } = scene.tree
  const part =
    trace.partial === undefined
      ? undefined
      : `Incomplete trace: ${safeName(trace.partial, scene.glyphs.ellipsis)}`
  const missing = [part, withheldNote(trace.spans)].filter((text) => text !== undefined)
  const notes = scene.notes().length
  // Missing parts are among the notes. The key comes first: a narrow screen cuts the end.
  if (notes > missing.length)
    missing.unshift(`${count(notes, 'note')} on this trace: i shows ${notes === 1 ? 'it' : 'them'}`)
  return missing.join('; ')
}

/** The state with other rows open; a cursor whose row is gone goes to the row that it is hidden in. */
export function reopened(
  scene: Scene,
  state: ViewState,
  changes: Partial<Openness & Pick<ViewState, 'pathOnly' | 'cursor'>>,
): ViewState {
  const next = { ...state, ...changes }
  const plan = scene.plan(next.pathOnly)
  const rows = openRows(scene.tree, plan, next)
  return { ...next, rows, cursor: rowFor(scene, plan.foldOf, rows, next.cursor) }
}

/** The row that stands for a node: its own, that of its fold, or that of the nearest node above it. */
function rowFor({ tree }: Scene, foldOf: Int32Array, rows: OpenRows, node: number): number {
  for (let at = node; at >= 0; at = tree.parent(at)) {
    if (rows.lineOf[at]! >= 0) return at
    const first = foldOf[at]!
    if (first >= 0 && rows.lineOf[first]! >= 0) return first
  }
  return rows.lines.find((one) => one >= 0) ?? 0
}

/** Scrolled as little as is needed to have the cursor on a screen of this size. */
export function scrolled(state: ViewState, size: Size): ViewState {
  const { rows, cursor } = state
  const body = bodyLines(size)
  const line = rows.lineOf[cursor]!
  // The dividing line above the first row of a group comes into sight with it.
  const first = line > 0 && rows.lines[line - 1]! < 0 && body > 1 ? line - 1 : line
  const most = Math.max(0, rows.lines.length - body)
  const top = Math.min(Math.max(state.top, line - body + 1, 0), first, most)
  return top === state.top ? state : { ...state, top }
}
