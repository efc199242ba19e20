import { type Fold, foldSiblings, isFold } from '../fold.ts'
import { groupBy } from '../group.ts'
import type { TraceNode, TraceTree } from '../tree.ts'

/** A row of the waterfall: one span, or several equal ones. */
export interface TreeRow {
  readonly item: TraceNode | Fold
  /** The row of the parent span; undefined for a top span. */
  readonly above: TreeRow | undefined
  /** The last among its siblings: its guide turns the corner. */
  readonly last: boolean
  /** Levels below the top. */
  readonly depth: number
}

/** A line across the waterfall over spans that hang on nothing. */
export interface Divider {
  readonly says: string
}

/** One row of the waterfall. */
export type Row = TreeRow | Divider

/**
 * Every span of the tree, in the order it is shown: each in a row of its own or counted in a fold. With `shown`, only
 * those in it.
 */
export function layRows(tree: TraceTree, fold: boolean, shown?: ReadonlySet<TraceNode>): Row[] {
  const visible = (nodes: readonly TraceNode[]) =>
    shown === undefined ? nodes : nodes.filter((node) => shown.has(node))
  const layTops = (tops: readonly TraceNode[]) => layTree(tops, fold, visible)
  const parts: Row[][] = [layTops(visible(tree.roots))]
  const detached = visible(tree.detached)
  const orphans = detached.filter((node) => node.place === 'orphan')
  for (const [parentId, group] of groupBy(orphans, (node) => node.span.parentId)) {
    const spans = group.length === 1 ? '1 span' : `${group.length} spans`
    parts.push([{ says: `${spans} under ${parentId}, which is not in the trace` }], layTops(group))
  }
  const cycles = detached.filter((node) => node.place === 'cycle')
  if (cycles.length > 0) {
    parts.push([{ says: 'parents lead in a circle, cut at its earliest span' }], layTops(cycles))
  }
  return parts.flat()
}

/** Tells a divider from a row of spans. */
export function isDivider(row: Row): row is Divider {
  return 'says' in row
}

type Visible = (nodes: readonly TraceNode[]) => readonly TraceNode[]

function layTree(tops: readonly TraceNode[], fold: boolean, visible: Visible): Row[] {
  const rows: TreeRow[] = []
  const stack = rowsOf(tops, undefined, fold).reverse()
  for (let row = stack.pop(); row; row = stack.pop()) {
    rows.push(row)
    if (isFold(row.item)) continue
    const below = rowsOf(visible(row.item.children), row, fold)
    for (let i = below.length - 1; i >= 0; i--) stack.push(below[i] as TreeRow)
  }
  return rows
}

function rowsOf(siblings: readonly TraceNode[], above: TreeRow | undefined, fold: boolean): TreeRow[] {
  const items = fold ? foldSiblings(siblings) : siblings
  const depth = above ? above.depth + 1 : 0
  return items.map((item, i) => ({ item, above, last: i === items.length - 1, depth }))
}
