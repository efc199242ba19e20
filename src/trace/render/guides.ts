import type { TraceTree } from '../tree.ts'
import type { Glyphs } from './glyphs.ts'
import type { Rows } from './rows.ts'

const LEVEL_COLUMNS = 2
const NOTHING = ' '.repeat(LEVEL_COLUMNS)

/**
 * Draws the tree guides of rows. Rows must be asked for in their order: the guides of a row go on from those of its
 * parent's, which are kept.
 */
export class Guides {
  readonly #tree: TraceTree
  readonly #rows: Rows
  readonly #glyphs: Glyphs
  readonly #columns: number
  /** By depth: the guides left of the children of the row met last there. */
  readonly #left: string[] = ['']

  /** In at most `columns`. */
  constructor(tree: TraceTree, rows: Rows, columns: number, glyphs: Glyphs) {
    this.#tree = tree
    this.#rows = rows
    this.#glyphs = glyphs
    this.#columns = columns
  }

  /**
   * The guides of a row. Traces 72,000 levels deep exist: of a span deeper than fits, the nearest levels are drawn and
   * the number of the others is said (`⋯68 │ └ `), nothing where not even that fits.
   */
  of(node: number): string {
    const depth = this.#tree.depth(node)
    if (depth === 0) return ''
    const fits = Math.floor(this.#columns / LEVEL_COLUMNS)
    if (depth > fits) return this.#ofDeep(node, depth, fits)
    const left = this.#left[depth - 1] as string
    const isLast = this.#rows.isLast(node)
    this.#left[depth] = left + (isLast ? NOTHING : this.#glyphs.rail)
    return left + (isLast ? this.#glyphs.lastBranch : this.#glyphs.branch)
  }

  /** The guides of a second line under a row: what goes on below it. */
  under(node: number): string {
    if (this.#tree.depth(node) === 0) return NOTHING
    const going = this.#rows.isLast(node) ? NOTHING : this.#glyphs.rail
    return (
      this.of(node)
        .slice(0, -LEVEL_COLUMNS)
        .replace(/^[^ ]*\d+ /, blank) + going
    )
  }

  #ofDeep(node: number, depth: number, fits: number): string {
    const said = (levels: number) => `${this.#glyphs.deeper}${depth - levels} `
    let levels = fits
    while (levels > 1 && levels * LEVEL_COLUMNS + said(levels).length > this.#columns) levels--
    if (levels * LEVEL_COLUMNS + said(levels).length > this.#columns) return ''
    return said(levels) + this.#nearest(node, levels)
  }

  #nearest(node: number, levels: number): string {
    if (levels === 0) return ''
    const { rail, branch, lastBranch } = this.#glyphs
    let guides = this.#rows.isLast(node) ? lastBranch : branch
    let at = this.#tree.parent(node)
    for (let level = 1; level < levels && at >= 0; level++) {
      guides = (this.#rows.isLast(at) ? NOTHING : rail) + guides
      at = this.#tree.parent(at)
    }
    return guides
  }
}

function blank(text: string): string {
  return ' '.repeat(text.length)
}
