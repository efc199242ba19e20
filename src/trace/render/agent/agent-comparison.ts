import type { Comparison } from '../../compare/comparison.ts'
import { linesInView } from '../../compare/rows-in-view.ts'
import { causeLines } from '../comparison/causes-list.ts'
import { foldLines, treeLines } from '../comparison/merged-tree.ts'
import { type SideLabels, sideLines, thresholdLines, verdictLines } from '../comparison/verdict.ts'
import type { Pen } from '../pen.ts'
import { type AskingForMore, agentPen } from './agent-text.ts'
import { ABOUT_DATA, bytesOf, dataBlock, dataLine, withinBytes } from './data-block.ts'
import { MOST_BYTES } from './limits.ts'

/** Bytes of the parts above the tree, which gets what is left. */
const BYTES = { verdict: 2048, causes: 4096, told: 2048 }

/** What is said beside a comparison. */
interface Beside {
  readonly more: AskingForMore
  readonly notes: readonly string[]
  readonly told?: readonly string[]
}

/**
 * What differs between two traces in at most {@link MOST_BYTES}: both sides, then in a data block the verdict, where the
 * difference comes from and the merged tree of what changed, then how to ask for more. `notes`: lines about the sides, ours;
 * `told`: those that may quote a server.
 */
export function agentComparison(
  comparison: Comparison,
  labels: SideLabels,
  { more, notes, told = [] }: Beside,
): string {
  const pen = indenting(agentPen(more.lists))
  const facts = [...sideLines(comparison, labels, pen).map(dataLine), ...notes, ABOUT_DATA, '']
  const causes = withinBytes(causeLines(comparison, pen), BYTES.causes)
  const above = [
    ...withinBytes(verdictLines(comparison, pen), BYTES.verdict),
    ...withinBytes(told, BYTES.told),
    '',
    ...(causes.length === 0 ? [] : [...causes, '']),
  ]
  const lines = linesInView(comparison.rows, false)
  const end = ['', ...foldLines(lines, pen), ...thresholdLines(comparison, pen), ...more.steps]
  const room = MOST_BYTES - bytesOf([...facts, ...dataBlock(above), ...end])
  const tree = withinBytes([...treeLines(comparison, lines, pen)], room)
  return `${[...facts, ...dataBlock([...above, ...tree]), ...end].join('\n')}\n`
}

/** Levels as blanks: marks of a tree are drawn with signs that are escaped in a block, and tell a model no more. */
const indenting = (pen: Pen): Pen => ({
  ...pen,
  glyphs: { ...pen.glyphs, branch: '  ', lastBranch: '  ', onlyBranch: '  ', rail: '  ' },
})
