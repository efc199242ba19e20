import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type CriticalPath,
  criticalPath,
  knownTimes,
  wholePart,
} from '../../../src/trace/analysis/critical-path.ts'
import { isEndless } from '../../../src/trace/tree/span-facts.ts'
import { buildTree, type TraceTree } from '../../../src/trace/tree/trace-tree.ts'
import { runsOf } from '../../property-runs.ts'
import { anyTrace, soundTrace } from '../any-trace.ts'
import { makeChain, makeTrace, type Sketch } from '../make.ts'

function pathBelow(tree: TraceTree, tops: readonly number[]): CriticalPath {
  const times = knownTimes(tree)
  return criticalPath(
    tree,
    tops.map((top) => wholePart(top, times)),
    times,
  )
}

/** `[span, from, to]` in milliseconds. */
function pathOf(...sketches: Sketch[]): [number, number, number][] {
  const tree = buildTree(makeTrace(...sketches))
  return [...pathBelow(tree, tree.roots.slice(0, 1))].map(({ node, startNanos, endNanos }) => [
    Number.parseInt(tree.span(node).spanId, 16),
    startNanos / 1e6,
    endNanos / 1e6,
  ])
}

const root: Sketch = { id: 1, ms: 100 }
const ENDLESS = { ms: 0, marks: ['end-missing'] } as const

test.each<[string, Sketch[], [number, number, number][]]>([
  ['a lone span', [root], [[1, 0, 100]]],
  [
    'one child',
    [root, { id: 2, parent: 1, at: 20, ms: 50 }],
    [
      [1, 0, 20],
      [2, 20, 70],
      [1, 70, 100],
    ],
  ],
  [
    'a child without an end, up to the last end that is known below it',
    [root, { id: 2, parent: 1, at: 10, ...ENDLESS }, { id: 3, parent: 2, at: 20, ms: 60 }],
    [
      [1, 0, 10],
      [2, 10, 20],
      [3, 20, 80],
      [1, 80, 100],
    ],
  ],
  [
    'not what follows from its parent without being waited for',
    [
      root,
      { id: 2, parent: 1, at: 5, ms: 80 },
      { id: 3, parent: 1, at: 10, ms: 500, marks: ['follows-parent'] },
      { id: 4, parent: 3, at: 20, ms: 70 },
    ],
    [
      [1, 0, 5],
      [2, 5, 85],
      [1, 85, 100],
    ],
  ],
  [
    'a root without an end, up to the last end that is known',
    [
      { id: 1, ...ENDLESS },
      { id: 2, parent: 1, at: 20, ms: 50 },
    ],
    [
      [1, 0, 20],
      [2, 20, 70],
    ],
  ],
  [
    'back-to-back siblings, lost by a strict comparison',
    [root, { id: 2, parent: 1, at: 10, ms: 40 }, { id: 3, parent: 1, at: 50, ms: 40 }],
    [
      [1, 0, 10],
      [2, 10, 50],
      [3, 50, 90],
      [1, 90, 100],
    ],
  ],
  [
    'a child that begins and ends outside its parent, and one inside',
    [
      root,
      { id: 2, parent: 1, at: 60, ms: 30 },
      { id: 3, parent: 1, at: 110, ms: 50 },
      { id: 4, parent: 3, at: 120, ms: 30 },
    ],
    [
      [1, 0, 60],
      [2, 60, 90],
      [1, 90, 100],
    ],
  ],
  [
    'parallel children: only the one that ends last',
    [root, { id: 2, parent: 1, at: 10, ms: 80 }, { id: 3, parent: 1, at: 10, ms: 40 }],
    [
      [1, 0, 10],
      [2, 10, 90],
      [1, 90, 100],
    ],
  ],
  [
    'children of no length, one at the very end: no endless loop',
    [root, { id: 2, parent: 1, at: 100, ms: 0 }, { id: 3, parent: 1, at: 50, ms: 0 }],
    [[1, 0, 100]],
  ],
  [
    'a child that outlives the root is clipped',
    [root, { id: 2, parent: 1, at: 80, ms: 900 }],
    [
      [1, 0, 80],
      [2, 80, 100],
    ],
  ],
  ['a child wholly outside is not on it', [root, { id: 2, parent: 1, at: 200, ms: 9 }], [[1, 0, 100]]],
  [
    'nobody waits for a consumer',
    [root, { id: 2, parent: 1, at: 80, ms: 20, kind: 'consumer' }],
    [[1, 0, 100]],
  ],
])('%s', (_, sketches, expected) => {
  expect(pathOf(...sketches)).toEqual(expected)
})

/** The end of a span, or the latest of what is below it and no consumer: looked at anew for each. */
const lastEndOf = (tree: TraceTree, node: number): number =>
  isEndless(tree.span(node)) ? lastOfAll(tree, node) : tree.endOf(node)

function lastOfAll(tree: TraceTree, node: number): number {
  const waitedFor = tree.children(node).filter((child) => tree.span(child).kind !== 'consumer')
  return Math.max(tree.endOf(node), ...waitedFor.map((child) => lastOfAll(tree, child)))
}

/** The start of a span; of one without a start the first of those right below it, which are looked at in the same way. */
function firstStartOf(tree: TraceTree, node: number): number {
  if (!tree.span(node).marks.includes('start-missing')) return tree.startOf(node)
  return Math.min(Number.POSITIVE_INFINITY, ...tree.children(node).map((child) => firstStartOf(tree, child)))
}

function expectSound(tree: TraceTree, top: number): void {
  const path = pathBelow(tree, [top])
  const sections = [...path]
  const from = isEndless(tree.span(top)) ? firstStartOf(tree, top) : tree.startOf(top)
  const to = lastEndOf(tree, top)
  if (from >= to) {
    expect(sections).toEqual([])
    return
  }
  let upTo = from
  for (const { node, startNanos, endNanos } of sections) {
    expect(path.sectionsOf(node)).toContainEqual([startNanos, endNanos])
    expect(startNanos).toBe(upTo)
    expect(endNanos).toBeGreaterThan(startNanos)
    expect(tree.startOf(node)).toBeLessThanOrEqual(startNanos)
    expect(lastEndOf(tree, node)).toBeGreaterThanOrEqual(endNanos)
    upTo = endNanos
  }
  expect(upTo).toBe(to)
  const sum = sections.reduce((total, section) => total + section.endNanos - section.startNanos, 0)
  expect(sum).toBe(to - from)
  if (!isEndless(tree.span(top))) expect(sum).toBe(tree.span(top).durationNanos)
}

test('sections are contiguous, inside their spans, and sum to the duration of the root exactly', () => {
  fc.assert(
    fc.property(soundTrace, (trace) => expectSound(buildTree(trace), 0)),
    { numRuns: runsOf(500) },
  )
})

test('the same for every top span of a broken trace', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      const tree = buildTree(trace)
      for (const top of [...tree.roots, ...tree.detached]) expectSound(tree, top)
    }),
  )
})

test('a chain of 80,000 levels overflows no stack', () => {
  const tree = buildTree(makeChain(80_000))
  expect([...pathBelow(tree, [0])].map(({ node }) => tree.depth(node))).toEqual([79_999])
})
