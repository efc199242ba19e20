import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../src/text/display-width.ts'
import { UNSTYLED } from '../../src/text/unstyled.ts'
import { renderWaterfall } from '../../src/trace/render/waterfall/waterfall.ts'
import { matchingNodes, nodesInView, type Selection, subtree } from '../../src/trace/select.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { anyTrace } from './any-trace.ts'
import { makeTrace, spanId } from './make.ts'

const tree = buildTree(
  makeTrace(
    { id: 1, ms: 100, name: 'root' },
    { id: 2, parent: 1, ms: 50, service: 'cart', name: 'two' },
    { id: 3, parent: 2, ms: 5, status: 'error', name: 'three' },
    { id: 4, parent: 1, ms: 20, service: 'cart', name: 'four' },
  ),
)
const ids = (flags: Uint8Array) =>
  tree.spans
    .filter((_, node) => flags[node] === 1)
    .map(({ spanId }) => Number(`0x${spanId}`))
    .sort()

test.each<[Selection, number[], number[]]>([
  [{}, [1, 2, 3, 4], [1, 2, 3, 4]],
  [{ errors: true }, [3], [1, 2, 3]],
  [{ service: 'cart' }, [2, 4], [1, 2, 4]],
  [{ service: 'cart', minNanos: 30e6 }, [2], [1, 2]],
  [{ depth: 2 }, [1, 2, 4], [1, 2, 4]],
  [{ depth: 2, errors: true }, [], []],
  [{ attributes: [['a', 'b']] }, [], []],
])('%j: matching and in view', (selection, matching, inView) => {
  expect(ids(matchingNodes(tree, selection))).toEqual(matching)
  expect(ids(nodesInView(tree, selection))).toEqual(inView)
})

test('a span without an end took at least until the last end below it', () => {
  const hung = buildTree(
    makeTrace(
      { id: 1, ms: 0, marks: ['end-missing'] },
      { id: 2, parent: 1, ms: 40 },
      { id: 3, parent: 2, ms: 0, marks: ['end-missing'] },
    ),
  )
  expect([...matchingNodes(hung, { minNanos: 40e6 })]).toEqual([1, 1, 0])
  expect([...matchingNodes(hung, { minNanos: 41e6 })]).toEqual([0, 0, 0])
})

test('attributes are looked for in the span, then in its resource; any type by its text', () => {
  const [span] = tree.trace.spans
  if (!span) throw new Error('no span')
  const rich = { ...span, attributes: [['code', 500] as const], resource: [['zone', 'a'] as const] }
  const one = buildTree({ ...tree.trace, spans: [rich] })
  const count = (...attributes: [string, string][]) => matchingNodes(one, { attributes })[0]
  expect([count(['code', '500']), count(['zone', 'a']), count(['zone', 'a'], ['code', '5'])]).toEqual([
    1, 1, 0,
  ])
})

test('a subtree is the span and all below it, as a root or as it was', () => {
  expect(subtree(tree, spanId(2), true)?.trace.spans.map((span) => span.parentId)).toEqual([
    undefined,
    spanId(2),
  ])
  expect(subtree(tree, spanId(2), false)?.trace.spans[0]?.parentId).toBe(spanId(1))
  expect(subtree(tree, spanId(9), true)).toBeUndefined()
})

describe('drawn', () => {
  const draw = (given: typeof tree, width: number, selection: Selection, bars: boolean) => [
    ...renderWaterfall(given, {
      width,
      unicode: true,
      style: UNSTYLED,
      bars,
      view: { shown: nodesInView(given, selection), says: '--error' },
    }),
  ]

  test('only what is in view has a row, and how much is hidden is said', () => {
    const text = draw(tree, 100, { errors: true }, true).join('\n')
    expect(text).toMatch(/3 of 4 spans shown \(--error\); without this flag, all/)
    // It is still among the slowest, and has no row.
    expect(text).not.toMatch(/[├└] four/)
    expect(text).toMatch(/└ ✗ three/)
  })

  test('without bars there is no axis, no bar and no legend for them', () => {
    const text = draw(tree, 100, {}, false).join('\n')
    expect(text).not.toMatch(/[█━│┄]0|critical path|█|━/)
    expect(text).toMatch(/two +cart +50\.0ms$/m)
  })

  test('no line is wider than asked, whatever is chosen', () => {
    fc.assert(
      fc.property(
        anyTrace,
        fc.integer({ min: 20, max: 200 }),
        fc.boolean(),
        fc.boolean(),
        (trace, width, bars, errors) => {
          for (const line of draw(buildTree(trace), width, { errors, depth: 3 }, bars)) {
            expect(displayWidth(line)).toBeLessThanOrEqual(width)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
