import { layRows, planRows, type RowGroup, type Rows, topsOf } from '../render/waterfall/rows.ts'
import type { Fold } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** The rows that there can be, before any is folded or unfolded by hand. */
export interface Plan {
  readonly tops: readonly RowGroup[]
  /** 1 by node that can have a row; undefined: all can. */
  readonly shown: Uint8Array | undefined
  /** Equal siblings that share a row until it is opened, by the first of them. */
  readonly folds: ReadonlyMap<number, Fold>
  /** By node: the first of the fold that it is a member of, -1 for none. */
  readonly foldOf: Int32Array
  /** All nodes in the order of their rows when everything is open. */
  readonly order: Int32Array
  /** By node: its place in `order`, -1 for none. */
  readonly placeOf: Int32Array
}

/** Which rows are open. */
export interface Openness {
  /** Folds of siblings that were opened, by the first member. */
  readonly opened: ReadonlySet<number>
  /** Nodes below which nothing is shown. */
  readonly closed: ReadonlySet<number>
}

/** The rows at one moment, by line from the top. */
export interface OpenRows extends Rows {
  /** A node, or -1 less the number of the group whose dividing line it is. */
  readonly lines: Int32Array
  /** By node: its line, -1 for none. */
  readonly lineOf: Int32Array
}

/** Plans the rows of a tree: of all nodes, or of those that are `shown` (1 by node, their ancestors too). */
export function openPlan(tree: TraceTree, shown: Uint8Array | undefined): Plan {
  const { folds } = planRows(tree, true, shown)
  const foldOf = new Int32Array(tree.count).fill(-1)
  for (const [first, { members }] of folds) for (const member of members) foldOf[member] = first
  const tops = topsOf(tree, (node) => shown?.[node] !== 0)
  const bare = { tops, shown, folds, foldOf }
  const all = openRows(tree, bare, { opened: new Set(folds.keys()), closed: new Set() })
  const order = all.lines.filter((node) => node >= 0)
  const placeOf = new Int32Array(tree.count).fill(-1)
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place
  return { ...bare, order, placeOf }
}

/** The rows of a plan, as they are opened and closed now. One pass over all nodes. */
export function openRows(
  tree: TraceTree,
  { tops, shown, folds, foldOf }: Pick<Plan, 'tops' | 'shown' | 'folds' | 'foldOf'>,
  { opened, closed }: Openness,
): OpenRows {
  const hidden = new Uint8Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const first = foldOf[node]!
    if (shown?.[node] === 0 || (first >= 0 && first !== node && !opened.has(first))) hidden[node] = 1
  }
  const shut = opened.size === 0 ? folds : new Map([...folds].filter(([first]) => !opened.has(first)))
  const rows = layRows(tree, tops, shut, hidden, tree.count, closed)
  const headings = rows.groups.filter(({ heading }) => heading !== undefined).length
  const lines = new Int32Array(headings + rows.groups.reduce((sum, { nodes }) => sum + nodes.length, 0))
  const lineOf = new Int32Array(tree.count).fill(-1)
  let line = 0
  rows.groups.forEach(({ heading, nodes }, group) => {
    if (heading !== undefined) lines[line++] = -1 - group
    for (const node of nodes) {
      lineOf[node] = line
      lines[line++] = node
    }
  })
  return { ...rows, lines, lineOf }
}
