import { describe, expect, test } from 'vitest'
import { seedOf } from '../../seed.ts'
import { countBreakdowns, nearestRank } from './breakdown-worlds.ts'

describe('the breakdown of 100 made-up worlds', () => {
  const count = countBreakdowns(100, seedOf())

  test('the shares of each trace add up to its duration, to the nanosecond', () => {
    expect(count.traces).toBeGreaterThan(1000)
    expect(count.whole).toBe(count.traces)
    expect(count.sums).toBe(count.worlds)
  })

  test('p50 and p99 of each operation and service are what another computation says', () => {
    expect(count.operations).toBeGreaterThan(500)
    expect(count.equalOperations).toBe(count.operations)
    expect(count.services).toBeGreaterThan(300)
    expect(count.equalServices).toBe(count.services)
  })
})

test.each([
  [1, 50, 1n],
  [2, 50, 1n],
  [3, 50, 2n],
  [100, 99, 99n],
  [101, 99, 100n],
  [1, 99, 1n],
])('the other computation: of 1 to %d the %dth percentile is %d', (count, percent, expected) => {
  const values = BigUint64Array.from({ length: count }, (_, i) => BigInt(i + 1))
  expect(nearestRank(values, percent)).toBe(expected)
})
