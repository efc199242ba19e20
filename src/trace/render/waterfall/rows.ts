import { blanks } from '../../../text/fit.ts'
import { groupBy } from '../../group.ts'
import { FOLD_FROM, type Fold, foldSiblings } from '../../tree/fold.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Glyphs } from '../glyphs.ts'

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
