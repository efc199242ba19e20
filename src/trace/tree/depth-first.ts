/** Starts and ends in nanoseconds, by the index of the span in its source. */
export interface Times {
  readonly starts: Float64Array
  readonly ends: Float64Array
  /** The order of two siblings with the same start and end, below 0 where `a` comes first; absent: as in the source. */
  readonly ofTwo?: (a: number, b: number) => number
}

/**
 * All spans in depth-first order, as source indexes: a span, then each child with its subtree. Siblings are sorted by
 * start, then the longer first, then by {@link Times.ofTwo}; `tops` keep the order given. Flat arrays and no recursion: traces
 * 72,000 levels deep are on record, and one of 100,000 spans needs no object here.
 */
export function depthFirst(tops: readonly number[], parents: Int32Array, times: Times): Int32Array {
  const { offsets, children } = childLists(parents, times)
  const order = new Int32Array(parents.length)
  const stack = new Int32Array(parents.length)
  let height = 0
  let count = 0
  for (let i = tops.length - 1; i >= 0; i--) stack[height++] = tops[i]!
  while (height > 0) {
    const at = stack[--height]!
    order[count++] = at
    const first = offsets[at]!
    for (let i = offsets[at + 1]! - 1; i >= first; i--) stack[height++] = children[i]!
  }
  return order
}

/** Sorts siblings as {@link depthFirst} wants them. */
export function sortByStart<List extends number[] | Int32Array>(siblings: List, times: Times): List {
  siblings.sort((a, b) => compare(a, b, times))
  return siblings
}

function compare(a: number, b: number, { starts, ends, ofTwo }: Times): number {
  return starts[a]! - starts[b]! || ends[b]! - ends[a]! || (ofTwo?.(a, b) ?? 0)
}

/** The children of span `i` are `children` from `offsets[i]` up to `offsets[i + 1]`, sorted. */
function childLists(
  parents: Int32Array,
  times: Times,
): { readonly offsets: Int32Array; readonly children: Int32Array } {
  const offsets = new Int32Array(parents.length + 1)
  for (let i = 0; i < parents.length; i++) if (parents[i]! >= 0) offsets[parents[i]! + 1]! += 1
  for (let i = 0; i < parents.length; i++) offsets[i + 1] = offsets[i + 1]! + offsets[i]!
  const next = offsets.slice()
  const children = new Int32Array(offsets[parents.length]!)
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i]!
    if (parent < 0) continue
    children[next[parent]!] = i
    next[parent]! += 1
  }
  for (let i = 0; i < parents.length; i++) {
    sortStretch(children, offsets[i]!, offsets[i + 1]!, times)
  }
  return { offsets, children }
}

/**
 * Skips the sort where it is already sorted: most sources write siblings in order, and most spans have few children.
 */
function sortStretch(children: Int32Array, from: number, to: number, times: Times): void {
  for (let i = from + 1; i < to; i++) {
    if (compare(children[i - 1]!, children[i]!, times) <= 0) continue
    sortByStart(children.subarray(from, to), times)
    return
  }
}
