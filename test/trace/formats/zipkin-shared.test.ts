import { describe, expect, test } from 'vitest'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { readOne } from '../rich.ts'

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
