import type { Span, Trace } from '../model.ts'
import {
  type Attachment,
  attachSpans,
  depthFirst,
  earliestStart,
  type Place,
  relativeTimes,
  type SpanTimes,
  sortByStart,
  withoutRedelivered,
} from './attach.ts'
import { AWAITED, CLIENT, ENDLESS, FAILED, factsOf, MARKED, SERVER, STARTLESS } from './span-facts.ts'

/**
 * A trace as a forest. A node is a number: the position of its span in depth-first order (roots and their subtrees,
 * then detached subtrees). The descendants of `node` are the nodes from `node + 1` up to `after(node)`; siblings are
 * sorted by start, then the longest first, then by service, name and id. So every question about 100,000 spans is one pass over
 * flat arrays.
 *
 * Times are nanoseconds after {@link TraceTree.startNanos}, so plain numbers.
 */
export class TraceTree {
  readonly trace: Trace
  /** Every span once: that of a node is `spans[node]`. */
  readonly spans: readonly Span[]
  /** Nodes without a parent, by start. */
  readonly roots: readonly number[]
  /** Tops of detached subtrees (`orphan`, `cycle`), by start. */
  readonly detached: readonly number[]
  /** The earliest start, nanoseconds since the epoch; 0 when no span has one, see `isTimed`. */
  readonly startNanos: bigint
  /** Whether any span has a start; without one the time of the trace is unknown. */
  readonly isTimed: boolean
  /** The latest end, nanoseconds after `startNanos`. */
  readonly endNanos: number
  /** Whether any span has no usable end, see `isEndless`. */
  readonly hasEndless: boolean
  /** Whether any span begins before its parent, or ends after it: else clocks agree, as far as anyone can tell. */
  readonly hasOutside: boolean
  readonly errors: number
  /** By node, interned. */
  readonly names: InternedTexts
  readonly services: InternedTexts
  readonly #columns: NodeColumns
  readonly #order: Int32Array
  readonly #attached: Attachment

  /** Use {@link buildTree}. `order` holds the source index of each node. */
  constructor(trace: Trace, startNanos: bigint, order: Int32Array, attached: Attachment, times: SpanTimes) {
    this.trace = trace
    this.startNanos = startNanos
    const spans: Span[] = []
    for (let node = 0; node < order.length; node++) spans.push(trace.spans[order[node]!]!)
    this.spans = spans
    this.#order = order
    this.#attached = attached
    this.#columns = nodeColumns(order, attached, times)
    this.isTimed = this.#columns.facts.some((facts) => (facts & STARTLESS) === 0)
    this.hasEndless = this.#columns.facts.some((facts) => (facts & ENDLESS) !== 0)
    this.hasOutside = this.#columns.hasOutside
    const tops: number[] = []
    for (let node = 0; node < spans.length; node = this.after(node)) tops.push(node)
    this.roots = tops.filter((node) => this.place(node) === 'root')
    this.detached = tops.filter((node) => this.place(node) !== 'root')
    this.errors = tops.reduce((sum, node) => sum + this.errorsBelow(node), 0)
    this.endNanos = this.#columns.ends.reduce((latest, end) => Math.max(latest, end), 0)
    this.names = new InternedTexts(spans.length, (source) => trace.spans[source]!.name, order)
    this.services = new InternedTexts(spans.length, (source) => trace.spans[source]!.service, order)
  }

  get count(): number {
    return this.spans.length
  }

  span(node: number): Span {
    return this.spans[node]!
  }

  /** -1 for a top. */
  parent(node: number): number {
    return this.#columns.parents[node]!
  }

  /** 0 for a top. */
  depth(node: number): number {
    return this.#columns.depths[node]!
  }

  /** Nodes in this subtree, this one included. */
  size(node: number): number {
    return this.#columns.sizes[node]!
  }

  /** The first node after this subtree: the next sibling, if there is one. */
  after(node: number): number {
    return node + this.size(node)
  }

  isLeaf(node: number): boolean {
    return this.size(node) === 1
  }

  /** The children in order. In loops over many nodes step with `after`, which allocates nothing. */
  children(node: number): number[] {
    const children: number[] = []
    for (let child = node + 1; child < this.after(node); child = this.after(child)) children.push(child)
    return children
  }

  /** By node, nanoseconds after `startNanos`. */
  copyOfStarts(): Float64Array {
    return this.#columns.starts.slice()
  }

  /** By node, nanoseconds after `startNanos`. */
  copyOfEnds(): Float64Array {
    return this.#columns.ends.slice()
  }

  /** Nanoseconds after `startNanos`. */
  startOf(node: number): number {
    return this.#columns.starts[node]!
  }

  /** Nanoseconds after `startNanos`. */
  endOf(node: number): number {
    return this.#columns.ends[node]!
  }

  /** {@link Span.durationNanos}. */
  durationNanos(node: number): number {
    return this.#columns.durations[node]!
  }

  /**
   * Duration less the union of the intervals of the children that it may have waited for, each clipped to this span. Undefined:
   * not known, since the span or one of these has no usable end.
   */
  selfNanos(node: number): number | undefined {
    const nanos = this.#columns.selfs[node]!
    return Number.isNaN(nanos) ? undefined : nanos
  }

  hasFailed(node: number): boolean {
    return this.#has(node, FAILED)
  }

  isAwaited(node: number): boolean {
    return this.#has(node, AWAITED)
  }

  /** It came without a start: the tree gives it one. */
  isStartless(node: number): boolean {
    return this.#has(node, STARTLESS)
  }

  isEndless(node: number): boolean {
    return this.#has(node, ENDLESS)
  }

  isMarked(node: number): boolean {
    return this.#has(node, MARKED)
  }

  /** The one calls the other: they are the client's and the server's side. */
  isCall(client: number, server: number): boolean {
    return this.#has(client, CLIENT) && this.#has(server, SERVER)
  }

  #has(node: number, fact: number): boolean {
    return (this.#columns.facts[node]! & fact) !== 0
  }

  /** Failed spans in this subtree, this one included. */
  errorsBelow(node: number): number {
    return this.#columns.errors[node]!
  }

  /** A grouping key: the same for all spans of one service and name. */
  callKey(node: number): number {
    return this.services.indexOf(node) * this.names.texts.length + this.names.indexOf(node)
  }

  place(node: number): Place {
    return this.#attached.places[this.#order[node]!]!
  }

  /** Another span of the trace has the same id (delivered twice, or Zipkin's shared spans). */
  isDuplicate(node: number): boolean {
    return this.#attached.duplicate[this.#order[node]!] === 1
  }
}

/**
 * Turns a flat trace into a tree that holds every span exactly once, whatever is broken: absent parents, cycles, duplicate ids,
 * missing starts. A span delivered twice is one span, but for `asReported`. No recursion: traces 72,000 levels deep are on
 * record.
 */
export function buildTree(given: Trace, { asReported = false } = {}): TraceTree {
  const found = attachSpans(given.spans)
  const trace = asReported ? given : withoutRedelivered(given, found.duplicate)
  const attached = trace === given ? found : attachSpans(trace.spans)
  const facts = new Uint8Array(trace.spans.length)
  for (let i = 0; i < facts.length; i++) facts[i] = factsOf(trace.spans[i]!)
  const startNanos = earliestStart(trace.spans)
  const times = relativeTimes(trace.spans, facts, startNanos, attached.parents)
  const roots: number[] = []
  const detached: number[] = []
  for (let i = 0; i < attached.places.length; i++) {
    const place = attached.places[i]
    if (place === 'root') roots.push(i)
    else if (place !== 'child') detached.push(i)
  }
  const tops = [...sortByStart(roots, times), ...sortByStart(detached, times)]
  return new TraceTree(trace, startNanos, depthFirst(tops, attached.parents, times), attached, times)
}

/** One flat array per fact about each node of a tree; see the methods of `TraceTree` for their meaning. */
interface NodeColumns {
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
function nodeColumns(order: Int32Array, attached: Attachment, times: SpanTimes): NodeColumns {
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
 * Duration less the union of the intervals of the children that it may have waited for, each clipped to it. Other children run
 * beside it, and do not make it work less. One pass: siblings come sorted by start, so their last end describes the part of the
 * parent that they have covered. `NaN`: the span has no usable end, or an awaited child has none, which may have run all the
 * time.
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

/**
 * Interned texts: each distinct text of the nodes is kept once, and each node has its index. 100,000 spans have few
 * names and fewer services, so what depends on the text alone (equality, display width) is computed once per index.
 */
export class InternedTexts {
  /** In the order of first appearance. */
  readonly texts: readonly string[]
  readonly #numbers: Int32Array

  /**
   * `textOf` gives the text of an item, and `order` which item each node is; without it they are the same. Items are asked for
   * in their own order. Spans lie in memory in the order of their source, and in the order of the nodes each had to be waited
   * for.
   */
  constructor(count: number, textOf: (item: number) => string, order?: Int32Array) {
    const known = new Map<string, number>()
    const numbers = new Int32Array(count)
    let last = ''
    let lastNumber = -1
    for (let item = 0; item < count; item++) {
      const text = textOf(item)
      if (text !== last || lastNumber < 0) {
        last = text
        lastNumber = known.get(text) ?? known.size
        if (lastNumber === known.size) known.set(text, lastNumber)
      }
      numbers[item] = lastNumber
    }
    const texts = [...known.keys()]
    this.#numbers = order === undefined ? numbers : order.map((item) => numbers[item]!)
    this.texts = order === undefined ? texts : renumber(this.#numbers, texts)
  }

  /** The index of a node's text in `texts`. */
  indexOf(node: number): number {
    return this.#numbers[node]!
  }
}

/** Numbers the texts again, by their first appearance among `numbers`, and returns them in that order. */
function renumber(numbers: Int32Array, texts: readonly string[]): string[] {
  const renumbered = new Int32Array(texts.length).fill(-1)
  const inOrder: string[] = []
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!
    if (renumbered[number] === -1) renumbered[number] = inOrder.push(texts[number]!) - 1
    numbers[i] = renumbered[number]!
  }
  return inOrder
}
