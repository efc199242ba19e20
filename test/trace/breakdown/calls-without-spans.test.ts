import { describe, expect, test } from 'vitest'
import { CallGraphSum } from '../../../src/trace/analysis/call-graph.ts'
import type { Span } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { makeSpan, makeTrace, type Sketch } from '../make.ts'

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
/** Work of the service, below one of its spans. */
const below = (id: number, parent: number, more: Partial<Sketch> = {}): Sketch => {
  return { id, parent, service: 'shop', ms: 1, ...more }
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

  describe('a call inside of a call', () => {
    /** The peer of each span by its id. */
    const callsOf = (peers: Record<number, string>, sketches: readonly Sketch[]) => {
      const spans = sketches.map((sketch) => {
        const name = peers[sketch.id]
        return { ...makeSpan(sketch), attributes: name === undefined ? [] : peer(name) }
      })
      const sum = new CallGraphSum('service')
      sum.add(buildTree({ ...makeTrace(), spans }))
      return sum.edges().map(({ service, calls, withoutSpans }) => [service, calls, withoutSpans])
    }
    const client = { kind: 'client' } as const
    const [sdk, http, again] = [below(1, 9, client), below(2, 1, client), below(3, 1, client)]

    test.each<[string, Record<number, string>, Sketch[], unknown[]]>([
      ['counts once, the outer one', { 1: 'sdk', 2: 'http' }, [sdk, http], [['sdk', 1, true]]],
      [
        'once, with all its tries',
        { 1: 'sdk', 2: 'http', 3: 'http' },
        [sdk, http, again],
        [['sdk', 1, true]],
      ],
      [
        'the inner ones, where the outer one has no name',
        { 2: 'http', 3: 'http' },
        [sdk, http, again],
        [['http', 2, true]],
      ],
      [
        'the inner one, where another one in the outer one is answered',
        { 1: 'sdk', 2: 'http', 3: 'auth' },
        [sdk, http, below(4, 2, { service: 'api', kind: 'server' }), again],
        [
          ['api', 1, false],
          ['auth', 1, true],
        ],
      ],
      [
        'both, where one follows the other',
        { 1: 'sdk', 2: 'http', 5: 'http' },
        [below(8, 9), below(1, 8, client), http, below(5, 8, client)],
        [
          ['http', 1, true],
          ['sdk', 1, true],
        ],
      ],
    ])('%s', (_, peers, sketches, arrows) => {
      expect(callsOf(peers, sketches)).toEqual(arrows)
    })
  })
})
