import { count } from '../../text/count.ts'
import { fitEnd } from '../../text/fit.ts'
import { drawnPath, TimeOnPath } from '../analysis/critical-path.ts'
import type { Scale } from '../formats/output-choices.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { heading } from './fields.ts'
import type { Pen } from './glyphs.ts'
import { spanDetails } from './span-details.ts'
import { type HeaderFacts, headerLines } from './waterfall/header.ts'
import type { Rows } from './waterfall/rows.ts'
import { timeWindow, zeroOf } from './window.ts'

/** A span of a whole trace, when only it and what is below it is drawn. */
export interface Focus {
  readonly tree: TraceTree
  readonly node: number
  readonly scale: Scale
}

/** The header of the whole trace, then the span; of an inner span also the heading for the rows that follow. */
export function* focusHead({ tree, node, scale }: Focus, facts: HeaderFacts, pen: Pen): Generator<string> {
  yield* headerLines(tree, facts, pen)
  yield ''
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  yield* spanDetails({ tree, node, onPath, zeroNanos: zeroOf(timeWindow(tree, scale)), way: 'steps' }, pen)
  if (tree.isLeaf(node)) return
  yield ''
  yield heading(`this span and below: ${tree.size(node)} of ${count(tree.count, 'span')}`, pen)
  yield ''
}

/** Of more rows than this the details of those that matter most are shown, unless all are asked for. */
const MOST_SPANS = 20

/**
 * The details of every span that has a row (`--details`). `focus`: the rows are of the tree below its node, and the details use
 * the whole trace.
 */
export function* detailsOfRows(focus: Focus, rows: Rows, pen: Pen): Generator<string> {
  const { tree, node: first, scale } = focus
  const all = rows.groups
    .flatMap(({ nodes }) => nodes)
    .map((row) => first + slowestOf(rows, row, tree, first))
  const nodes = pen.full || all.length <= MOST_SPANS ? all : mattersMost(tree, all)
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  const zeroNanos = zeroOf(timeWindow(tree, scale))
  for (const node of nodes) {
    yield ''
    yield pen.style.dim(pen.glyphs.rule.repeat(pen.width))
    yield* spanDetails({ tree, node, onPath, zeroNanos, way: 'line' }, pen)
  }
  if (nodes.length === all.length) return
  yield ''
  const left = `details of ${nodes.length} of ${count(all.length, 'row')}, failed or slowest first: --full shows all`
  yield pen.style.dim(fitEnd(left, pen.width, pen.glyphs.ellipsis))
}

/** A fold stands for many spans: the slowest says most. */
function slowestOf(rows: Rows, row: number, tree: TraceTree, first: number): number {
  const members = rows.fold(row)?.members ?? [row]
  const took = (node: number) => tree.span(first + node).durationNanos
  return members.reduce((slowest, member) => (took(member) > took(slowest) ? member : slowest))
}

/** Those that failed, then those with the most self time, in the order of the tree. */
function mattersMost(tree: TraceTree, nodes: readonly number[]): number[] {
  const failed = nodes.filter((node) => tree.hasFailed(node))
  const slow = nodes
    .filter((node) => !tree.hasFailed(node))
    .sort((a, b) => (tree.selfNanos(b) ?? 0) - (tree.selfNanos(a) ?? 0))
  return [...failed, ...slow].slice(0, MOST_SPANS).sort((a, b) => a - b)
}
