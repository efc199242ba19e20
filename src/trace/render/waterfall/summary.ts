import { count } from '../../../text/count.ts'
import { fitEnd, fitLines, packed } from '../../../text/fit.ts'
import { shownText } from '../../select.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import type { TimeWindow } from '../time/window.ts'
import type { Guides } from './guides.ts'
import { noteLines } from './notes.ts'
import type { Rows } from './rows.ts'
import { causeLines, repeatedLines, slowestLines } from './verdicts.ts'

/**
 * What a reader wants to know first, before rows that may fill many screens: where it broke and where the time went. Each
 * block ends with an empty line.
 */
export function verdictLines(tree: TraceTree, pen: Pen): string[] {
  const blocks = [causeLines(tree, pen), slowestLines(tree, pen), repeatedLines(tree, pen)]
  return blocks.flatMap((block) => (block.length > 0 ? [...block, ''] : []))
}

/** What the rows were drawn with. */
interface LegendOf {
  /** The time that the bars show; undefined without bars. */
  readonly axis: TimeWindow | undefined
  /** Undefined without a tree. */
  readonly guides: Pick<Guides, 'hasChains' | 'hasNumbers'> | undefined
}

/** The flags that chose the rows. */
interface View {
  readonly shown: Uint8Array
  readonly says: string
}

/** What stands below the rows: the legend, what is odd about the trace, and what was not shown. */
export function summaryLines(
  tree: TraceTree,
  rows: Rows,
  pen: Pen,
  { axis, guides, view }: LegendOf & { readonly view: View | undefined },
): string[] {
  const notes = [
    ...noteLines(tree, pen, view?.shown),
    ...foldLines(rows, pen),
    ...viewLines(tree, rows, view?.says, pen),
  ]
  const { width, glyphs, style } = pen
  const signs = legend(tree, rows, { axis, guides }, view?.shown, glyphs)
  const lines = packed(signs, width).map((line) => style.dim(fitEnd(line, width, glyphs.ellipsis)))
  return notes.length > 0 && lines.length > 0 ? [...lines, '', ...notes] : [...lines, ...notes]
}

/** In place of the rows when the flags leave none: verdicts on the whole trace would pass for those on what was asked. */
export function noRowLines(tree: TraceTree, rows: Rows, view: string | undefined, pen: Pen): string[] {
  return [fitEnd('No span fits.', pen.width, pen.glyphs.ellipsis), ...viewLines(tree, rows, view, pen)]
}

/** What the signs in the rows say, as far as they are drawn. */
export function legend(
  tree: TraceTree,
  rows: Rows,
  { axis, guides }: LegendOf,
  shown: Uint8Array | undefined,
  glyphs: Glyphs,
): string[] {
  const signs = axis
    ? [`${glyphs.path} critical path`, `${glyphs.wait} waiting or off it`, `${glyphs.error} error`]
    : []
  if (axis) signs.push(...arrowSigns(tree, axis, shown, glyphs))
  if (axis && rows.folds.size > 0 && glyphs.sum !== '') signs.push(`${glyphs.sum} sum of a fold`)
  if (guides?.hasChains) signs.push(`${glyphs.onlyBranch}only child of the row above`)
  if (guides?.hasNumbers) signs.push(`${glyphs.deeper}N N levels deep`)
  return signs
}

/** The arrows of bars that go on outside of the axis, as far as there are any. */
function arrowSigns(
  tree: TraceTree,
  { startNanos, endNanos }: TimeWindow,
  shown: Uint8Array | undefined,
  { before, after }: Glyphs,
): string[] {
  let [isEarly, isLate] = [false, false]
  for (let node = 0; node < tree.count; node++) {
    if (shown?.[node] === 0) continue
    if (tree.startOf(node) < startNanos) isEarly = true
    if (tree.endOf(node) > endNanos) isLate = true
  }
  return [
    ...(isEarly ? [`${before} began before the axis`] : []),
    ...(isLate ? [`${after} goes on past the axis`] : []),
  ]
}

function foldLines(rows: Rows, { width, glyphs, style }: Pen): string[] {
  const { size } = rows.folds
  if (size === 0) return []
  const hidden = [...rows.folds.values()].reduce((sum, { members }) => sum + members.length, 0)
  const text = `${count(hidden, 'span')} folded into ${count(size, 'row')}; --unfold shows each`
  return fitLines(text, width, glyphs.ellipsis).map((line) => style.dim(line))
}

/** How much the flags hide. */
function viewLines(tree: TraceTree, rows: Rows, view: string | undefined, pen: Pen): string[] {
  if (view === undefined) return []
  const { width, glyphs, style } = pen
  return fitLines(shownText(rows.shown, tree, view), width, glyphs.ellipsis).map((line) => style.dim(line))
}
