import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { fitEnd, fitMiddle, safeName } from '../../text/fit.ts'
import { foldFigures } from '../render/fold-figures.ts'
import { nodeDuration, selfText } from '../render/span-duration.ts'
import type { Scene } from './scene.ts'
import type { ViewState } from './state.ts'

/** Columns that the name of the span gets at least. */
const LEAST_NAME = 12

/**
 * Where the cursor is, in words that can be read out: `row 3 of 14: load cart, cart, 60.0ms, folded: 12 spans`.
 * The name is cut first.
 */
export function statusLine(scene: Scene, state: ViewState, columns: number): string {
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

/** The last line: what is typed, a message, or keys. `column`: where the next character comes, while something is typed. */
export function keyLine(
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
