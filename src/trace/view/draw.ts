import type { Spot } from '../../ports/terminal.ts'
import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitEnd, fitLines, fitMiddle, padEnd, safeName } from '../../text/fit.ts'
import { UNSTYLED } from '../../text/unstyled.ts'
import { foldFigures, nodeDuration, selfText } from '../render/format-duration.ts'
import { type HeaderFacts, howLong } from '../render/waterfall/head-and-notes.ts'
import { Labels } from '../render/waterfall/label.ts'
import { codeBlock, MARKDOWN_COLUMNS, renderMarkdown } from '../render/waterfall/plain.ts'
import { Guides } from '../render/waterfall/rows.ts'
import { type Drawing, dividerLine, guideRoom, rowLine, titleLine } from '../render/waterfall/waterfall.ts'
import { axisLine } from '../render/window.ts'
import { bodyLines, MARGIN, type Page, pageLines, type Size, scrolled, type ViewState } from './moves.ts'
import { pageRoom } from './press.ts'
import type { Scene } from './scene.ts'

/** The lines of the screen, from the top, and where the terminal's own cursor stands: a screen reader reads there. */
interface Picture {
  readonly lines: readonly string[]
  readonly cursor: Spot
}

/** In less room no waterfall can be read. */
const LEAST: Size = { columns: 24, rows: 6 }

/** Draws the screen: only the rows that fit on it. No line is wider than it, and all text of the trace is safe. */
export function draw(scene: Scene, state: ViewState, size: Size): Picture {
  const { glyphs } = scene
  if (size.columns < LEAST.columns || size.rows < LEAST.rows)
    return { lines: tooSmall(size, glyphs.ellipsis), cursor: { line: 0, column: 0 } }
  return state.page ? drawPage(scene, state, state.page, size) : drawRows(scene, scrolled(state, size), size)
}

/** In as many lines as there are, or in fewer words. */
function tooSmall({ columns, rows }: Size, ellipsis: string): string[] {
  const text = 'The window is too small.'
  const lines = fitLines(text, columns, ellipsis, rows)
  return lines.join(' ') === text ? lines : fitLines('too small', columns, '', rows)
}

function drawPage(scene: Scene, state: ViewState, page: Page, size: Size): Picture {
  const lines = pageLines(scene, page, size.columns)
  const room = pageRoom(size)
  const top = Math.max(0, Math.min(page.top, lines.length - room))
  const shown = lines.slice(top, top + room)
  const part = lines.length > room ? `lines ${top + 1} to ${top + shown.length} of ${lines.length}; ` : ''
  const keys = [`${part}arrows scroll, q goes back`, `${part}q goes back`, 'q goes back']
  const help = keys.find((text) => text.length <= size.columns) ?? ''
  const last = fitEnd(state.message === '' ? help : state.message, size.columns, scene.glyphs.ellipsis)
  const empty = Array<string>(room - shown.length).fill('')
  return { lines: [...shown, ...empty, scene.style.dim(last)], cursor: { line: 0, column: 0 } }
}

function drawRows(scene: Scene, state: ViewState, size: Size): Picture {
  const { tree, window, path, glyphs, style } = scene
  const { rows, top, cursor } = state
  const layout = scene.layout(size.columns - MARGIN)
  const labels = new Labels(tree, rows, glyphs)
  const drawing: Drawing = { tree, rows, labels, layout, window, path, glyphs, style }
  const axis = blanks(MARGIN) + titleLine(layout, axisLine(window, layout.bar, glyphs))
  const lines = [style.bold(headLine(scene, size.columns)), style.dim(axis)]
  const guides = new Guides(tree, rows, guideRoom(layout), glyphs)
  const shown = rows.lines.subarray(top, top + bodyLines(size))
  const first = shown.find((node) => node >= 0)
  if (first !== undefined) guides.startAt(first)
  for (const node of shown) {
    if (node < 0) lines.push(dividerLine(rows.groups[-1 - node]?.heading ?? '', size.columns, glyphs, style))
    else lines.push(rowOf(scene, state, node, guides.of(node), drawing, size.columns))
  }
  while (lines.length < size.rows - 2) lines.push('')
  lines.push(style.bold(statusLine(scene, state, size.columns)))
  const { text, column } = keyLine(scene, state, size.columns)
  lines.push(text)
  const isTyping = column !== undefined
  return {
    lines,
    cursor: isTyping ? { line: size.rows - 1, column } : { line: 2 + lineAt(state, cursor), column: 0 },
  }
}

/** The whole trace in one line; the id is cut first. */
function headLine({ tree, glyphs }: Scene, columns: number): string {
  const facts = [
    howLong(tree, glyphs.micro),
    count(tree.count, 'span'),
    tree.errors > 0 ? `${glyphs.error} ${count(tree.errors, 'error')}` : 'no errors',
    `trace ${tree.trace.traceId}`,
  ]
  return fitEnd(facts.join(glyphs.separator), columns, glyphs.ellipsis)
}

const lineAt = ({ rows, top }: ViewState, node: number): number => rows.lineOf[node]! - top

/** A row with its margin. That of the cursor has a mark too, so that it is found without colour. */
function rowOf(
  { tree, glyphs, style }: Scene,
  { rows, cursor, closed }: ViewState,
  node: number,
  guides: string,
  drawing: Drawing,
  columns: number,
): string {
  const isClosed = closed.has(node) && !tree.isLeaf(node)
  const isFolded = isClosed || rows.fold(node) !== undefined
  const hidesError = isClosed && tree.errorsBelow(node) > Number(tree.hasFailed(node))
  const marks = `${isFolded ? '+' : ' '}${hidesError ? '!' : ' '}`
  if (node !== cursor) return ` ${style.yellow(marks)}${rowLine(node, guides, drawing)}`
  const row = `>${marks}${rowLine(node, guides, { ...drawing, style: UNSTYLED })}`
  const fitted = displayWidth(row) > columns ? fitEnd(row, columns, glyphs.ellipsis) : row
  return style.inverse(padEnd(fitted, columns))
}

/** Columns that the name of the span gets at least. */
const LEAST_NAME = 12

/**
 * Where the cursor is, in words that can be read out: `row 3 of 14: load cart, cart, 60.0ms, folded: 12 spans`.
 * The name is cut first.
 */
function statusLine(scene: Scene, state: ViewState, columns: number): string {
  const { tree, glyphs } = scene
  const { rows, cursor } = state
  const span = tree.span(cursor)
  const [name, whole] = [span.name, span.service].map((text) => safeName(text, glyphs.ellipsis))
  const service = fitMiddle(whole ?? '', Math.max(LEAST_NAME, Math.floor(columns / 4)), glyphs.ellipsis)
  const place = `row ${rowNumber(state)} of ${rows.lines.length - headingsIn(state, rows.lines.length)}: `
  const facts = [service, ...timeFacts(scene, state), ...foldFacts(scene, state)].filter(
    (fact) => fact !== '',
  )
  const rest = facts.map((fact) => `, ${fact}`).join('')
  const room = Math.max(LEAST_NAME, columns - displayWidth(place) - displayWidth(rest))
  const shown = fitMiddle(name || '(no name)', room, glyphs.ellipsis)
  return fitEnd(place + shown + rest, columns, glyphs.ellipsis)
}

/** Counted as a person counts rows: without dividing lines. */
function rowNumber(state: ViewState): number {
  const line = state.rows.lineOf[state.cursor]!
  return line + 1 - headingsIn(state, line)
}

/** Dividing lines among so many lines from the top. */
function headingsIn({ rows }: ViewState, lines: number): number {
  let headings = 0
  let seen = 0
  for (const { heading, nodes } of rows.groups) {
    if (seen >= lines) break
    if (heading !== undefined) headings++
    seen += nodes.length + (heading === undefined ? 0 : 1)
  }
  return headings
}

function timeFacts({ tree, glyphs }: Scene, { rows, cursor }: ViewState): string[] {
  const failed = tree.hasFailed(cursor) ? 'failed' : ''
  const fold = rows.fold(cursor)
  if (fold) {
    const { duration, percentiles, unknown } = foldFigures(fold, tree, glyphs.micro)
    return [
      `${count(fold.members.length, 'equal span')} folded`,
      ...percentiles,
      percentiles.length === 0 ? duration : `sum ${duration}`,
      ...unknown,
      failed,
    ]
  }
  return [nodeDuration(tree, cursor, glyphs.micro), failed]
}

function foldFacts({ tree, glyphs }: Scene, { cursor, closed }: ViewState): string[] {
  if (tree.isLeaf(cursor)) return []
  const below = count(tree.size(cursor) - 1, 'span')
  if (!closed.has(cursor)) return [`${below} below`, selfText(tree, cursor, glyphs.micro)]
  const errors = tree.errorsBelow(cursor) - Number(tree.hasFailed(cursor))
  return [`folded: ${below}${errors > 0 ? `, ${count(errors, 'error')}` : ''}`]
}

/** What the commonest keys do, as many as fit. */
const HINTS = [
  '? keys',
  'q quit',
  'Left Right fold',
  'Enter details',
  '/ find',
  'e error',
  'c path',
  'y copy',
]

/** The last line: typed text, a message, or keys. `column`: where the next character comes, while the person types. */
function keyLine(
  { glyphs, style }: Scene,
  { typed, message, pathOnly }: ViewState,
  columns: number,
): { readonly text: string; readonly column?: number } {
  if (typed !== undefined) {
    const whole = `/${safeName(typed, glyphs.ellipsis)}`
    const text = displayWidth(whole) < columns ? whole : fitMiddle(whole, columns - 1, glyphs.ellipsis)
    return { text, column: displayWidth(text) }
  }
  if (message !== '') return { text: fitEnd(message, columns, glyphs.ellipsis) }
  const hints = pathOnly ? ['critical path only: c shows all', ...HINTS] : HINTS
  let line = ''
  for (const hint of hints) {
    const longer = line === '' ? hint : `${line}   ${hint}`
    if (displayWidth(longer) <= columns) line = longer
  }
  return { text: style.dim(line) }
}

/** More rows are never looked at in an issue or a chat, and no clipboard of a terminal takes them. */
const MOST_ROWS = 1000
/** What xterm takes at most: 100,000 bytes of base64. Others take as much or more. */
const MOST_BYTES = 74_994

/**
 * The shown part as Markdown: the rows, the span whose details are open, or the notes. Undefined: it is too long to be copied.
 */
export function copied(
  scene: Scene,
  state: ViewState,
  source: NonNullable<HeaderFacts['source']>,
): string | undefined {
  const { page, rows, opened } = state
  if (page?.kind === 'details')
    return fitting(codeBlock(scene.details(page.node, MARKDOWN_COLUMNS, UNSTYLED)))
  if (page?.kind === 'notes') return fitting(codeBlock(scene.notes()))
  if (rows.lines.length > MOST_ROWS) return undefined
  const view = isWhole(state) ? {} : { view: { shown: shownNodes(scene, state), says: 'as in trace view' } }
  return fitting(renderMarkdown(scene.tree, { source, opened, ...view }))
}

const isWhole = ({ closed, pathOnly }: ViewState): boolean => closed.size === 0 && !pathOnly

function fitting(lines: readonly string[]): string | undefined {
  const text = `${lines.join('\n')}\n`
  return Buffer.byteLength(text) > MOST_BYTES ? undefined : text
}

/** 1 by node that has a row, or is counted in one. */
function shownNodes({ tree }: Scene, { rows }: ViewState): Uint8Array {
  const shown = new Uint8Array(tree.count)
  for (const node of rows.lines) {
    if (node < 0) continue
    for (const member of rows.fold(node)?.members ?? [node]) shown[member] = 1
  }
  return shown
}
