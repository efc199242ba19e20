import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildTree } from '../../src/trace/tree.ts'
import { anyTrace, EPOCH, makeChain, makeTrace, type Sketch, spanId } from './make.ts'

const names = (nodes: readonly { span: { spanId: string } }[]) =>
  nodes.map((node) => Number.parseInt(node.span.spanId, 16))

describe('shape', () => {
  test('children stand by start, the longer first; the walk is depth first', () => {
    const tree = buildTree(
      makeTrace(
        { id: 4, parent: 1, at: 5, ms: 1 },
        { id: 3, parent: 1, at: 5, ms: 9 },
        { id: 1, ms: 100 },
        { id: 5, parent: 4, at: 5 },
        { id: 2, parent: 1, at: 2 },
      ),
    )
    expect(names(tree.nodes)).toEqual([1, 2, 3, 4, 5])
    expect(tree.nodes.map((node) => node.depth)).toEqual([0, 1, 1, 1, 2])
    expect(tree.startNanos).toBe(EPOCH)
    expect(tree.endNanos).toBe(100e6)
  })

  test('an absent parent makes an orphan, shown after the roots', () => {
    const tree = buildTree(
      makeTrace({ id: 2, parent: 99, at: 0 }, { id: 1, at: 5 }, { id: 3, parent: 2, at: 9 }),
    )
    expect(names(tree.roots)).toEqual([1])
    expect(tree.detached.map((node) => node.place)).toEqual(['orphan'])
    expect(names(tree.nodes)).toEqual([1, 2, 3])
  })

  test.each<[string, Sketch[], number]>([
    ['its own parent', [{ id: 1, parent: 1 }], 1],
    [
      'two',
      [
        { id: 1, parent: 2, at: 3 },
        { id: 2, parent: 1, at: 1 },
      ],
      2,
    ],
    [
      'three with a tail',
      [
        { id: 9, parent: 3 },
        { id: 1, parent: 2, at: 5 },
        { id: 2, parent: 3, at: 4 },
        { id: 3, parent: 1, at: 6 },
      ],
      2,
    ],
  ])('a cycle of parents is cut at its earliest span: %s', (_, sketches, cut) => {
    const tree = buildTree(makeTrace(...sketches))
    expect(tree.roots).toEqual([])
    expect(names(tree.detached)).toEqual([cut])
    expect(tree.detached[0]?.place).toBe('cycle')
    expect(tree.nodes).toHaveLength(sketches.length)
  })

  test('of a duplicate id both spans are kept and the first gets the children', () => {
    const tree = buildTree(
      makeTrace({ id: 1, ms: 9 }, { id: 2, parent: 1 }, { id: 2, parent: 1, at: 1 }, { id: 3, parent: 2 }),
    )
    expect(tree.nodes.map((node) => [Number.parseInt(node.span.spanId, 16), node.duplicate])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [2, true],
    ])
  })

  test.each(['client first', 'server first'])(
    'halves of a shared span become parent and child: %s',
    (order) => {
      const client: Sketch = { id: 2, parent: 1, kind: 'client', ms: 9 }
      const server: Sketch = { id: 2, parent: 1, kind: 'server', at: 1, ms: 7 }
      const halves = order === 'client first' ? [client, server] : [server, client]
      const tree = buildTree(makeTrace({ id: 1, ms: 10 }, ...halves, { id: 3, parent: 2, at: 2 }))
      expect(tree.nodes.map((node) => `${node.depth} ${node.span.kind}`)).toEqual([
        '0 internal',
        '1 client',
        '2 server',
        '3 internal',
      ])
    },
  )

  test('a span without a start begins with its nearest ancestor that has one', () => {
    const marks = ['start-missing'] as const
    const tree = buildTree(
      makeTrace(
        { id: 1, ms: 9 },
        { id: 2, parent: 1, at: 4 },
        { id: 3, parent: 2, marks },
        { id: 4, parent: 3, marks },
      ),
    )
    expect(tree.nodes.map((node) => node.startNanos)).toEqual([0, 4e6, 4e6, 4e6])
  })
})

describe('sums', () => {
  test('self time is the duration less the union of clipped children', () => {
    const tree = buildTree(
      makeTrace(
        { id: 1, at: 10, ms: 100 },
        { id: 2, parent: 1, at: 0, ms: 20 },
        { id: 3, parent: 1, at: 30, ms: 20 },
        { id: 4, parent: 1, at: 40, ms: 20 },
        { id: 5, parent: 1, at: 100, ms: 50 },
      ),
    )
    expect(tree.nodes[0]?.selfNanos).toBe((100 - 10 - 30 - 10) * 1e6)
  })

  test('errors and sizes count the subtree', () => {
    const tree = buildTree(
      makeTrace(
        { id: 1 },
        { id: 2, parent: 1, status: 'error' },
        { id: 3, parent: 2, status: 'error' },
        { id: 4 },
      ),
    )
    expect(tree.nodes.map((node) => [node.errors, node.size])).toEqual([
      [2, 3],
      [2, 2],
      [1, 1],
      [0, 1],
    ])
    expect(tree.errors).toBe(2)
  })
})

test('whatever is broken, every span is in the tree once, below its parent, with sound numbers', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      expect(new Set(tree.nodes.map((node) => node.span))).toEqual(new Set(trace.spans))
      expect(tree.nodes).toHaveLength(trace.spans.length)
      for (const node of tree.nodes) {
        expect(node.parent === undefined).toBe(node.place !== 'child')
        expect(node.depth).toBe(node.parent ? node.parent.depth + 1 : 0)
        expect(node.selfNanos).toBeGreaterThanOrEqual(0)
        expect(node.selfNanos).toBeLessThanOrEqual(node.span.durationNanos)
        expect(Number.isFinite(node.startNanos)).toBe(true)
        expect(node.startNanos).toBeGreaterThanOrEqual(0)
        expect(tree.endNanos).toBeGreaterThanOrEqual(node.endNanos)
      }
      expect(tree.errors).toBe(trace.spans.filter((span) => span.status === 'error').length)
    }),
  )
})

test('a chain of 80,000 levels overflows no stack', () => {
  const tree = buildTree(makeChain(80_000))
  expect(tree.nodes.at(-1)?.depth).toBe(79_999)
  expect(tree.nodes.at(-1)?.span.spanId).toBe(spanId(80_000))
})
