import { expect, it } from 'vitest'
import { percentile } from '../../../src/trace/tree/fold.ts'

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

it('of no values it is 0, of one that one', () => {
  expect(percentile([], 50)).toBe(0)
  expect([0, 50, 99.9, 100].map((p) => percentile([7], p))).toEqual([7, 7, 7, 7])
})

it.each([
  [99.9, 1000, 999],
  [99.9, 2000, 1998],
  [99.99, 10_000, 9999],
  [99.999, 100_000, 99_999],
  [50, 4, 2],
  [50, 5, 3],
  [0.1, 1000, 1],
  [100, 1000, 1000],
])('p%d of the numbers from 1 to %d is %d', (p, n, rank) => {
  expect(percentile(upTo(n), p)).toBe(rank)
})
