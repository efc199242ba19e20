import { displayWidth } from '../../text/display-width.ts'
import { fitEnd, fitMiddle, safeName } from '../../text/fit.ts'
import { markup } from '../../text/markup.ts'
import { UNSTYLED } from '../../text/unstyled.ts'
import { type CriticalPath, drawnPath } from '../analysis/critical-path.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { foldFigures, spanDuration } from './format-duration.ts'
import { glyphsFor, type Pen } from './glyphs.ts'
import { barSections, COLOURS, type GraphicOptions, outsideText, windowOf } from './graphic.ts'
import { headerLines, noteLines } from './waterfall/head-and-notes.ts'
import { type Levels, planLevels, planRows, type Rows } from './waterfall/rows.ts'
import { noRowLines } from './waterfall/summary.ts'
import { stepAt, type TimeWindow, ticksOf } from './window.ts'

// All in pixels. A column is what a character of a monospaced font of 12 pixels takes, with a little to spare.
const WIDTH = 1200
const MARGIN = 10
const ROW = 18
const COLUMN = 7.3
const LABEL = 470
const DURATION = 70
const BARS = WIDTH - 2 * MARGIN - LABEL - DURATION - 8
const INDENT = 12
const BARS_FROM = MARGIN + LABEL + DURATION + 8

/** Columns of the lines above and below the rows. */
const TEXT_COLUMNS = Math.floor((WIDTH - 2 * MARGIN) / COLUMN)
const PEN: Pen = { width: TEXT_COLUMNS, glyphs: glyphsFor(true), style: UNSTYLED }
const { ellipsis, onlyBranch } = PEN.glyphs

interface Picture {
  readonly tree: TraceTree
  readonly rows: Rows
  readonly levels: Levels
  readonly path: CriticalPath
  readonly window: TimeWindow
}

/**
 * The waterfall as a picture (SVG 1.1), with the rows and folds of the terminal. It names generic fonts only, loads nothing,
 * and tells a screen reader its title and facts. Every text of the trace goes through {@link markup}.
 */
export function* renderSvg(tree: TraceTree, options: GraphicOptions): Generator<string> {
  const { source, clocks, fold = true, view } = options
  const window = windowOf(tree, options)
  const rows = planRows(tree, fold, view?.shown)
  const levels = planLevels(tree, rows, 30)
  const { path } = drawnPath(tree)
  const facts = { ...(source && { source: { name: source.name } }), ...(clocks && { clocks }) }
  const head = headerLines(tree, facts, PEN)
  const isEmpty = view !== undefined && rows.shown === 0
  const only = isEmpty ? noRowLines(tree, rows, view.says, PEN) : view ? [`only: ${view.says}`] : []
  const above = [...head, ...only]
  const below = isEmpty ? [] : [LEGEND, ...noteLines(tree, PEN, view?.shown)]
  const count = rows.groups.reduce((sum, { heading, nodes }) => sum + nodes.length + (heading ? 1 : 0), 0)
  yield* headMarkup(tree, head, (above.length + 1 + count + below.length) * ROW + 3 * MARGIN)
  let y = MARGIN
  const next = () => {
    y += ROW
    return y
  }
  for (const line of above) yield textAt(MARGIN, next(), fitEnd(line, TEXT_COLUMNS, ellipsis))
  if (!isEmpty) yield axisMarkup(window, next(), count * ROW)
  for (const { heading, nodes } of rows.groups) {
    if (heading !== undefined) yield textAt(MARGIN, next(), fitEnd(heading, TEXT_COLUMNS, ellipsis), SOFT)
    for (const node of nodes) yield rowMarkup(node, next(), { tree, rows, levels, path, window })
  }
  y += MARGIN
  for (const line of below) yield textAt(MARGIN, next(), fitEnd(line, TEXT_COLUMNS, ellipsis), SOFT)
  yield '</svg>\n'
}

const LEGEND = 'high bars: critical path; thin bars: off the path; ✗ error'
const SOFT = ' fill="#5b626b"'
const RED = ' fill="#b3161b"'

function* headMarkup(tree: TraceTree, head: readonly string[], height: number): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="monospace" font-size="12" fill="#1c1e21" xml:space="preserve">\n`
  yield `<title id="title">${markup(`Trace ${tree.trace.traceId}`)}</title>\n<desc id="desc">${markup(head.join(' '))}</desc>\n`
  yield `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n`
}

function textAt(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes}>${markup(text)}</text>\n`
}

function axisMarkup(window: TimeWindow, y: number, height: number): string {
  const ticks = ticksOf(window, Math.floor(BARS / COLUMN), 'µs').map(({ nanos, label }) => {
    const x = BARS_FROM + stepAt(window, nanos, BARS)
    const end = x + displayWidth(label) * COLUMN > WIDTH - MARGIN ? ' text-anchor="end"' : ''
    const line = `<line x1="${x}" x2="${x}" y1="${y - 10}" y2="${y + height + 5}" stroke="#d9dde2"/>\n`
    return line + textAt(x + (end === '' ? 3 : -3), y, label, SOFT + end)
  })
  return ticks.join('')
}

function rowMarkup(node: number, y: number, picture: Picture): string {
  const { tree, rows, levels, path, window } = picture
  const span = tree.span(node)
  const found = rows.fold(node)
  const failed = tree.hasFailed(node)
  const x = MARGIN + Math.min(levels.of(node) * INDENT, LABEL / 2)
  const mark = `${levels.isChained(node) ? onlyBranch : ''}${failed ? '✗ ' : ''}`
  const times = found ? `${found.members.length}× ` : ''
  const name = mark + times + safeName(span.name === '' ? '(no name)' : span.name, ellipsis)
  const columns = Math.floor((MARGIN + LABEL - x) / COLUMN)
  const service = serviceOf(node, tree)
  const nameColumns = Math.max(Math.floor(columns / 2), columns - displayWidth(service) - 2)
  const fitted = fitMiddle(name, nameColumns, ellipsis)
  const room = columns - displayWidth(fitted) - 2
  const figures = found && foldFigures(found, tree)
  const isSum = figures !== undefined && figures.percentiles.length > 0
  const duration = (isSum ? 'Σ' : '') + (figures?.duration ?? spanDuration(span))
  const tooltip = [name, span.service, duration, ...(figures?.unknown ?? [])].join(', ')
  const bars = barSections(tree, found?.members ?? [node], path, window, { steps: BARS, least: 1 })
  const fill = failed ? RED : ` fill="${COLOURS[tree.services.indexOf(node) % COLOURS.length]}"`
  return [
    `<g><title>${markup(tooltip)}</title>\n`,
    textAt(x, y, fitted, failed ? RED : ''),
    service === '' || room < Math.min(4, displayWidth(service))
      ? ''
      : textAt(MARGIN + LABEL, y, fitEnd(service, room, ellipsis), `${SOFT} text-anchor="end"`),
    textAt(MARGIN + LABEL + DURATION, y, duration, ' text-anchor="end"'),
    ...bars.map(({ from, length, isPath }) => {
      const size = isPath ? `y="${y - 10}" height="12"` : `y="${y - 6}" height="4"`
      return `<rect x="${BARS_FROM + from}" width="${length}" ${size}${fill}/>\n`
    }),
    bars.length > 0
      ? ''
      : textAt(WIDTH - MARGIN, y, outsideText(tree, node, window), `${SOFT} text-anchor="end"`),
    '</g>\n',
  ].join('')
}

/** Where it differs from the parent's. */
function serviceOf(node: number, tree: TraceTree): string {
  const parent = tree.parent(node)
  if (parent >= 0 && tree.services.indexOf(parent) === tree.services.indexOf(node)) return ''
  return safeName(tree.span(node).service, ellipsis)
}
