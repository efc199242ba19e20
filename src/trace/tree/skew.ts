import { type Attributes, attribute, type Span, type SpanEvent, type Trace } from '../model.ts'
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
 * Corrects clock skew: moves a child on another host that begins before its parent, or a server span that lies outside
 * its client span. It is centred in its parent, or moved to the parent's start where it does not fit (as Jaeger's clock
 * skew adjuster does); its descendants on the same host move with it. Other spans stay: a child may well outlive its
 * parent. A span without a start is not moved, since it is shown with its parent; what is below it is compared with the next
 * span above that has a start. This is a guess, so it is opt-in and always reported.
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

/** Many sources cut times to microseconds: less is no sign of another clock. */
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

/** By how many nanoseconds {@link adjustSkew} moves this one span; 0 where its clock seems right. */
export function skewOfNode(tree: TraceTree, node: number): number {
  if (tree.isStartless(node)) return 0
  const way: number[] = []
  for (let at = node; at >= 0; at = tree.parent(at)) if (!tree.isStartless(at)) way.push(at)
  return way.reduceRight(
    (shift, at, i) => (i + 1 < way.length ? shiftOf(tree, at, way[i + 1]!, shift) : 0),
    0,
  )
}

/** `parent`: the nearest one that has a start. The shift of a span without a start is that of the clock of its events. */
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

const NAME_KEYS = ['host.id', 'host.name', 'hostname']

/** As of Zipkin's endpoints (`network.local.address` and its older names), and `ip` as Jaeger's clients write it. */
const ADDRESS_KEYS = ['host.ip', 'network.local.address', 'net.sock.host.addr', 'net.host.ip', 'ip']

/**
 * Whether two spans have one clock. The same process has; else the resources tell hosts apart, by the first attribute that both
 * have: the host itself first, then an address. The address of a pod tells less than its host: pods of one node share its clock.
 * Where nothing is known of the hosts, each service counts as a host of its own.
 */
function onOneHost(a: Span, b: Span): boolean {
  if (a.resource === b.resource && a.resource.length > 0) return true
  return byName(a.resource, b.resource) ?? byAddress(a.resource, b.resource) ?? a.service === b.service
}

function byName(a: Attributes, b: Attributes): boolean | undefined {
  for (const key of NAME_KEYS) {
    const [hostA, hostB] = [textOf(a, key), textOf(b, key)]
    if (hostA !== undefined && hostB !== undefined) return hostA === hostB
  }
  return undefined
}

function byAddress(a: Attributes, b: Attributes): boolean | undefined {
  for (const key of ADDRESS_KEYS) {
    const [addressA, addressB] = [addressOf(a, key), addressOf(b, key)]
    if (addressA === undefined || addressB === undefined) continue
    if (addressA !== addressB) return false
    if (!OF_BRIDGES.test(addressA)) return true
  }
  return undefined
}

/** Docker gives these to its containers: two hosts each have one with the same address. */
const OF_BRIDGES = /^172\.(1[6-9]|2\d|3[01])\./

/** Every host has these or may have them: loopback, unspecified (RFC 4291 §2.5.2, RFC 1122 §3.2.1.3) and link-local ones. */
const OF_ANY_HOST = /^(127\.|169\.254\.|0\.0\.0\.0$|[0:]+1?$|fe[89ab][\da-f]:)/

/** In one spelling of those that are in use (RFC 5952 §4.3; RFC 4291 §2.5.5.2); undefined where it is no host's own. */
function addressOf(resource: Attributes, key: string): string | undefined {
  const address = textOf(resource, key)
    ?.toLowerCase()
    .replace(/^::ffff:(?=[\d.]+$)/, '')
  return address === undefined || OF_ANY_HOST.test(address) ? undefined : address
}

function textOf(resource: Attributes, key: string): string | undefined {
  const value = attribute(resource, key)
  return typeof value === 'string' && value !== '' ? value : undefined
}
