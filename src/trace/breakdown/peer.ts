import { attribute } from '../model.ts'
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

/**
 * The name of what a span calls, where that has no spans in the trace: a database, a queue, a service that is not instrumented.
 * Where something is below the span, that is what it calls.
 */
export function peerWithoutSpans(tree: TraceTree, node: number): string | undefined {
  if (!tree.isLeaf(node)) return undefined
  const span = tree.span(node)
  if (span.kind !== 'client' && span.kind !== 'producer') return undefined
  // What is not looked at is not masked, and so not told as masked.
  const { attributes } = underKeys(span, KEYS)
  for (const key of PEER_KEYS) {
    const value = attribute(attributes, key)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
