import { count } from '../../../text/count.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { blanks, fitEnd, fitMiddle, safeName } from '../../../text/fit.ts'
import { UNSTYLED } from '../../../text/unstyled.ts'
import { type DrawnPath, drawnPath } from '../../analysis/critical-path.ts'
import { rowFacts } from '../../gen-ai.ts'
import { isEndless } from '../../tree/span-facts.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { foldFigures, formatDuration, selfText, spanDuration } from '../format-duration.ts'
import { type Glyphs, type Pen, WORDS } from '../glyphs.ts'
import { timeWindow, zeroOf } from '../window.ts'
import { topLines } from './head-and-notes.ts'
import { planRows, type Rows } from './rows.ts'
import { noRowLines, summaryLines, verdictLines } from './summary.ts'
import { RowIds, renderWaterfall, type WaterfallOptions } from './waterfall.ts'

/** Columns a name keeps, whatever stands after it. */
const LEAST_NAME = 12
const FIRST_FACTS = 3

/** A trace whose rows are written as text; no row is wider than `width`. */
export interface PlainTrace {
  readonly tree: TraceTree
  readonly rows: Rows
  readonly drawn: DrawnPath
  /** The moment that offsets count from. */
  readonly zero: number
  readonly width: number
  readonly glyphs: Glyphs
}

/**
 * A trace as indented text for screen readers and grep: one line per span with everything about it, in words. It has no drawing
 * characters and no colour. Folds and the summary are those of the waterfall.
 */
export function* renderPlain(
  tree: TraceTree,
  options: Omit<WaterfallOptions, 'unicode' | 'style' | 'bars'>,
): Generator<string> {
  const { width, fold = true, view, scale, full = false } = options
  const pen: Pen = { width, glyphs: WORDS, style: UNSTYLED, full }
  const window = timeWindow(tree, scale)
  yield* topLines(tree, options, pen)
  if (options.head && tree.count === 1) return
  if (tree.count === 0) return yield fitEnd('The trace holds no spans.', width, pen.glyphs.ellipsis)
  const rows = planRows(tree, fold, view?.shown)
  if (rows.shown === 0) return yield* noRowLines(tree, rows, view?.says, pen)
  yield* verdictLines(tree, pen)
  const drawn = drawnPath(tree)
  const ids = new RowIds(tree, options.showIds === true, width)
  const room = width - ids.columns
  const telling: PlainTrace = { tree, rows, drawn, zero: zeroOf(window), width: room, glyphs: pen.glyphs }
  for (const { heading, nodes } of rows.groups) {
    if (heading !== undefined) yield fitEnd(`${heading}:`, width, pen.glyphs.ellipsis)
    for (const node of nodes) {
      yield ids.before(node) + spanLine(node, telling)
      if (ids.isBelow) yield `  ${tree.span(node).spanId}`
    }
  }
  yield ''
  yield* summaryLines(tree, rows, pen, { axis: undefined, guides: undefined, view })
  if (options.foot) yield* options.foot(pen, rows)
}

/** The row of a node as indented text: its name, then its facts in words, as many as there is room for. */
export function spanLine(node: number, telling: PlainTrace): string {
  const { tree, rows, width, glyphs } = telling
  const span = tree.span(node)
  const fold = rows.fold(node)
  const times = fold ? `${fold.members.length}${glyphs.times} ` : ''
  const mark = span.status === 'error' ? `${glyphs.error} ` : ''
  const indent = indentOf(tree.depth(node), width) + mark
  const name = times + safeName(span.name === '' ? '(no name)' : span.name, glyphs.ellipsis)
  const facts = factsOf(node, telling)
  const roomBeside = () => width - displayWidth(`${indent}  ${facts.join('  ')}`)
  // Facts are dropped from the end: the last ones for a whole name, the first ones for the beginning of one.
  while (facts.length > FIRST_FACTS && roomBeside() < displayWidth(name)) facts.pop()
  while (facts.length > 1 && roomBeside() < LEAST_NAME) facts.pop()
  const rest = `  ${facts.join('  ')}`
  const room = Math.max(1, width - displayWidth(indent + rest))
  return fitEnd(indent + fitMiddle(name, room, glyphs.ellipsis) + rest, width, glyphs.ellipsis)
}

/** Two blanks a level, up to a quarter of the line; deeper levels are written as a number. */
function indentOf(depth: number, width: number): string {
  if (depth * 2 <= width / 4) return blanks(depth * 2)
  return `(level ${depth + 1}) `
}

/** In the order of what a reader misses most when it is left out. */
function factsOf(node: number, { tree, rows, drawn, zero, glyphs }: PlainTrace): string[] {
  const span = tree.span(node)
  const fold = rows.fold(node)
  const duration = (nanos: number) => formatDuration(nanos, glyphs.micro)
  const late = tree.startOf(node) - zero
  const service = safeName(span.service, glyphs.ellipsis)
  const at = `at ${late < 0 ? '-' : ''}${duration(Math.abs(late))}`
  if (fold) {
    const { duration: sum, percentiles, unknown } = foldFigures(fold, tree, glyphs.micro)
    return [percentiles.length === 0 ? sum : `${sum} in all`, service, at, ...unknown, ...percentiles]
  }
  const waited = drawn.path.sectionsOf(node).reduce((sum, [from, to]) => sum + to - from, 0)
  const facts = rowFacts(tree.trace, span)
  const whose = drawn.isOfTrace(node) ? '' : ' of its part'
  return [
    spanDuration(span, glyphs.micro),
    ...(service === '' ? [] : [service]),
    ...(facts === '' ? [] : [facts]),
    at,
    ...(waited > 0 ? [`critical ${duration(waited)}${whose}`] : []),
    ...(tree.isLeaf(node) || isEndless(span) ? [] : [selfText(tree, node, glyphs.micro)]),
  ]
}

/** Wide enough for a waterfall, narrow enough for the text column of an issue tracker. */
export const MARKDOWN_COLUMNS = 100

/**
 * A trace for an issue or a chat: a heading, the facts, and the waterfall in a code block. Always 100 columns wide and
 * without colour or age, so that it is the same wherever it is made.
 */
export function renderMarkdown(
  tree: TraceTree,
  { source, ...options }: Omit<WaterfallOptions, 'width' | 'unicode' | 'style' | 'now'>,
): string[] {
  const lines = [
    ...renderWaterfall(tree, { ...options, width: MARKDOWN_COLUMNS, unicode: true, style: UNSTYLED }),
  ]
  const facts = [
    count(tree.count, 'span'),
    count(tree.services.texts.length, 'service'),
    count(tree.errors, 'error'),
  ]
  return [
    `## Trace ${tree.trace.traceId}`,
    '',
    facts.join(', ') + (source?.link === undefined ? '' : `: <${source.link}>`),
    '',
    ...codeBlock(lines),
  ]
}

/** Lines as a block of code. They may hold backticks: the fence is longer than any run of them. */
export function codeBlock(lines: readonly string[]): string[] {
  const runs = lines.join('\n').match(/`+/g) ?? []
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3))
  return [`${fence}text`, ...lines, fence]
}
