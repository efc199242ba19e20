import type { TraceTree } from '../tree/trace-tree.ts'
import type { DrawnPath } from './critical-path.ts'

/** How long spans are on the critical path, and of how much that is a share. In nanoseconds. */
export class TimeOnPath {
  readonly #tree: TraceTree
  readonly #path: DrawnPath
  /** How long the nodes before each node are on it, one number more than there are nodes. */
  readonly #before: Float64Array

  constructor(tree: TraceTree, path: DrawnPath) {
    this.#tree = tree
    this.#path = path
    this.#before = new Float64Array(tree.count + 1)
    for (const { node, startNanos, endNanos } of path.path) this.#before[node + 1]! += endNanos - startNanos
    for (let node = 0; node < tree.count; node++) this.#before[node + 1]! += this.#before[node]!
  }

  own(node: number): number {
    return this.#before[node + 1]! - this.#before[node]!
  }

  below(node: number): number {
    return this.#before[this.#tree.after(node)]! - this.#before[node]!
  }

  /** The whole path behind a top's share: that of the trace, or of its own part. */
  wholeOf(top: number): number {
    return this.isOfTrace(top) ? this.#path.nanos : this.below(top)
  }

  isOfTrace(node: number): boolean {
    return this.#path.isOfTrace(node)
  }
}
