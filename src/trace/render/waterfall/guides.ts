import { blanks } from '../../../text/fit.ts'
import type { Glyphs } from '../glyphs.ts'
import { LEVEL_COLUMNS, type LevelRows, type Levels, type LevelTree, planLevels } from './levels.ts'

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
  /** Columns of that number. */
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
   * The guides of a row, each `│` above the `├` or `└` it leads to. Traces 72,000 levels deep exist: of a row deeper than
   * fits, its number of ancestors stands right of the outer guides (`│ │ ⋯68 `), and nothing where not even that fits.
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

  /** The guides of a second line under a row: what goes on below it. */
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
