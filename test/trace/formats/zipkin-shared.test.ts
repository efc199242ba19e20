import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { plainTrace, readOne } from '../rich.ts'

const AT = 1_790_000_000_000_000
const GATEWAY = { serviceName: 'gateway', ipv4: '10.0.0.1' }
const POD1 = { serviceName: 'reviews', ipv4: '10.0.1.1', port: 9080 }
const POD2 = { serviceName: 'reviews', ipv4: '10.0.1.2', port: 9080 }

/** A part of a span; `at` in microseconds after the beginning. */
const part = (
  id: string,
  localEndpoint: object | undefined,
  at: number,
  duration: number,
  more: object = {},
) => ({
  ...{ traceId: 'a1', id, name: `${id} at ${at}`, timestamp: AT + at, duration, localEndpoint },
  ...more,
})
const client = { kind: 'CLIENT', parentId: '1' }
const server = { kind: 'SERVER', parentId: '1', shared: true }

/** Each span as `name`, below whose name it stands. */
function placesIn(trace: Trace): Record<string, string> {
  const tree = buildTree(trace)
  const nameOf = (node: number) => (node < 0 ? 'root' : tree.span(node).name)
  return Object.fromEntries(tree.spans.map((span, node) => [span.name, nameOf(tree.parent(node))]))
}

describe('one id of a client that several servers answer', () => {
  const root = part('1', GATEWAY, 0, 500, { kind: 'SERVER' })
  const call = part('2', GATEWAY, 10, 480, client)

  test('two pods of one service are two spans, each below the client', () => {
    const trace = readOne([root, call, part('2', POD1, 20, 200, server), part('2', POD2, 260, 220, server)])
    expect(placesIn(trace)).toEqual({
      '1 at 0': 'root',
      '2 at 10': '1 at 0',
      '2 at 20': '2 at 10',
      '2 at 260': '2 at 10',
    })
    expect(new Set(trace.spans.map(({ spanId }) => spanId)).size).toBe(4)
  })
})

const anyPart = fc.record(
  {
    traceId: fc.constant('a1'),
    id: fc.constantFrom('1', '2', '3'),
    parentId: fc.constantFrom('1', '2', '3', '', null),
    kind: fc.constantFrom('CLIENT', 'SERVER', 'CONSUMER', null),
    shared: fc.boolean(),
    name: fc.constantFrom('', 'unknown', 'get', 'post'),
    timestamp: fc.constantFrom(AT, AT + 10, AT + 50, 0, null),
    duration: fc.constantFrom(5, 20, 100, 0, null),
    localEndpoint: fc.oneof(
      fc.record(
        {
          serviceName: fc.constantFrom('a', 'A', 'b', ''),
          ipv4: fc.constantFrom('10.0.0.1', '10.0.0.2'),
          ipv6: fc.constantFrom('::1', '::2'),
          port: fc.constantFrom(0, 80, '80', 81),
        },
        { requiredKeys: [] },
      ),
      fc.constant(null),
    ),
    tags: fc.dictionary(fc.constantFrom('a', 'error'), fc.constantFrom('x', 'y'), { maxKeys: 2 }),
    annotations: fc.array(fc.record({ timestamp: fc.nat(3), value: fc.constantFrom('x', 'y') }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['traceId', 'id'] },
)

test('parts in any order give the same spans', () => {
  const orders = fc
    .array(anyPart, { minLength: 2, maxLength: 8 })
    .chain((parts) =>
      fc.tuple(
        fc.constant(parts),
        fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length }),
      ),
    )
  const spansOf = (parts: object[]) =>
    (plainTrace(readOne(parts)) as { spans: object[] }).spans
      .map((span) => JSON.stringify(span, bigintAsText))
      .sort()
  fc.assert(
    fc.property(orders, ([parts, shuffled]) => {
      expect(spansOf(shuffled)).toEqual(spansOf(parts))
    }),
    { numRuns: 500 },
  )
})

const bigintAsText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value
