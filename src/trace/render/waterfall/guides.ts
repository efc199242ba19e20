import { blanks } from '../../../text/fit.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Rows } from './rows.ts'

export const LEVEL_COLUMNS = 2

type LevelTree = Pick<TraceTree, 'count' | 'depth' | 'parent'>
type LevelRows = Pick<Rows, 'groups' | 'isLast'>

/** How far rows are indented. */
export interface Levels {
  /** The level of a node that has a row; 0 for a top. */
  of(node: number): number
  /** It stands on the level of the row above it, its parent. Marked, since no corner tells whose child it is. */
  isChained(node: number): boolean
  readonly areChained: boolean
  readonly deepest: number
  /** The most ancestors a row has. */
  readonly deepestDepth: number
}

/**
 * The level of a row is its depth in the tree, as long as `columns` hold the deepest. In a deeper tree only children are not
 * indented further than their parents: the rest shows where the tree branches.
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

const NOTHING = ' '.repeat(LEVEL_COLUMNS)

/**
 * Draws the tree guides of rows. Rows must be requested in order: the guides of a row extend those of its parent, which
 * are cached by level.
 */
export class Guides {
  readonly #tree: Pick<LevelTree, 'depth' | 'parent'>
  readonly #rows: Pick<LevelRows, 'isLast'>
  readonly #glyphs: Glyphs
  readonly #levels: Levels
  /** Deeper levels have a number in place of their guides. */
  readonly #drawn: number
  readonly #numberColumns: number
  /** Memoized by depth: the number, and blanks to its right. */
  readonly #numbers: string[] = []
  /** By level: the guides left of the children of the last row there. */
  readonly #left: string[] = ['']

  /** Guides take at most `columns`. */
  constructor(tree: LevelTree, rows: LevelRows, columns: number, glyphs: Glyphs) {
    this.#tree = tree
    this.#rows = rows
    this.#glyphs = glyphs
    this.#levels = planLevels(tree, rows, columns)
    const fits = Math.max(0, Math.floor(columns / LEVEL_COLUMNS))
    const number = this.#numberOf(this.#levels.deepestDepth).length
    this.#numberColumns = number <= columns ? number : 0
    this.#drawn =
      this.#levels.deepest <= fits
        ? fits
        : Math.max(0, Math.floor((columns - this.#numberColumns) / LEVEL_COLUMNS))
  }

  /** Some rows are marked as the only child of the row above them. */
  get hasChains(): boolean {
    return this.#levels.areChained
  }

  /** Some rows have the number of their ancestors in place of the guides that do not fit. */
  get hasNumbers(): boolean {
    return this.#numberColumns > 0 && this.#levels.deepest > this.#drawn
  }

  /**
   * Goes to a row in the middle: from it on, rows can be requested in order. Costs a step for each of its ancestors.
   */
  startAt(node: number): void {
    const above: number[] = []
    for (let at = this.#tree.parent(node); at >= 0; at = this.#tree.parent(at)) above.push(at)
    for (const at of above.reverse()) this.of(at)
  }

  /**
   * The guides of a row, each `│` above the `├` or `└` it leads to. Traces 72,000 levels deep exist. A row deeper than fits has
   * its number of ancestors right of the outer guides (`│ │ ⋯68 `), if that fits.
   */
  of(node: number): string {
    const level = this.#levels.of(node)
    if (level === 0) return ''
    if (level > this.#drawn) {
      return this.#left[this.#drawn]! + this.#padded(this.#tree.depth(node))
    }
    const left = this.#left[level - 1]!
    const { rail, branch, lastBranch, onlyBranch } = this.#glyphs
    const isLast = this.#rows.isLast(node)
    this.#left[level] = left + (isLast ? NOTHING : rail)
    return left + (this.#levels.isChained(node) ? onlyBranch : isLast ? lastBranch : branch)
  }

  /** The guides of a second line under a row: those that continue below it. */
  under(node: number): string {
    const level = this.#levels.of(node)
    if (level === 0) return NOTHING
    if (level > this.#drawn) return this.#left[this.#drawn]! + blanks(this.#numberColumns)
    return this.#left[level]!
  }

  #padded(depth: number): string {
    if (this.#numberColumns === 0) return ''
    this.#numbers[depth] ??= this.#numberOf(depth).padEnd(this.#numberColumns)
    return this.#numbers[depth]
  }

  #numberOf(depth: number): string {
    return `${this.#glyphs.deeper}${depth} `
  }
}
