import type { TimeOnPath } from '../../analysis/time-on-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'

/** What the details of a span are told from. */
export interface DetailsOf {
  readonly tree: TraceTree
  readonly node: number
  readonly onPath: TimeOnPath
  /** The moment that offsets count from, in nanoseconds after the tree's start. */
  readonly zeroNanos: number
  /** `steps`: the way from the root has a line for each span. `line`: it is one text. */
  readonly way: 'steps' | 'line'
}
