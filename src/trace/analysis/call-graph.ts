import { attribute, type Span } from '../model.ts'
import { underKeys } from '../span-view.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { type Callee, type CallFigures, CallSum, calleeKey, calleeOf, compareCallees } from './breakdown.ts'

/** One arrow of the graph: who calls whom. */
export interface CallEdge extends Callee, CallFigures {
  readonly caller: Callee
  /** These calls have no spans of what is called: the figures are of the caller's spans. */
  readonly withoutSpans: boolean
  /** The service that is called has spans somewhere in these traces, though it may be none of these calls. */
  readonly isSeen: boolean
}

interface EdgeSum {
  readonly caller: Callee
  readonly callee: Callee
  readonly withoutSpans: boolean
  readonly calls: CallSum
}

/**
 * Sums up who calls whom, trace by trace. The parent calls a span; the span that names a callee without spans calls it. Calls
 * inside of one service make no arrow between services.
 */
export class CallGraphSum {
  readonly #by: 'operation' | 'service'
  readonly #edges = new Map<string, EdgeSum>()
  readonly #services = new Set<string>()
  #traces = 0

  constructor(by: 'operation' | 'service') {
    this.#by = by
  }

  add(tree: TraceTree): void {
    const trace = this.#traces++
    for (const service of tree.services.texts) this.#services.add(service)
    for (let node = 0; node < tree.count; node++) {
      const parent = tree.parent(node)
      const callee = calleeOf(tree, node, this.#by)
      if (parent >= 0) this.#edgeOf(calleeOf(tree, parent, this.#by), callee, false)?.add(tree, node, trace)
    }
    for (const { node, service } of unansweredCalls(tree)) {
      this.#edgeOf(calleeOf(tree, node, this.#by), { service }, true)?.add(tree, node, trace)
    }
  }

  /** By caller, its most frequent calls first. */
  edges(): CallEdge[] {
    return [...this.#edges.values()]
      .map(({ caller, callee, withoutSpans, calls }) => ({
        ...{ caller, ...callee, withoutSpans, isSeen: this.#services.has(callee.service) },
        ...calls.figures(),
      }))
      .sort(
        (a, b) =>
          compareCallees(a.caller, b.caller) ||
          b.calls - a.calls ||
          compareCallees(a, b) ||
          Number(a.withoutSpans) - Number(b.withoutSpans),
      )
  }

  /** Undefined: there is no arrow. */
  #edgeOf(caller: Callee, callee: Callee, withoutSpans: boolean): CallSum | undefined {
    if (this.#by === 'service' && caller.service === callee.service) return undefined
    const key = `${calleeKey(caller)}\0${calleeKey(callee)}\0${withoutSpans}`
    const known = this.#edges.get(key)
    if (known) return known.calls
    const calls = new CallSum()
    this.#edges.set(key, { caller, callee, withoutSpans, calls })
    return calls
  }
}

/** What names the other side of a call, by OpenTelemetry's conventions: the name of a service, then what or where it is. */
const PEER_KEYS = [
  ...['peer.service', 'service.peer.name'],
  ...['messaging.destination.name', 'messaging.destination'],
  ...['db.system.name', 'db.system'],
  ...['server.address', 'net.peer.name'],
]

const KEYS: ReadonlySet<string> = new Set(PEER_KEYS)

interface UnansweredCall {
  readonly node: number
  readonly service: string
}

/**
 * The calls that no span below them answers: of a database, a queue, a service that is not instrumented. A service's own work
 * for its call (opening a connection) isn't an answer, but a span in which it serves or consumes is. Of a call inside of a call
 * the outer one counts, which the service asked for. The inner ones are how, and may be several tries. One pass up, and one
 * down the calls.
 */
function unansweredCalls(tree: TraceTree): UnansweredCall[] {
  const found: UnansweredCall[] = []
  let after = 0
  for (const node of callsWithoutAnswer(tree)) {
    if (node < after) continue
    const service = peerOf(tree.span(node))
    if (service === undefined) continue
    found.push({ node, service })
    after = tree.after(node)
  }
  return found
}

function callsWithoutAnswer(tree: TraceTree): number[] {
  const isAnswered = new Uint8Array(tree.count)
  const calls: number[] = []
  // Spans below come after the one above.
  for (let node = tree.count - 1; node >= 0; node--) {
    const { kind } = tree.span(node)
    if (isAnswered[node] === 0 && (kind === 'client' || kind === 'producer')) calls.push(node)
    const parent = tree.parent(node)
    if (parent < 0 || isAnswered[parent] === 1) continue
    const isAnswer = kind === 'server' || kind === 'consumer'
    const isOther = tree.services.indexOf(node) !== tree.services.indexOf(parent)
    isAnswered[parent] = isAnswer || isOther ? 1 : isAnswered[node]!
  }
  return calls.reverse()
}

function peerOf(span: Span): string | undefined {
  // Values that are not looked at need no masking, and no note of it.
  const { attributes } = underKeys(span, KEYS)
  for (const key of PEER_KEYS) {
    const value = attribute(attributes, key)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
