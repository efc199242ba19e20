import { isFold } from '../fold.ts'
import type { TraceTree } from '../tree.ts'
import { fitEnd, wrap } from './fit.ts'
import { count } from './header.ts'
import { noteLines } from './notes.ts'
import type { Pen } from './pen.ts'
import { isDivider, type Row } from './rows.ts'
import { causeLines, repeatedLines, slowestLines } from './verdicts.ts'
import { displayWidth } from './width.ts'
import type { TimeWindow } from './window.ts'

/** What a reader wants to know after the rows: legend, where the time went, where it broke, and what was not shown. */
export function summaryLines(
  tree: TraceTree,
  rows: readonly Row[],
  window: TimeWindow,
  pen: Pen,
  { bars, view }: { readonly bars: boolean; readonly view: string | undefined } = {
    bars: true,
    view: undefined,
  },
): string[] {
  const blocks = [causeLines(tree, pen), slowestLines(tree, window, pen), repeatedLines(tree, pen)]
  const notes = [
    ...noteLines(tree, window, pen),
    ...foldLines(rows, pen),
    ...viewLines(tree, rows, view, pen),
  ]
  const lines = bars ? [...legend(rows, pen)] : []
  for (const block of [...blocks, notes]) {
    if (block.length > 0) lines.push(...(lines.length > 0 ? [''] : []), ...block)
  }
  return lines
}

function legend(rows: readonly Row[], { width, glyphs, style }: Pen): string[] {
  const folds = rows.some((row) => !isDivider(row) && isFold(row.item))
  const signs = [`${glyphs.path} critical path`, `${glyphs.wait} waiting or off it`, `${glyphs.error} error`]
  if (folds && glyphs.sum !== '') signs.push(`${glyphs.sum} sum of a fold`)
  const line = signs.join('   ')
  const lines =
    displayWidth(line) <= width ? [line] : signs.map((sign) => fitEnd(sign, width, glyphs.ellipsis))
  return lines.map((text) => style.dim(text))
}

function foldLines(rows: readonly Row[], { width, glyphs, style }: Pen): string[] {
  const folds = rows.flatMap((row) => (!isDivider(row) && isFold(row.item) ? [row.item.members.length] : []))
  if (folds.length === 0) return []
  const hidden = folds.reduce((sum, members) => sum + members, 0)
  const text = `${count(hidden, 'span')} folded into ${count(folds.length, 'row')}; --unfold shows each`
  return wrap(text, width, glyphs.ellipsis).map((line) => style.dim(line))
}

/** What the flags have taken out of sight. */
function viewLines(tree: TraceTree, rows: readonly Row[], view: string | undefined, pen: Pen): string[] {
  if (view === undefined) return []
  const { width, glyphs, style } = pen
  const shown = rows.reduce((sum, row) => {
    if (isDivider(row)) return sum
    return sum + (isFold(row.item) ? row.item.members.length : 1)
  }, 0)
  const text = `${shown} of ${count(tree.nodes.length, 'span')} shown (${view}); without these flags, all`
  return wrap(text, width, glyphs.ellipsis).map((line) => style.dim(line))
}
