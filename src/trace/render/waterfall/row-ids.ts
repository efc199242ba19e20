import { blanks } from '../../../text/fit.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'

const ID_COLUMNS = 16
const GAP = 2
/** From this width on ids have a column; what is left of it must be enough for a waterfall. */
const COLUMN_FROM = 78

/** The span ids of rows (`--show-ids`): in a column before them, or each on a line of its own. Never cut. */
export class RowIds {
  readonly #tree: TraceTree
  /** What they take of each line; 0 for none. */
  readonly columns: number
  /** They stand below the rows. */
  readonly isBelow: boolean

  constructor(tree: TraceTree, areShown: boolean, width: number) {
    this.#tree = tree
    this.columns = areShown && width >= COLUMN_FROM ? ID_COLUMNS + GAP : 0
    this.isBelow = areShown && this.columns === 0
  }

  /** What stands before the row of a node; of a fold its first span. */
  before(node: number): string {
    if (this.columns === 0) return ''
    const { spanId } = this.#tree.span(node)
    return spanId + blanks(this.columns - spanId.length)
  }
}
