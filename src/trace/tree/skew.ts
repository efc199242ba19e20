import { attribute, type Span, type SpanEvent, type Trace } from '../model.ts'
import { SpanView } from '../span-view.ts'
import { isStartless } from './span-facts.ts'
import type { TraceTree } from './trace-tree.ts'

/** A trace corrected for clock skew, and how many spans were moved. */
export interface Adjusted {
  readonly trace: Trace
  readonly moved: number
  /** The farthest any span was moved, in nanoseconds. */
  readonly mostNanos: number
}

/**
 * Corrects clock skew: moves a child on another host that begins before its parent, or a server span that lies outside its
 * client span. It is centred in its parent, or moved to the parent's start where it does not fit (as Jaeger's clock skew
 * adjuster does); its descendants on the same host move with it. Other spans stay: a child may well outlive its parent. A span
 * without a start is not moved, since it is shown with its parent; the spans below it are compared with the next span above
 * that has a start. This is a guess, so it is opt-in and always reported.
 */
export function adjustSkew(tree: TraceTree): Adjusted {
  const shifts = shiftsOf(tree)
  const { moved, mostNanos } = movedBy(tree, shifts)
  if (moved === 0) return { trace: tree.trace, moved, mostNanos }
  const spans = tree.spans.map((span, node) => {
    return shifts[node] === 0 ? span : new MovedSpan(span, BigInt(shifts[node]!))
  })
  return { trace: { ...tree.trace, spans }, moved, mostNanos }
}

/** Many sources cut times to microseconds: less isn't a sign of another clock. */
export const LEAST_SKEW_NANOS = 1000

/** How many spans the {@link shiftsOf} a tree move, and how far at most; `shown`: of those with a 1 by node. */
export function movedBy(tree: TraceTree, shifts: Float64Array, shown?: Uint8Array): Omit<Adjusted, 'trace'> {
  let moved = 0
  let mostNanos = 0
  for (let node = 0; node < tree.count; node++) {
    if (shifts[node] === 0 || shown?.[node] === 0 || tree.isStartless(node)) continue
    moved++
    mostNanos = Math.max(mostNanos, Math.abs(shifts[node]!))
  }
  return { moved, mostNanos }
}

/** By how many nanoseconds {@link adjustSkew} moves each span, by node. Of a span without a start only its events are moved. */
export function shiftsOf(tree: TraceTree): Float64Array {
  const shifts = new Float64Array(tree.count)
  if (!tree.hasOutside) return shifts
  // The nearest span from here up that has a start, or -1.
  const timed = new Int32Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const parent = tree.parent(node)
    const above = parent < 0 ? -1 : timed[parent]!
    timed[node] = tree.isStartless(node) ? above : node
    shifts[node] = above < 0 ? 0 : shiftOf(tree, node, above, shifts[above]!)
  }
  return shifts
}

/** `parent`: the nearest span above with a start. The shift of a span without a start is that of the clock of its events. */
function shiftOf(tree: TraceTree, node: number, parent: number, parentShift: number): number {
  const from = tree.startOf(parent) + parentShift
  const spare = tree.endOf(parent) - tree.startOf(parent) - (tree.endOf(node) - tree.startOf(node))
  const late = tree.startOf(node) - from
  const fits =
    tree.isStartless(node) || (late >= 0 && (!tree.isCall(parent, node) || late <= spare || spare < 0))
  // Nearly all spans: it is 0 on either host, and hosts take long to compare.
  if (fits && parentShift === 0) return 0
  if (onOneHost(tree.span(parent), tree.span(node))) return parentShift
  return fits ? 0 : from + Math.max(0, Math.floor(spare / 2)) - tree.startOf(node)
}

class MovedSpan extends SpanView {
  readonly #shift: bigint

  constructor(span: Span, shift: bigint) {
    super(span)
    this.#shift = shift
  }

  override get startNanos(): bigint {
    return isStartless(this.below) ? this.below.startNanos : this.below.startNanos + this.#shift
  }

  override get events(): readonly SpanEvent[] {
    return this.below.events.map((event) => {
      const { timeNanos } = event
      return timeNanos === undefined ? event : { ...event, timeNanos: timeNanos + this.#shift }
    })
  }
}

const HOST_KEYS = ['host.id', 'host.name', 'hostname']

/**
 * Whether two spans have one clock. The same process has; else the first host attribute that both resources have decides. With
 * unknown hosts, each service counts as a host of its own.
 */
function onOneHost(a: Span, b: Span): boolean {
  if (a.resource === b.resource && a.resource.length > 0) return true
  for (const key of HOST_KEYS) {
    const [hostA, hostB] = [attribute(a.resource, key), attribute(b.resource, key)]
    if (typeof hostA === 'string' && typeof hostB === 'string') return hostA === hostB
  }
  return a.service === b.service
}
