import { describe, expect, test } from 'vitest'
import { howLong } from '../../../src/trace/render/waterfall/header.ts'
import { summariseTrace } from '../../../src/trace/search.ts'
import { lastKnownEnds, leastTimes } from '../../../src/trace/tree/known-times.ts'
import { longestTop } from '../../../src/trace/tree/longest-top.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { unfinishedOf } from '../../../src/trace/tree/unfinished.ts'
import { makeTrace, type Sketch, spanId as spanIdOf } from '../make.ts'

const ENDLESS = { ms: 0, marks: ['end-missing'] } as const
const REVERSED = { ms: 0, marks: ['end-before-start'] } as const
const treeOf = (...spans: readonly Sketch[]) => buildTree(makeTrace(...spans))

test('the last known end of a span without one is that of what is below it, and of nothing else', () => {
  const tree = treeOf(
    { id: 1, at: 0, ...ENDLESS },
    { id: 2, parent: 1, at: 10, ...ENDLESS },
    { id: 3, parent: 2, at: 20, ms: 40 },
    { id: 4, at: 80, ms: 500 },
  )
  expect([...lastKnownEnds(tree)]).toEqual([60e6, 60e6, 60e6, 580e6])
  // One that has an end has it, whatever goes on below it.
  const tail = treeOf({ id: 1, ms: 10 }, { id: 2, parent: 1, at: 5, ms: 90 })
  expect([...lastKnownEnds(tail)]).toEqual([10e6, 95e6])
})

test('who sends a message waits for nobody: where it is consumed says nothing of the end', () => {
  const tree = treeOf(
    { id: 1, at: 0, ...ENDLESS },
    { id: 2, parent: 1, at: 10, kind: 'producer', ...ENDLESS },
    { id: 3, parent: 2, at: 70, kind: 'consumer', ...ENDLESS },
    { id: 4, parent: 3, at: 80, ms: 15 },
  )
  expect([...lastKnownEnds(tree)]).toEqual([10e6, 10e6, 95e6, 95e6])
  expect([...leastTimes(tree)]).toEqual([10e6, 0, 25e6, 15e6])
})

test('a span without a start took at least from the first start below it to the last end', () => {
  const STARTLESS = { ms: 0, marks: ['start-missing'] } as const
  const tree = treeOf(
    { id: 1, at: 0, ms: 100 },
    { id: 2, parent: 1, ...STARTLESS },
    { id: 3, parent: 2, at: 60, ms: 10 },
    { id: 4, parent: 2, at: 80, ms: 15 },
    { id: 5, parent: 1, ...STARTLESS },
    // Some sources give a duration without a start.
    { id: 6, parent: 1, ms: 7, marks: ['start-missing'] },
  )
  const least = leastTimes(tree)
  const ofId = (id: number) => least[tree.spans.findIndex(({ spanId }) => spanId === spanIdOf(id))]
  expect([1, 2, 5, 6].map(ofId)).toEqual([100e6, 35e6, 0, 7e6])
})

test('a stray span of a moment is not taken for the root whose end is missing', () => {
  const spans: Sketch[] = [
    { id: 1, name: 'stray', at: 0, ms: 1 },
    { id: 2, name: 'POST /order', at: 5, ...ENDLESS },
    { id: 3, parent: 2, at: 6, ms: 50 },
  ]
  expect(longestTop(treeOf(...spans))).toBe(1)
  expect(summariseTrace(makeTrace(...spans))).toMatchObject({
    ...{ rootName: 'POST /order', durationNanos: undefined, leastNanos: 56e6 },
  })
  expect(longestTop(treeOf())).toBeUndefined()
})

test('spans below a root that has an end take no duration away from the trace', () => {
  const tree = treeOf({ id: 1, ms: 10 }, { id: 2, parent: 1, ...ENDLESS })
  expect(unfinishedOf(tree)).toBeUndefined()
})

describe('how long a trace took is said as far as it is known', () => {
  test.each<[string, Sketch[]]>([
    [
      'at least 30.0ms (the root has no end)',
      [
        { id: 1, ...ENDLESS },
        { id: 2, parent: 1, at: 10, ms: 20 },
      ],
    ],
    [
      'at least 30.0ms (the root ended before it began)',
      [
        { id: 1, ...REVERSED },
        { id: 2, parent: 1, at: 10, ms: 20 },
      ],
    ],
    [
      'at least 20.0ms (a root has no end)',
      [
        { id: 1, ms: 20 },
        { id: 2, at: 5, ...ENDLESS },
      ],
    ],
    ['no duration (a part has no end)', [{ id: 1, parent: 9, ...ENDLESS }]],
  ])('%s', (text, spans) => {
    expect(howLong(treeOf(...spans), 'us')).toBe(text)
  })
})
