import { describe, expect, test } from 'vitest'
import { CallGraphSum } from '../../../src/trace/breakdown/call-graph.ts'
import type { BreakdownBy } from '../../../src/trace/formats/output-choices.ts'
import type { Span } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { makeTrace, type Sketch } from '../make.ts'

/** A service, and a call of it that nothing in the trace answers; `attributes` are those of the call. */
const CALL: Sketch = { id: 2, parent: 1, name: 'SELECT', service: 'shop', kind: 'client', ms: 5 }
function arrowsOf(
  attributes: Span['attributes'],
  call: Sketch = CALL,
  by: BreakdownBy = 'service',
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

  test('a message that is sent, and a call that failed', () => {
    expect(arrowsOf(peer('kafka'), { ...CALL, kind: 'producer', status: 'error' })).toMatchObject([
      { service: 'kafka', errors: 1 },
    ])
  })

  test('a call at the top of a trace', () => {
    expect(arrowsOf(peer('mysql'), { ...CALL, parent: 9 })).toMatchObject([{ service: 'mysql' }])
  })

  test('by operation: the call itself is the caller, and the name has no operation', () => {
    expect(arrowsOf(peer('mysql'), CALL, 'operation')).toMatchObject([
      {
        caller: { service: 'shop', operation: 'GET /' },
        service: 'shop',
        operation: 'SELECT',
        withoutSpans: false,
      },
      { caller: { service: 'shop', operation: 'SELECT' }, service: 'mysql', withoutSpans: true },
    ])
    expect(arrowsOf(peer('mysql'), CALL, 'operation')[1]).not.toHaveProperty('operation')
  })

  test.each<[string, Span['attributes'], Sketch, Sketch[]]>([
    ['one without a name', [], CALL, []],
    ['a name that is no text', [['peer.service', 7]], CALL, []],
    ['no call', peer('mysql'), { ...CALL, kind: 'internal' }, []],
    ['one that is served', peer('mysql'), { ...CALL, kind: 'server' }, []],
    ['within the service', peer('shop'), CALL, []],
    ['one that is looked into', peer('mysql'), CALL, [{ id: 3, parent: 2, service: 'shop', ms: 1 }]],
  ])('is none: %s', (_, attributes, call, more) => {
    expect(arrowsOf(attributes, call, 'service', ...more)).toEqual([])
  })

  test('beside calls of the same service that have spans: an arrow of its own', () => {
    const answered: Sketch[] = [
      { id: 3, parent: 1, service: 'shop', kind: 'client', ms: 5 },
      { id: 4, parent: 3, service: 'mysql', kind: 'server', ms: 3 },
    ]
    const arrows = arrowsOf(peer('mysql'), CALL, 'service', ...answered)
    expect(arrows.map(({ service, withoutSpans, p50Nanos }) => [service, withoutSpans, p50Nanos])).toEqual([
      ['mysql', false, 3e6],
      ['mysql', true, 5e6],
    ])
  })
})
