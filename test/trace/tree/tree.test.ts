import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAwaited, whyEndless } from '../../../src/trace/tree/span-facts.ts'
import { buildTree, type TraceTree } from '../../../src/trace/tree/trace-tree.ts'
import { runsOf } from '../../property-runs.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeChain, makeTrace, type Sketch, spanId } from '../make.ts'

const all = (tree: TraceTree) => [...tree.spans.keys()]
const names = (tree: TraceTree, nodes = all(tree)) =>
  nodes.map((node) => Number.parseInt(tree.span(node).spanId, 16))

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
    expect(names(tree)).toEqual([1, 2, 3, 4, 5])
    expect(all(tree).map((node) => tree.depth(node))).toEqual([0, 1, 1, 1, 2])
    expect(tree.startNanos).toBe(EPOCH)
    expect(tree.endNanos).toBe(100e6)
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
    expect(names(tree, [...tree.detached])).toEqual([cut])
    expect(tree.detached.map((node) => tree.place(node))).toEqual(['cycle'])
    expect(tree.count).toBe(sketches.length)
  })

  test('of a duplicate id both spans are kept and the first gets the children', () => {
    const tree = buildTree(
      makeTrace({ id: 1, ms: 9 }, { id: 2, parent: 1 }, { id: 2, parent: 1, at: 1 }, { id: 3, parent: 2 }),
    )
    expect(names(tree).map((id, node) => [id, tree.isDuplicate(node)])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [2, true],
    ])
  })

  test('a span that was delivered again, equal in all, is one span', () => {
    const spans: Sketch[] = [
      { id: 1, ms: 9 },
      { id: 2, parent: 1, ms: 3 },
      { id: 3, parent: 2, ms: 1 },
    ]
    const trace = makeTrace(...spans, ...spans, { id: 3, parent: 2, ms: 2 })
    const tree = buildTree(trace)
    expect(names(tree)).toEqual([1, 2, 3, 3])
    expect(tree.trace.redelivered).toBe(3)
    expect(all(tree).map((node) => tree.isDuplicate(node))).toEqual([false, false, true, true])
    // To be written as data it stays as it was reported.
    expect(buildTree(trace, { asReported: true }).count).toBe(7)
    expect(buildTree(makeTrace(...spans)).trace.redelivered).toBeUndefined()
  })

  test.each(['client first', 'server first'])(
    'halves of a shared span become parent and child: %s',
    (order) => {
      const client: Sketch = { id: 2, parent: 1, kind: 'client', ms: 9 }
      const server: Sketch = { id: 2, parent: 1, kind: 'server', at: 1, ms: 7 }
      const halves = order === 'client first' ? [client, server] : [server, client]
      const tree = buildTree(makeTrace({ id: 1, ms: 10 }, ...halves, { id: 3, parent: 2, at: 2 }))
      expect(all(tree).map((node) => `${tree.depth(node)} ${tree.span(node).kind}`)).toEqual([
        '0 internal',
        '1 client',
        '2 server',
        '3 internal',
      ])
    },
  )
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
    expect(tree.selfNanos(0)).toBe((100 - 10 - 30 - 10) * 1e6)
  })

  test('what nobody waits for takes nothing of the self time, with an end or without', () => {
    const tree = buildTree(
      makeTrace(
        { id: 1, ms: 100 },
        { id: 2, parent: 1, at: 10, ms: 20 },
        { id: 3, parent: 1, at: 20, ms: 900, kind: 'consumer' },
        { id: 4, parent: 1, at: 40, ms: 30, marks: ['follows-parent'] },
        { id: 5, parent: 1, at: 90, kind: 'consumer', marks: ['end-missing'] },
      ),
    )
    expect(tree.selfNanos(0)).toBe(80e6)
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
    expect(all(tree).map((node) => [tree.errorsBelow(node), tree.size(node)])).toEqual([
      [2, 3],
      [2, 2],
      [1, 1],
      [0, 1],
    ])
    expect(tree.errors).toBe(2)
  })
})

test('a trace that comes in another order is the same tree', () => {
  const twoAlike = makeTrace(
    { id: 1, ms: 100 },
    { id: 2, parent: 1, at: 20, ms: 80, name: 'x', service: 'b' },
    { id: 3, parent: 1, at: 20, ms: 80, name: 'x', service: 'a' },
    { id: 4, parent: 1, at: 20, ms: 80, name: 'w', service: 'b' },
    { id: 5, parent: 1, at: 20, ms: 80, name: 'w', service: 'b' },
  )
  const backwards = { ...twoAlike, spans: [...twoAlike.spans].reverse() }
  for (const trace of [twoAlike, backwards]) expect(names(buildTree(trace))).toEqual([1, 3, 4, 5, 2])
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const ids = new Set(trace.spans.map((span) => span.spanId))
      fc.pre(ids.size === trace.spans.length)
      const tree = buildTree(trace)
      const other = buildTree({ ...trace, spans: [...trace.spans].reverse() })
      expect(names(other)).toEqual(names(tree))
    }),
    { numRuns: runsOf(300) },
  )
})

test('whatever is broken, every span is in the tree once, below its parent, with sound numbers', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      expect(new Set(tree.spans)).toEqual(new Set(trace.spans))
      expect(tree.count).toBe(trace.spans.length)
      for (const node of all(tree)) {
        const parent = tree.parent(node)
        expect(parent < 0).toBe(tree.place(node) !== 'child')
        expect(tree.depth(node)).toBe(parent < 0 ? 0 : tree.depth(parent) + 1)
        expect(parent < 0 || (parent < node && node < tree.after(parent))).toBe(true)
        const isKnown = [node, ...tree.children(node).filter((child) => isAwaited(tree.span(child)))].every(
          (one) => whyEndless(tree.span(one)) === undefined,
        )
        const self = tree.selfNanos(node)
        expect(self !== undefined).toBe(isKnown)
        expect(self ?? 0).toBeGreaterThanOrEqual(0)
        expect(self ?? 0).toBeLessThanOrEqual(tree.span(node).durationNanos)
        expect(Number.isFinite(tree.startOf(node))).toBe(true)
        expect(tree.startOf(node)).toBeGreaterThanOrEqual(0)
        expect(tree.endNanos).toBeGreaterThanOrEqual(tree.endOf(node))
      }
      expect(tree.errors).toBe(trace.spans.filter((span) => span.status === 'error').length)
    }),
  )
})

test('a chain of 80,000 levels overflows no stack', () => {
  const tree = buildTree(makeChain(80_000))
  expect(tree.depth(79_999)).toBe(79_999)
  expect(tree.span(79_999).spanId).toBe(spanId(80_000))
})
