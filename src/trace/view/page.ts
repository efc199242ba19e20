import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitLines, packed } from '../../text/fit.ts'
import type { Pen } from '../render/pen.ts'
import { heading } from '../render/span-details/heading.ts'
import type { Scene } from './scene.ts'
import { MARGIN, type Page } from './state.ts'

/** What each key does, in the order of need. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Up Down', 'the row above, the row below (also k j)'],
  ['PageUp PageDown', 'a screen up, a screen down (also Space)'],
  ['Home End', 'the first row, the last row (also g G)'],
  ['Right or +', 'unfold; in an open row: to the first row below it (also l)'],
  ['Left or -', 'fold; in a folded row: to the row above it (also h)'],
  ['Enter', 'all about this span: attributes, events, exception, links'],
  ['/', 'find: a part of a name or a service, key=value or key>=500 of an attribute, or a span id'],
  ['n N', 'find the next one, the one before'],
  ['e E', 'the next failed span, the one before'],
  ['c', 'only the critical path, or everything again'],
  ['i', 'what is odd about this trace: its clocks, ids and ends, and what is missing of it'],
  ['y', 'copy what is shown as Markdown'],
  ['o', 'open the trace in the UI of the back end'],
  ['q', 'quit (in details: back to the rows); Ctrl-C quits at once'],
]

/** The lines of a page, each at most so wide. */
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

/** That a span stands for others. Of spans whose durations nobody knows none is the slowest. */
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
    ['> the cursor', '+ folded: there is more', '! an error in what is folded'],
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
