import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { renderWaterfall } from '../../../src/trace/render/waterfall/waterfall.ts'
import { adjustSkew, shiftsOf } from '../../../src/trace/tree/skew.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace, soundTrace } from '../any-trace.ts'
import { EPOCH, makeTrace, type Sketch } from '../make.ts'

const client: Sketch = { id: 1, service: 'shop', kind: 'client', at: 100, ms: 100 }
const server = (at: number, ms: number, more: Partial<Sketch> = {}): Sketch => {
  return { id: 2, parent: 1, service: 'cart', kind: 'server', at, ms, ...more }
}

/** Starts in milliseconds after the first span as it was reported. */
function startsOf(...sketches: Sketch[]): number[] {
  const tree = buildTree(makeTrace(...sketches))
  const zero = buildTree(makeTrace(sketches[0] as Sketch)).startNanos
  return adjustSkew(tree).trace.spans.map((span) => Number(span.startNanos - zero) / 1e6)
}

test.each<[string, Sketch[], number[]]>([
  ['clocks that agree: nothing', [client, server(110, 50)], [0, 10]],
  ['a server ahead of its client: into the middle', [client, server(40, 60)], [0, 20]],
  ['a server behind its client: into the middle', [client, server(180, 60)], [0, 20]],
  ['one longer than its client: to the start', [client, server(40, 150)], [0, 0]],
  [
    'a child that begins before its parent, whatever it is',
    [client, server(40, 60, { kind: 'internal' })],
    [0, 20],
  ],
  ['work that goes on after its parent: nothing', [client, server(180, 60, { kind: 'internal' })], [0, 80]],
  [
    'a consumer long after its producer: nothing',
    [{ ...client, kind: 'producer' }, server(900, 9, { kind: 'consumer' })],
    [0, 800],
  ],
  ['the same service: one clock', [client, server(40, 60, { service: 'shop' })], [0, -60]],
])('%s', (_, sketches, starts) => {
  // Spans come in the order of the tree, the client first.
  expect(startsOf(...sketches)).toEqual(starts)
})

test('what is below on the same host moves along, and events with it', () => {
  const below: Sketch = { id: 3, parent: 2, service: 'cart', at: 50, ms: 10 }
  expect(startsOf(client, server(40, 60), below)).toEqual([0, 20, 30])
})

describe('a span without a start', () => {
  const event = { name: 'sent', timeNanos: EPOCH + 70_000_000n, attributes: [] }
  const startless = (service: string): Sketch => ({
    id: 3,
    parent: 2,
    service,
    ms: 5,
    marks: ['start-missing'],
  })
  const adjusted = (...sketches: Sketch[]) => {
    const trace = makeTrace(...sketches)
    const spans = trace.spans.map((span) =>
      span.marks.length > 0 ? { ...span, startNanos: 0n, events: [event] } : span,
    )
    return adjustSkew(buildTree({ ...trace, spans }))
  }

  test.each([
    ['on another host: its events stay', 'third', 70_000_000n],
    ['on the host of what is above it: its events have the same clock', 'cart', 150_000_000n],
  ])('%s; it is not moved, and is shown with its parent', (_, service, time) => {
    // The server is moved by 80 ms.
    const { trace, moved } = adjusted(client, server(40, 60), startless(service))
    expect(moved).toBe(1)
    expect(trace.spans[2]).toMatchObject({ startNanos: 0n, events: [{ timeNanos: EPOCH + time }] })
    const tree = buildTree(trace)
    expect(tree.startOf(2)).toBe(tree.startOf(1))
  })

  test('says nothing about what is below it: that is compared with what has a start', () => {
    const below = (service: string, at: number): Sketch => ({ id: 4, parent: 3, service, at, ms: 10 })
    const startOfLast = (last: Sketch) => {
      const { trace, moved } = adjusted(client, server(40, 60), startless('third'), last)
      return [Number((trace.spans[3]?.startNanos ?? 0n) - EPOCH) / 1e6, moved]
    }
    // On the host that was moved by 80 ms.
    expect(startOfLast(below('cart', 50))).toEqual([130, 2])
    // On a host of its own: within the server, as that is now, or moved into its middle.
    expect(startOfLast(below('third', 130))).toEqual([130, 1])
    expect(startOfLast(below('third', 50))).toEqual([145, 2])
  })

  test('at the top, too', () => {
    const top: Sketch = { ...client, marks: ['start-missing'] }
    expect(adjusted(top, server(40, 60)).moved).toBe(0)
  })
})

describe('which spans have one clock', () => {
  type Resource = Record<string, string>
  const startOfServer = (service: string, [a, b]: readonly [Resource, Resource]) => {
    const { spans, ...trace } = makeTrace(client, server(40, 60, { service }))
    const on = [a, b].map((resource) => Object.entries(resource))
    const tree = buildTree({ ...trace, spans: spans.map((span, i) => ({ ...span, resource: on[i] ?? [] })) })
    return Number((adjustSkew(tree).trace.spans.at(-1)?.startNanos ?? 0n) - EPOCH) / 1e6
  }
  const [there, moved] = [40, 120]
  const ip = (address: string, more: Resource = {}) => ({ 'net.host.ip': address, ...more })

  test.each<[string, string, readonly [Resource, Resource], number]>([
    ['two addresses of one service', 'shop', [ip('10.0.0.1'), ip('10.0.0.2')], moved],
    ['two services at one address', 'cart', [ip('10.0.0.1'), ip('10.0.0.1', { port: '80' })], there],
    [
      'newer names of an address',
      'shop',
      [{ 'network.local.address': '10.0.0.1' }, { 'network.local.address': '10.0.0.2' }],
      moved,
    ],
    [
      'a name between both',
      'shop',
      [{ 'net.sock.host.addr': '10.0.0.1' }, { 'net.sock.host.addr': '10.0.0.2' }],
      moved,
    ],
    ['as clients of Jaeger write it', 'shop', [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], moved],
    [
      'the host is known: its addresses say nothing',
      'cart',
      [ip('10.0.0.1', { 'host.name': 'n1' }), ip('10.0.0.2', { 'host.name': 'n1' })],
      there,
    ],
    [
      'two hosts with the same inner address',
      'shop',
      [ip('10.0.0.1', { 'host.name': 'n1' }), ip('10.0.0.1', { 'host.name': 'n2' })],
      moved,
    ],
    [
      'only one has the id of its host, both the name',
      'cart',
      [
        { 'host.name': 'n1', 'host.id': 'i-1' },
        { 'host.name': 'n1', 'host.ip': '10.0.0.1' },
      ],
      there,
    ],
    [
      'the host of one and the address of the other are no two hosts',
      'shop',
      [{ 'host.name': 'n1' }, ip('10.0.0.2')],
      there,
    ],
    ['an address of one alone: each service is a host', 'cart', [ip('10.0.0.1'), {}], moved],
    ['no name of a host is known', 'cart', [{ 'host.name': '' }, { 'host.name': '' }], moved],
    [
      'no address is known, another one is',
      'cart',
      [ip('127.0.0.1', { ip: '10.0.0.1' }), ip('127.0.0.1', { ip: '10.0.0.1' })],
      there,
    ],
    [
      'the host, though its address says nothing',
      'cart',
      [ip('127.0.0.1', { 'host.name': 'n1' }), ip('127.0.0.1', { 'host.name': 'n1' })],
      there,
    ],
  ])('%s', (_, service, resources, start) => {
    expect(startOfServer(service, resources)).toBe(start)
  })

  const OF_NO_ONE = [
    ...['127.0.0.1', '127.0.1.1', '0.0.0.0', '169.254.1.1'],
    ...['::', '::1', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001', '::ffff:127.0.0.1'],
    ...['fe80::1', 'FE80::1%eth0', 'febf::1'],
  ]
  const OF_CONTAINERS = ['172.17.0.2', '172.16.0.1', '172.31.255.255', '::ffff:172.17.0.2']
  const OF_ONE = [
    ...['10.0.0.1', '192.168.0.1', '172.15.0.1', '172.32.0.1', '203.0.113.7', '128.0.0.1', '0.0.0.1'],
    ...['fd00::1', 'fec0::1', '2001:db8::1', '::1:1', '1::1', '::ffff:10.0.0.1'],
  ]
  describe.each(['host.ip', 'network.local.address', 'net.sock.host.addr', 'net.host.ip', 'ip'])(
    '%s',
    (key) => {
      const at = (address: string): Resource => ({ [key]: address, pid: String(pid++) })
      let pid = 1

      test.each(OF_NO_ONE)(
        'each host has %s: each service is a host, whatever the other one has',
        (address) => {
          for (const other of [address, '10.0.0.1']) {
            expect(startOfServer('cart', [at(address), at(other)])).toBe(moved)
            expect(startOfServer('shop', [at(address), at(other)])).toBe(there)
            expect(startOfServer('shop', [at(other), at(address)])).toBe(there)
          }
        },
      )

      test.each(OF_CONTAINERS)(
        'containers of any two hosts may have %s: each service is a host',
        (address) => {
          expect(startOfServer('cart', [at(address), at(address)])).toBe(moved)
          expect(startOfServer('shop', [at(address), at(address)])).toBe(there)
          expect(startOfServer('shop', [at(address), at('172.17.0.3')])).toBe(moved)
          expect(startOfServer('shop', [at('10.0.0.1'), at(address)])).toBe(moved)
        },
      )

      test.each(OF_ONE)('one host has %s', (address) => {
        expect(startOfServer('cart', [at(address), at(address)])).toBe(there)
        expect(startOfServer('shop', [at(address), at('203.0.113.9')])).toBe(moved)
      })

      test.each([
        ['2001:DB8::1', '2001:db8::1'],
        ['::ffff:10.0.0.1', '10.0.0.1'],
      ])('%s is %s', (a, b) => {
        expect(startOfServer('cart', [at(a), at(b)])).toBe(there)
      })
    },
  )

  test('what lies in its parent asks for no host', () => {
    const { spans, ...trace } = makeTrace(client, server(110, 50))
    const asked = spans.map((span) => {
      return Object.defineProperty({ ...span }, 'resource', {
        get: () => {
          throw new Error('asked for the resource')
        },
      })
    })
    expect(adjustSkew(buildTree({ ...trace, spans: asked })).moved).toBe(0)
  })
})

test('the header says what was done', () => {
  const tree = buildTree(makeTrace(client, server(40, 60)))
  const clocks = adjustSkew(tree)
  const [first, second] = renderWaterfall(buildTree(clocks.trace), {
    width: 100,
    unicode: true,
    style: UNSTYLED,
    clocks,
  })
  expect(`${first} ${second}`).toContain('clocks adjusted: 1 span moved by up to 80.0ms')
})

test('a trace from one clock is left as it is', () => {
  fc.assert(
    fc.property(soundTrace, (trace) => {
      expect(adjustSkew(buildTree(trace))).toMatchObject({ moved: 0, trace })
    }),
  )
})

test('where every span lies in its parent nothing is moved, so that nobody need look further', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      fc.pre(!tree.hasOutside)
      expect(shiftsOf(tree).every((shift) => shift === 0)).toBe(true)
    }),
  )
})

test.each<[string, Sketch, boolean]>([
  ['begins before it', server(90, 50, { kind: 'internal' }), true],
  ['ends after it', server(180, 60, { kind: 'internal' }), true],
  ['lies in it', server(100, 100), false],
  ['has no parent here', server(0, 500, { parent: 9 }), false],
])('a span outside its parent: one that %s', (_, span, isOutside) => {
  expect(buildTree(makeTrace(client, span)).hasOutside).toBe(isOutside)
})

test('of any trace no span is lost and no duration changed', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const spans = (list: typeof trace.spans) => list.map((span) => [span.spanId, span.durationNanos]).sort()
      expect(spans(adjustSkew(buildTree(trace)).trace.spans)).toEqual(spans(trace.spans))
    }),
  )
})
