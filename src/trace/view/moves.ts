import { alike } from '../../text/alike.ts'
import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitLines, packed, safeName } from '../../text/fit.ts'
import { parseCondition } from '../attributes.ts'
import { spanIdIn } from '../id.ts'
import { heading } from '../render/fields.ts'
import type { Pen } from '../render/glyphs.ts'
import { spanTest } from '../search.ts'
import { withheldNote } from '../span-view.ts'
import type { InternedTexts } from '../tree/trace-tree.ts'
import { type Openness, type OpenRows, openRows, type Scene } from './scene.ts'

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
function reopened(
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

/** The cursor so many lines further down, or up; at an end it stays. */
export function moved(state: ViewState, by: number): ViewState {
  const { lines, lineOf } = state.rows
  const step = by < 0 ? -1 : 1
  const wanted = Math.min(Math.max(lineOf[state.cursor]! + by, 0), lines.length - 1)
  let at = wanted
  // Dividing lines are passed over; the first line may be one.
  while (at >= 0 && lines[at]! < 0) at += step
  if (at < 0) at = lines.findIndex((node) => node >= 0)
  return { ...state, cursor: lines[at]! }
}

/** A page further, and the screen with it. */
export function pagedBy(state: ViewState, pages: number, size: Size): ViewState {
  const by = pages * Math.max(1, bodyLines(size) - 1)
  return { ...moved(state, by), top: Math.max(0, state.top + by) }
}

/** Unfolds the row of the cursor; from an open one it goes to the first row below it. */
export function unfolded(scene: Scene, state: ViewState): ViewState {
  const { cursor, opened, closed, rows } = state
  if (closed.has(cursor)) return reopened(scene, state, { closed: without(closed, cursor) })
  if (rows.fold(cursor)) return reopened(scene, state, { opened: new Set([...opened, cursor]) })
  const line = rows.lineOf[cursor]! + 1
  const next = rows.lines[line]
  if (next !== undefined && next >= 0 && scene.tree.parent(next) === cursor) return { ...state, cursor: next }
  return { ...state, message: 'No folded row here.' }
}

/** Folds what is below the cursor; siblings that shared a row share it again; else it leads to the row above. */
export function folded(scene: Scene, state: ViewState): ViewState {
  const { cursor, opened, closed, rows } = state
  const below = rows.lines[rows.lineOf[cursor]! + 1]
  const isOpen = below !== undefined && below >= 0 && scene.tree.parent(below) === cursor
  if (isOpen) return reopened(scene, state, { closed: new Set([...closed, cursor]) })
  const first = scene.plan(state.pathOnly).foldOf[cursor]!
  if (first >= 0 && opened.has(first))
    return reopened(scene, state, { opened: without(opened, first), cursor: first })
  const parent = scene.tree.parent(cursor)
  return parent < 0 ? { ...state, message: 'No open row here.' } : { ...state, cursor: parent }
}

/** Shows only the critical path and what is above it, or everything again. */
export function pathToggled(scene: Scene, state: ViewState): ViewState {
  const pathOnly = !state.pathOnly
  if (pathOnly && scene.plan(true).order.length === 0)
    return { ...state, message: 'No span of this trace took any time: it has no critical path.' }
  const next = reopened(scene, state, { pathOnly })
  return {
    ...next,
    message: pathOnly ? 'Showing only the critical path; c shows everything.' : 'Showing everything again.',
  }
}

/** With the row of a node on the screen, whatever had to be unfolded for it. */
export function revealed(scene: Scene, state: ViewState, node: number): ViewState {
  if (state.rows.lineOf[node]! >= 0) return { ...state, cursor: node }
  const { tree } = scene
  const closed = new Set(state.closed)
  for (let at = tree.parent(node); at >= 0; at = tree.parent(at)) closed.delete(at)
  const first = scene.plan(state.pathOnly).foldOf[node]!
  const opened = first >= 0 && first !== node ? new Set([...state.opened, first]) : state.opened
  return reopened(scene, state, { closed, opened, cursor: node })
}

function without(set: ReadonlySet<number>, node: number): Set<number> {
  const rest = new Set(set)
  rest.delete(node)
  return rest
}

/**
 * The meaning of typed text: a condition on an attribute as of `--attr` (`key=value`, `key>=500`), a span id, else part of a
 * name or service. An id may come in each form that `--span` takes.
 */
export function searchFor(scene: Scene, typed: string): Search {
  const text = typed.trim()
  const byText = searchForText(scene, text)
  const id = spanIdIn(text)
  if (id === undefined) return byText
  const hasId = (node: number): boolean => scene.tree.span(node).spanId === id
  // Few digits may as well be a part of a name.
  return { text, fits: (node) => hasId(node) || byText.fits(node) }
}

function searchForText({ tree }: Scene, text: string): Search {
  const [inName, inService] = [tree.names, tree.services].map((words) => holding(words, text))
  const inTexts = (node: number): boolean => inName?.(node) === true || inService?.(node) === true
  const condition = parseCondition(text)
  if (typeof condition === 'string') return { text, fits: inTexts }
  const inAttributes = spanTest({ attributes: [condition] })
  // A statement in a name may look like a condition.
  return { text, fits: remembered(tree.count, (node) => inTexts(node) || inAttributes(tree.span(node))) }
}

/** Whether the text of a node holds `part`: found out once for each of the few different texts. */
function holding(words: InternedTexts, part: string): (node: number) => boolean {
  const wanted = alike(part)
  // A text of marks alone leaves an empty word.
  const fits = words.texts.map((text) => wanted !== '' && alike(text).includes(wanted))
  return (node) => fits[words.indexOf(node)] === true
}

/** Attributes are read and masked when they are asked for: once a search is enough. */
function remembered(count: number, fits: (node: number) => boolean): (node: number) => boolean {
  const known = new Uint8Array(count)
  return (node) => {
    if (known[node] === 0) known[node] = fits(node) ? 1 : 2
    return known[node] === 1
  }
}

/** The nearest row further down (or up) that fits, from the other end when there is none. Undefined: no other row fits. */
export function nextRow(
  scene: Scene,
  state: ViewState,
  fits: (node: number) => boolean,
  step: 1 | -1,
): { readonly state: ViewState; readonly wentRound: boolean } | undefined {
  const { order, placeOf, foldOf, folds } = scene.plan(state.pathOnly)
  const from = placeOf[state.cursor]!
  for (let i = 1; i < order.length; i++) {
    const place = (from + step * i + order.length) % order.length
    const node = order[place]!
    if (!fits(node)) continue
    const first = foldOf[node]!
    // A fold is one row. It is opened only for a member that fits where the first does not.
    const inFold = first >= 0 && first !== node && folds.has(first) && !state.opened.has(first)
    if (inFold && fits(first)) continue
    return { state: revealed(scene, state, node), wentRound: (place - from) * step < 0 }
  }
  return undefined
}

/** What each key does, in the order of need. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Up Down', 'the row above, the row below (also k j)'],
  ['PageUp PageDown', 'a screen up, a screen down (also Space)'],
  ['Home End', 'the first row, the last row (also g G)'],
  ['Right or +', 'unfold; in an open row: to the first row below it (also l)'],
  ['Left or -', 'fold; in a folded row: to the row above it (also h)'],
  ['Enter', 'all about this span: attributes, events, exception, links'],
  ['/', 'find a name, a service, an attribute (key=value, key>=500) or a span id'],
  ['n N', 'next or previous match'],
  ['e E', 'next or previous failed span'],
  ['c', 'only the critical path, or everything again'],
  ['i', 'notes on this trace: clocks, ids, ends and missing parts'],
  ['y', 'copy the shown rows as Markdown'],
  ['o', 'open the trace in the UI of the back end'],
  ['q', 'quit (in details: back to the rows); Ctrl-C quits at once'],
]

export function pageLines(scene: Scene, page: Page, columns: number): readonly string[] {
  if (page.kind === 'details')
    return [...amongLines(scene, page, columns), ...scene.details(page.node, columns)]
  const pen = { width: columns, glyphs: scene.glyphs, style: scene.style }
  return page.kind === 'notes' ? noteLines(scene, pen) : keyLines(scene, pen)
}

function noteLines(scene: Scene, pen: Pen): string[] {
  const lines = scene
    .notes()
    .flatMap((note) => fitLines(note, pen.width - 2, pen.glyphs.ellipsis, Number.POSITIVE_INFINITY))
  return [heading('notes', pen), ...lines.map((line) => pen.style.yellow(`  ${line}`))]
}

/** That a span stands for others. Of spans of unknown duration none is the slowest. */
function amongLines({ tree, glyphs, style }: Scene, { node, among }: Page, columns: number): string[] {
  if (among === undefined) return []
  const which = tree.durationNanos(node) > 0 ? 'slowest' : 'one'
  const text = `${which} of ${count(among, 'equal span')}; in the rows, Right shows each`
  return [...fitLines(text, columns, glyphs.ellipsis, Number.POSITIVE_INFINITY).map(style.dim), '']
}

/** Columns of the keys. With less than as many again for what they do, that stands below them. */
const KEY_COLUMNS = 17

function keyLines(scene: Scene, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const isBeside = width >= 2 + 2 * KEY_COLUMNS
  const indent = blanks(isBeside ? 2 + KEY_COLUMNS : 4)
  const inFull = (text: string, room: number) =>
    fitLines(text, room, glyphs.ellipsis, Number.POSITIVE_INFINITY)
  const marks = [
    scene.signs(Math.max(1, width - MARGIN)),
    ['> the cursor', '+ folded rows', '! folded rows with an error'],
  ]
  return [
    heading('keys', pen),
    ...KEYS.flatMap(([keys, does]) => {
      const [first = '', ...rest] = inFull(does, width - indent.length).map((line) => indent + line)
      return isBeside ? [`  ${keys}${first.slice(2 + keys.length)}`, ...rest] : [`  ${keys}`, first, ...rest]
    }),
    '',
    heading('marks', pen),
    ...marks
      .flatMap((signs) => packed(signs, width - 2))
      .flatMap((line) => (displayWidth(line) <= width - 2 ? [line] : inFull(line, width - 2)))
      .map((line) => style.dim(`  ${line}`)),
  ]
}
