import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adjustSkew } from '../../../src/trace/tree/skew.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { anyTrace } from '../any-trace.ts'
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
    [
      'the host, though its address says nothing',
      'cart',
      [ip('127.0.0.1', { 'host.name': 'n1' }), ip('127.0.0.1', { 'host.name': 'n1' })],
      there,
    ],
  ])('%s', (_, service, resources, start) => {
    expect(startOfServer(service, resources)).toBe(start)
  })
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
