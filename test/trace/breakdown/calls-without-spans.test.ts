import { describe, expect, test } from 'vitest'
import { CallGraphSum } from '../../../src/trace/analysis/call-graph.ts'
import type { Span } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { makeTrace, type Sketch } from '../make.ts'

/** A service, and a call of it that nothing in the trace answers; `attributes` are those of the call. */
const CALL: Sketch = { id: 2, parent: 1, name: 'SELECT', service: 'shop', kind: 'client', ms: 5 }
function arrowsOf(
  attributes: Span['attributes'],
  call: Sketch = CALL,
  by: 'operation' | 'service' = 'service',
  ...more: Sketch[]
) {
  const { spans, ...trace } = makeTrace(
    { id: 1, service: 'shop', name: 'GET /', kind: 'server', ms: 9 },
    call,
    ...more,
  )
  const sum = new CallGraphSum(by)
  sum.add(buildTree({ ...trace, spans: spans.map((span, i) => (i === 1 ? { ...span, attributes } : span)) }))
  return sum.edges()
}
const peer = (name: string): Span['attributes'] => [['peer.service', name]]

describe('a call of what has no spans', () => {
  test.each<[string, Span['attributes'], string]>([
    ['the name of the service', peer('mysql'), 'mysql'],
    ['its newer key', [['service.peer.name', 'mysql']], 'mysql'],
    [
      'a name before where it is',
      [
        ['server.address', 'db.shop.example'],
        ['db.system', 'mysql'],
        ['peer.service', 'orders-db'],
      ],
      'orders-db',
    ],
    [
      'a kind of database before its address',
      [
        ['server.address', 'db.shop.example'],
        ['db.system.name', 'postgresql'],
      ],
      'postgresql',
    ],
    ['the older key', [['db.system', 'redis']], 'redis'],
    [
      'a queue',
      [
        ['server.address', 'kafka.shop.example'],
        ['messaging.destination.name', 'orders'],
      ],
      'orders',
    ],
    ['the older key of a queue', [['messaging.destination', 'orders']], 'orders'],
    ['an address', [['server.address', 'api.stripe.example']], 'api.stripe.example'],
    ['the older key of an address', [['net.peer.name', 'api.stripe.example']], 'api.stripe.example'],
    [
      'an empty name is none',
      [
        ['peer.service', ''],
        ['net.peer.name', 'x'],
      ],
      'x',
    ],
  ])('%s', (_, attributes, service) => {
    expect(arrowsOf(attributes)).toMatchObject([
      {
        caller: { service: 'shop' },
        service,
        withoutSpans: true,
        calls: 1,
        traces: 1,
        errors: 0,
        p50Nanos: 5e6,
      },
    ])
  })
})
