import { attribute, type Span } from '../model.ts'
import { underKeys } from '../span-view.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** What names the other side of a call, by OpenTelemetry's conventions: the name of a service, then what or where it is. */
const PEER_KEYS = [
  ...['peer.service', 'service.peer.name'],
  ...['messaging.destination.name', 'messaging.destination'],
  ...['db.system.name', 'db.system'],
  ...['server.address', 'net.peer.name'],
]

const KEYS: ReadonlySet<string> = new Set(PEER_KEYS)

/** A span that calls what has no spans below it, and the name of that. */
export interface UnansweredCall {
  readonly node: number
  readonly service: string
}

/**
 * The calls that nothing below them answers: of a database, a queue, a service that is not instrumented. What a service did itself for
 * its call (opened a connection) is no answer, but one in which it serves or consumes is. Of a call inside of a call the outer one
 * counts, which is what the service asked for: the inner ones are how, and may be several tries. One pass up, and one down the calls.
 */
export function unansweredCalls(tree: TraceTree): UnansweredCall[] {
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

/** By node, so that an outer one comes before those in it. */
function callsWithoutAnswer(tree: TraceTree): number[] {
  const isAnswered = new Uint8Array(tree.count)
  const calls: number[] = []
  // What is below a span comes after it.
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
  // What is not looked at is not masked, and so not told as masked.
  const { attributes } = underKeys(span, KEYS)
  for (const key of PEER_KEYS) {
    const value = attribute(attributes, key)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
