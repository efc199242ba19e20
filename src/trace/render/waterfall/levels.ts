import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Rows } from './rows.ts'

/** Columns of one level of guides. */
export const LEVEL_COLUMNS = 2

/** What is indented: nodes are numbers, a parent's before those of its children. */
export type LevelTree = Pick<TraceTree, 'count' | 'depth' | 'parent'>
/** Which of the nodes have a row. */
export type LevelRows = Pick<Rows, 'groups' | 'isLast'>

/** How far rows are indented. */
export interface Levels {
  /** The level of a node that has a row; 0 for a top. */
  of(node: number): number
  /** It stands on the level of the row above it, its parent. Marked, since no corner tells whose child it is. */
  isChained(node: number): boolean
  /** Whether there are such nodes. */
  readonly areChained: boolean
  /** The deepest level of a row. */
  readonly deepest: number
  /** The most ancestors a row has. */
  readonly deepestDepth: number
}

/**
 * The level of a row is its depth in the tree, as long as `columns` hold the deepest. In a deeper tree only children are
 * not indented further than their parents: what is left shows where the tree branches.
 */
export function planLevels(tree: LevelTree, rows: LevelRows, columns: number): Levels {
  let deepestDepth = 0
  for (const { nodes } of rows.groups) {
    for (let i = 0; i < nodes.length; i++) deepestDepth = Math.max(deepestDepth, tree.depth(nodes[i]!))
  }
  if (deepestDepth * LEVEL_COLUMNS <= columns) {
    const of = (node: number) => tree.depth(node)
    return { of, isChained: () => false, areChained: false, deepest: deepestDepth, deepestDepth }
  }
  return chainedLevels(tree, rows, deepestDepth)
}

function chainedLevels(tree: LevelTree, rows: LevelRows, deepestDepth: number): Levels {
  const levels = new Int32Array(tree.count)
  // 1 by node: it is the only row among its siblings.
  const only = new Uint8Array(tree.count)
  let deepest = 0
  for (const { nodes } of rows.groups) {
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i]!
      const parent = tree.parent(node)
      if (parent < 0) continue
      // A first child is the row below its parent.
      if (nodes[i - 1] === parent && rows.isLast(node)) only[node] = 1
      levels[node] = levels[parent]! + (only[node] === 1 && only[parent] === 1 ? 0 : 1)
      deepest = Math.max(deepest, levels[node]!)
    }
  }
  const isChained = (node: number) => only[node] === 1
  return { of: (node) => levels[node]!, isChained, areChained: only.includes(1), deepest, deepestDepth }
}
