import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Rows } from './rows.ts'

const LEVEL_COLUMNS = 2
const NOTHING = ' '.repeat(LEVEL_COLUMNS)

/** How a level that does not fit is drawn: a label with the number of levels left out, and how many are drawn. */
interface DeepGuide {
  readonly label: string
  readonly levels: number
}

/**
 * Draws the tree guides of rows. Rows must be requested in order: the guides of a row extend those of its parent, which
 * are cached by depth.
 */
export class Guides {
  readonly #tree: TraceTree
  readonly #rows: Rows
  readonly #glyphs: Glyphs
  readonly #columns: number
  readonly #fits: number
  /** By depth: the guides left of the children of the last row there, as many levels as fit. */
  readonly #left: string[] = ['']
  /** By depth, for levels that do not fit. */
  readonly #deep: DeepGuide[] = []

  /** Guides take at most `columns`. */
  constructor(tree: TraceTree, rows: Rows, columns: number, glyphs: Glyphs) {
    this.#tree = tree
    this.#rows = rows
    this.#glyphs = glyphs
    this.#columns = columns
    this.#fits = Math.max(0, Math.floor(columns / LEVEL_COLUMNS))
  }

  /**
   * The guides of a row. Traces 72,000 levels deep exist: of a span deeper than fits, the nearest levels are drawn
   * after the number of the others (`⋯68 │ └ `), and nothing where not even that fits.
   */
  of(node: number): string {
    const depth = this.#tree.depth(node)
    if (depth === 0) return ''
    const left = this.#left[depth - 1]!
    const { rail, branch, lastBranch } = this.#glyphs
    const isLast = this.#rows.isLast(node)
    const below = left + (isLast ? NOTHING : rail)
    this.#left[depth] = below.slice(Math.max(0, below.length - this.#fits * LEVEL_COLUMNS))
    if (depth <= this.#fits) return left + (isLast ? lastBranch : branch)
    const { label, levels } = this.#deepAt(depth)
    if (levels === 0) return label
    return label + left.slice(left.length - (levels - 1) * LEVEL_COLUMNS) + (isLast ? lastBranch : branch)
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

  #deepAt(depth: number): DeepGuide {
    const known = this.#deep[depth]
    if (known) return known
    const deep = this.#planDeep(depth)
    this.#deep[depth] = deep
    return deep
  }

  #planDeep(depth: number): DeepGuide {
    for (let levels = this.#fits; levels >= 0; levels--) {
      const label = `${this.#glyphs.deeper}${depth - levels} `
      if (levels * LEVEL_COLUMNS + label.length <= this.#columns) return { label, levels }
    }
    return { label: '', levels: 0 }
  }
}

function blank(text: string): string {
  return ' '.repeat(text.length)
}
