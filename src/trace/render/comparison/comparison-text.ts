import type { Style } from '../../../ports/terminal.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { linesInView } from '../../compare/rows-in-view.ts'
import { glyphsFor, WORDS } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import { causeLines } from './causes-list.ts'
import { foldLines, treeLines } from './merged-tree.ts'
import { type SideLabels, sideLines, thresholdLines, verdictLines } from './verdict.ts'

/** How a comparison is drawn; no line is wider than `width`. */
export interface ComparisonOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  readonly labels: SideLabels
  /** Leave nothing out. */
  readonly full: boolean
  /** Gets the heads of the columns that found no room. */
  readonly leftOut?: string[]
  /** In words and blanks: signs of a tree tell a model no more. */
  readonly forAgent?: boolean
}

const BLANKS = { ...WORDS, branch: '  ', lastBranch: '  ', onlyBranch: '  ', rail: '  ' }

/** The lines for people: verdict, sides, the ranked few, the merged tree, and what was left out. */
export function* renderComparison(comparison: Comparison, options: ComparisonOptions): Generator<string> {
  const { width, unicode, style, full, labels, forAgent } = options
  const glyphs = forAgent ? BLANKS : glyphsFor(unicode)
  const pen: Pen = { width, glyphs, style, full, ...(forAgent && { more: '' }) }
  yield* verdictLines(comparison, pen)
  yield ''
  yield* sideLines(comparison, labels, pen)
  yield ''
  const ranked = causeLines(comparison, pen)
  if (ranked.length > 0) {
    yield* ranked
    yield ''
  }
  const lines = linesInView(comparison.rows, full)
  yield* treeLines(comparison, lines, pen, options.leftOut)
  yield ''
  yield* foldLines(lines, pen)
  if (!forAgent) yield* thresholdLines(comparison, pen)
}
