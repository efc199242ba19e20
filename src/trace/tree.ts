import { attachSpans } from './attach.ts'
import type { Span, Trace } from './model.ts'

/**
 * Why a span stands where it stands.
 * - `orphan`: the parent it names is not in the trace.
 * - `cycle`: its parents lead back to itself; the earliest span of the cycle is cut loose and carries this.
 */
export type Place = 'child' | 'root' | 'orphan' | 'cycle'

/** A span in its tree. Times are nanoseconds after {@link TraceTree.startNanos}, so plain numbers. */
export interface TraceNode {
  readonly span: Span
  readonly place: Place
  /** Another span of the trace has the same id (delivered twice, or Zipkin's shared spans). */
  readonly duplicate: boolean
  readonly parent: TraceNode | undefined
  /** By start, then longest first, then in the order of the source. */
  readonly children: readonly TraceNode[]
  /** 0 for a top span. */
  readonly depth: number
  readonly startNanos: number
  readonly endNanos: number
  /** Duration less the union of the children's intervals, each clipped to this span. */
  readonly selfNanos: number
  /** Spans in this subtree, this one included. */
  readonly size: number
  /** Spans with status `error` in this subtree, this one included. */
  readonly errors: number
}

/** A trace as a forest; see {@link buildTree}. */
export interface TraceTree {
  readonly trace: Trace
  /** Spans without a parent, by start. */
  readonly roots: readonly TraceNode[]
  /** Tops of subtrees cut loose (`orphan`, `cycle`), by start. */
  readonly detached: readonly TraceNode[]
  /** Every span once, depth first: `roots` and their subtrees, then `detached` and theirs. */
  readonly nodes: readonly TraceNode[]
  /** The earliest start, nanoseconds since the epoch. */
  readonly startNanos: bigint
  /** The latest end, nanoseconds after `startNanos`. */
  readonly endNanos: number
  readonly errors: number
  /** Spans per service, in the order of first appearance in `nodes`. */
  readonly services: ReadonlyMap<string, number>
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
type Draft = Mutable<Omit<TraceNode, 'children' | 'parent'>> & {
  children: Draft[]
  parent: Draft | undefined
}

/**
 * Turns a flat trace into a tree: every span is in it exactly once, whatever is broken in the source (absent
 * parents, cycles, duplicate ids, missing starts). No recursion: traces 72,000 levels deep are on record.
 */
export function buildTree(trace: Trace): TraceTree {
  const startNanos = earliest(trace.spans)
  const attached = attachSpans(trace.spans)
  const drafts = trace.spans.map((span, i) => draft(span, startNanos, attached.duplicate[i] === 1))
  const tops: Draft[] = []
  for (const [i, node] of drafts.entries()) {
    const parent = attached.parents[i] as number
    node.place = attached.places[i] as Place
    if (parent < 0) tops.push(node)
    else {
      node.parent = drafts[parent] as Draft
      node.parent.children.push(node)
    }
  }
  const roots = tops.filter((node) => node.place === 'root')
  const detached = tops.filter((node) => node.place !== 'root')
  placeStartless(drafts)
  for (const siblings of [roots, detached, ...drafts.map((node) => node.children)]) {
    if (siblings.length > 1) siblings.sort(byStart)
  }
  const nodes = depthFirst([...roots, ...detached])
  const errors = sumUp(nodes)
  const services = new Map<string, number>()
  for (const { span } of nodes) services.set(span.service, (services.get(span.service) ?? 0) + 1)
  const endNanos = nodes.reduce((end, node) => Math.max(end, node.endNanos), 0)
  return { trace, roots, detached, nodes, startNanos, endNanos, errors, services }
}

function earliest(spans: readonly Span[]): bigint {
  let least: bigint | undefined
  for (const { startNanos, marks } of spans) {
    if (!marks.includes('start-missing') && (least === undefined || startNanos < least)) least = startNanos
  }
  return least ?? 0n
}

function draft(span: Span, zero: bigint, duplicate: boolean): Draft {
  const startless = span.marks.includes('start-missing')
  const startNanos = startless ? Number.NaN : Number(span.startNanos - zero)
  return {
    span,
    place: 'root',
    duplicate,
    parent: undefined,
    children: [],
    depth: 0,
    startNanos,
    endNanos: startNanos + span.durationNanos,
    selfNanos: 0,
    size: 1,
    errors: span.status === 'error' ? 1 : 0,
  }
}

/** A span without a start begins with its nearest ancestor that has one (as Jaeger's UI does), else with the trace. */
function placeStartless(drafts: readonly Draft[]): void {
  for (const node of drafts) {
    const chain: Draft[] = []
    let at: Draft | undefined = node
    for (; at && Number.isNaN(at.startNanos); at = at.parent) chain.push(at)
    for (const startless of chain) {
      startless.startNanos = at?.startNanos ?? 0
      startless.endNanos = startless.startNanos + startless.span.durationNanos
    }
  }
}

function byStart(a: Draft, b: Draft): number {
  return a.startNanos - b.startNanos || b.endNanos - a.endNanos
}

function depthFirst(tops: readonly Draft[]): Draft[] {
  const nodes: Draft[] = []
  const stack = tops.toReversed()
  for (let node = stack.pop(); node; node = stack.pop()) {
    node.depth = node.parent ? node.parent.depth + 1 : 0
    nodes.push(node)
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i] as Draft)
  }
  return nodes
}

/** Fills in what is summed from the leaves up, and returns the errors of the whole trace. */
function sumUp(nodes: readonly Draft[]): number {
  let errors = 0
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as Draft
    node.selfNanos = selfTime(node)
    if (node.parent) {
      node.parent.size += node.size
      node.parent.errors += node.errors
    } else errors += node.errors
  }
  return errors
}

function selfTime(node: Draft): number {
  let covered = 0
  let upTo = node.startNanos
  for (const child of node.children) {
    const from = Math.max(upTo, child.startNanos)
    const to = Math.min(node.endNanos, child.endNanos)
    if (to > from) {
      covered += to - from
      upTo = to
    }
  }
  return Math.max(0, node.span.durationNanos - covered)
}
