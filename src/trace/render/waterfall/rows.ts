import { groupBy } from '../../group.ts'
import { FOLD_FROM, type Fold, foldSiblings } from '../../tree/fold.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'

/** Consecutive rows; those that hang on no root have a dividing line above them. */
export interface RowGroup {
  /** The text of the dividing line; undefined for none. */
  readonly heading: string | undefined
  /** The nodes that have a row, from top to bottom: ancestors before descendants. */
  readonly nodes: readonly number[]
}

/** Which nodes have a row of their own, and which are only counted in a fold. */
export interface Rows {
  readonly groups: readonly RowGroup[]
  /** By the node that stands for the fold: its first member. */
  readonly folds: ReadonlyMap<number, Fold>
  readonly shown: number
  /** What a row stands for, if it is more than its own span. */
  fold(node: number): Fold | undefined
  /** Whether it is the last row among its siblings: its guide turns the corner. */
  isLast(node: number): boolean
}

/**
 * Every span of the tree, in the order it is shown: in a row of its own or counted in a fold. With `shown` (1 by node;
 * it must contain every ancestor of its nodes), only those in it. Folds
 * that are `opened`, by their first member, are not folded.
 */
export function planRows(
  tree: TraceTree,
  fold: boolean,
  shown?: Uint8Array,
  opened?: ReadonlySet<number>,
): Rows {
  const groups = topsOf(tree, (node) => shown?.[node] !== 0)
  // 1: it has no row.
  const hidden = shown ? shown.map((seen) => 1 - seen) : new Uint8Array(tree.count)
  const folds = new Map<number, Fold>()
  const foldAmong = (siblings: readonly number[]) => {
    for (const found of foldSiblings(tree, siblings)) {
      const first = found.members[0]!
      if (opened?.has(first)) continue
      folds.set(first, found)
      for (const member of found.members.slice(1)) hidden[member] = 1
    }
  }
  if (fold) {
    for (const { nodes } of groups) foldAmong(nodes)
    for (let node = 0; node < tree.count; node++) {
      if (tree.size(node) <= FOLD_FROM) continue
      foldAmong(shown ? tree.children(node).filter((child) => shown[child]) : tree.children(node))
    }
  }
  return layRows(tree, groups, folds, hidden, shown ? shown.reduce((sum, seen) => sum + seen, 0) : tree.count)
}

/**
 * The rows below topmost nodes. `hidden`: 1 by node that has no row, nor has anything below it. `closed`: nodes that have
 * a row, while nothing below them has.
 */
export function layRows(
  tree: TraceTree,
  tops: readonly RowGroup[],
  folds: ReadonlyMap<number, Fold>,
  hidden: Uint8Array,
  shown: number,
  closed?: ReadonlySet<number>,
): Rows {
  const groups = tops.map(({ heading, nodes }) => ({
    heading,
    nodes: rowsBelow(tree, nodes, hidden, closed),
  }))
  const last = lastRows(tree, groups)
  // Asked many times per row, and few nodes are folds: faster than the map.
  const isFold = new Uint8Array(tree.count)
  for (const node of folds.keys()) isFold[node] = 1
  return {
    groups,
    folds,
    shown,
    fold: (node) => (isFold[node] === 1 ? folds.get(node) : undefined),
    isLast: (node) => last[node] === 1,
  }
}

export function topsOf(tree: TraceTree, isShown: (node: number) => boolean): RowGroup[] {
  const groups: RowGroup[] = [{ heading: undefined, nodes: tree.roots.filter(isShown) }]
  const detached = tree.detached.filter(isShown)
  const orphans = detached.filter((node) => tree.place(node) === 'orphan')
  for (const [parentId, nodes] of groupBy(orphans, (node) => tree.span(node).parentId)) {
    const spans = nodes.length === 1 ? '1 span' : `${nodes.length} spans`
    groups.push({ heading: `${spans} under ${parentId}, which is not in the trace`, nodes })
  }
  const cycles = detached.filter((node) => tree.place(node) === 'cycle')
  if (cycles.length > 0) {
    groups.push({ heading: 'parents form a cycle, cut at its earliest span', nodes: cycles })
  }
  return groups
}

function rowsBelow(
  tree: TraceTree,
  tops: readonly number[],
  hidden: Uint8Array,
  closed?: ReadonlySet<number>,
): number[] {
  const rows: number[] = []
  for (const top of tops) {
    const end = tree.after(top)
    for (let node = top; node < end; ) {
      if (hidden[node] === 1) node = tree.after(node)
      else {
        rows.push(node)
        node = closed?.has(node) ? tree.after(node) : node + 1
      }
    }
  }
  return rows
}

function lastRows(tree: TraceTree, groups: readonly RowGroup[]): Uint8Array {
  const last = new Uint8Array(tree.count)
  // 1 by parent: a row among its children was met, coming from below.
  const met = new Uint8Array(tree.count)
  for (const { nodes } of groups) {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const parent = tree.parent(nodes[i]!)
      if (parent >= 0 && met[parent] === 1) continue
      last[nodes[i]!] = 1
      if (parent >= 0) met[parent] = 1
    }
  }
  return last
}
