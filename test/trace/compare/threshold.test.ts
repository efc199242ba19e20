import { describe, expect, test } from 'vitest'
import { differs, thresholdFor } from '../../../src/trace/compare/significance.ts'

describe('from where on a difference counts', () => {
  test.each([
    [1, 1, 0.25],
    [4, 9, 0.125],
    [25, 25, 0.05],
    [1000, 1000, 0.05],
    [1, 1000, 0.25],
  ])('%d traces against %d: %d', (a, b, share) => {
    expect(thresholdFor(a, b, 1000).share).toBe(share)
  })

  test.each([
    [100, 125, true],
    [100, 124, false],
    [125, 100, true],
    [124, 100, false],
    // One hundredth of the whole.
    [1, 9, false],
    [1, 11, true],
    [0, 10, true],
    [0, 0, false],
  ])('%d to %d in a trace of 1000: %s', (a, b, counts) => {
    expect(differs(a, b, thresholdFor(1, 1, 1000))).toBe(counts)
  })
})
