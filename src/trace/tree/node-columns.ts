import type { Span } from '../model.ts'
import type { Attachment } from './attach.ts'
import { isAwaited } from './awaited.ts'
import type { Times } from './depth-first.ts'
import { isEndless } from './endless.ts'

/**
 * What is known about each node of a tree, one flat array per fact; see the methods of `TraceTree` for their meaning.
 */
export interface NodeColumns {
  readonly parents: Int32Array
  readonly depths: Int32Array
  readonly sizes: Int32Array
  readonly errors: Int32Array
  /** 1 for a span with status `error`. */
  readonly failed: Uint8Array
  readonly starts: Float64Array
  readonly ends: Float64Array
  /** `NaN`: not known. */
  readonly selfs: Float64Array
}

/** Computes the columns. `order` holds the source index of each node; `spans` are in the order of the nodes. */
export function nodeColumns(
  order: Int32Array,
  spans: readonly Span[],
  attached: Attachment,
  times: Times,
): NodeColumns {
  const count = order.length
  const nodes = new Int32Array(count)
  for (let node = 0; node < count; node++) nodes[order[node]!] = node
  const parents = new Int32Array(count)
  const depths = new Int32Array(count)
  const starts = new Float64Array(count)
  const ends = new Float64Array(count)
  for (let node = 0; node < count; node++) {
    const source = order[node]!
    const parentSource = attached.parents[source]!
    const parent = parentSource < 0 ? -1 : nodes[parentSource]!
    parents[node] = parent
    depths[node] = parent < 0 ? 0 : depths[parent]! + 1
    starts[node] = times.starts[source]!
    ends[node] = times.ends[source]!
  }
  const selfs = selfTimes(parents, starts, ends, spans)
  return { parents, depths, starts, ends, selfs, ...subtreeSums(parents, spans) }
}

/** Spans and errors below each node, itself included: the children of a node all come after it. */
function subtreeSums(
  parents: Int32Array,
  spans: readonly Span[],
): Pick<NodeColumns, 'sizes' | 'errors' | 'failed'> {
  const sizes = new Int32Array(parents.length).fill(1)
  const errors = new Int32Array(parents.length)
  const failed = new Uint8Array(parents.length)
  for (let node = parents.length - 1; node >= 0; node--) {
    if (spans[node]!.status === 'error') {
      failed[node] = 1
      errors[node]! += 1
    }
    const parent = parents[node]!
    if (parent < 0) continue
    sizes[parent]! += sizes[node]!
    errors[parent]! += errors[node]!
  }
  return { sizes, errors, failed }
}

/**
 * Duration less the union of the intervals of the children that it may have waited for, each clipped to it. What nobody waits
 * for runs beside it, and does not make it work less. One pass: siblings come sorted by start, so what they have covered of
 * their parent so far is described by its end alone. `NaN`: the span has no usable end, or such a child has none, which may
 * have run all the time.
 */
function selfTimes(
  parents: Int32Array,
  starts: Float64Array,
  ends: Float64Array,
  spans: readonly Span[],
): Float64Array {
  const selfs = new Float64Array(parents.length)
  const coveredTo = starts.slice()
  for (let node = 0; node < parents.length; node++) selfs[node] = spans[node]!.durationNanos
  for (let node = 0; node < parents.length; node++) {
    const parent = parents[node]!
    if (parent < 0 || !isAwaited(spans[node]!)) continue
    const from = Math.max(coveredTo[parent]!, starts[node]!)
    const to = Math.min(ends[parent]!, ends[node]!)
    if (to <= from) continue
    selfs[parent] = Math.max(0, selfs[parent]! - (to - from))
    coveredTo[parent] = to
  }
  for (let node = 0; node < parents.length; node++) {
    if (!isEndless(spans[node]!)) continue
    selfs[node] = Number.NaN
    if (parents[node]! >= 0 && isAwaited(spans[node]!)) selfs[parents[node]!] = Number.NaN
  }
  return selfs
}
