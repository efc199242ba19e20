import type { Attachment } from './attach.ts'
import type { SpanTimes } from './relative-times.ts'
import { AWAITED, ENDLESS, FAILED } from './span-facts.ts'

/**
 * What is known about each node of a tree, one flat array per fact; see the methods of `TraceTree` for their meaning.
 */
export interface NodeColumns {
  readonly parents: Int32Array
  readonly depths: Int32Array
  readonly sizes: Int32Array
  readonly errors: Int32Array
  /** Bits, see `factsOf`. */
  readonly facts: Uint8Array
  readonly starts: Float64Array
  readonly ends: Float64Array
  readonly durations: Float64Array
  /** `NaN`: not known. */
  readonly selfs: Float64Array
  readonly hasOutside: boolean
}

/** Computes the columns. `order` holds the source index of each node. */
export function nodeColumns(order: Int32Array, attached: Attachment, times: SpanTimes): NodeColumns {
  const count = order.length
  const nodes = new Int32Array(count)
  for (let node = 0; node < count; node++) nodes[order[node]!] = node
  const parents = new Int32Array(count)
  const depths = new Int32Array(count)
  const starts = new Float64Array(count)
  const ends = new Float64Array(count)
  const durations = new Float64Array(count)
  const facts = new Uint8Array(count)
  let hasOutside = false
  for (let node = 0; node < count; node++) {
    const source = order[node]!
    const parentSource = attached.parents[source]!
    const parent = parentSource < 0 ? -1 : nodes[parentSource]!
    parents[node] = parent
    depths[node] = parent < 0 ? 0 : depths[parent]! + 1
    starts[node] = times.starts[source]!
    ends[node] = times.ends[source]!
    durations[node] = times.durations[source]!
    facts[node] = times.facts[source]!
    // A parent comes before its children.
    if (parent >= 0) hasOutside ||= starts[node]! < starts[parent]! || ends[node]! > ends[parent]!
  }
  const selfs = selfTimes({ parents, starts, ends, durations, facts })
  return {
    parents,
    depths,
    starts,
    ends,
    durations,
    facts,
    selfs,
    hasOutside,
    ...subtreeSums(parents, facts),
  }
}

/** Spans and errors below each node, itself included: the children of a node all come after it. */
function subtreeSums(parents: Int32Array, facts: Uint8Array): Pick<NodeColumns, 'sizes' | 'errors'> {
  const sizes = new Int32Array(parents.length).fill(1)
  const errors = new Int32Array(parents.length)
  for (let node = parents.length - 1; node >= 0; node--) {
    if ((facts[node]! & FAILED) !== 0) errors[node]! += 1
    const parent = parents[node]!
    if (parent < 0) continue
    sizes[parent]! += sizes[node]!
    errors[parent]! += errors[node]!
  }
  return { sizes, errors }
}

type Known = Pick<NodeColumns, 'parents' | 'starts' | 'ends' | 'durations' | 'facts'>

/**
 * Duration less the union of the intervals of the children that it may have waited for, each clipped to it. What nobody waits
 * for runs beside it, and does not make it work less. One pass: siblings come sorted by start, so what they have covered of
 * their parent so far is described by its end alone. `NaN`: the span has no usable end, or such a child has none, which may
 * have run all the time.
 */
function selfTimes({ parents, starts, ends, durations, facts }: Known): Float64Array {
  const selfs = durations.slice()
  const coveredTo = starts.slice()
  for (let node = 0; node < parents.length; node++) {
    const parent = parents[node]!
    if (parent < 0 || (facts[node]! & AWAITED) === 0) continue
    const from = Math.max(coveredTo[parent]!, starts[node]!)
    const to = Math.min(ends[parent]!, ends[node]!)
    if (to <= from) continue
    selfs[parent] = Math.max(0, selfs[parent]! - (to - from))
    coveredTo[parent] = to
  }
  for (let node = 0; node < parents.length; node++) {
    if ((facts[node]! & ENDLESS) === 0) continue
    selfs[node] = Number.NaN
    if (parents[node]! >= 0 && (facts[node]! & AWAITED) !== 0) selfs[parents[node]!] = Number.NaN
  }
  return selfs
}
