import { describe, expect, test } from 'vitest'
import { seedOf } from '../../seed.ts'
import { countNamed } from './equal-sides.ts'
import { countWorlds } from './planted-judge.ts'
import { countSides } from './planted-sides.ts'
import { tailOfWins } from './planted-truth.ts'

test('in 200 made-up worlds it says what was planted', () => {
  const { worlds, first, same, newAndGone } = countWorlds(200, seedOf())
  expect(first).toBeGreaterThanOrEqual(worlds * 0.99)
  expect(same).toBe(worlds)
  expect(newAndGone).toBe(worlds)
})

describe('200 made-up worlds with several traces on each side, and 200 in which nothing is slower', () => {
  const count = countSides(200, seedOf())

  test('what the traces prove is named first', () => {
    expect(count.provable).toBeGreaterThan(80)
    expect(count.first / count.provable).toBeGreaterThanOrEqual(0.98)
  })

  test('where they prove nothing they are called too few', () => {
    expect(count.unprovable).toBeGreaterThan(30)
    expect(count.tooFew / count.unprovable).toBeGreaterThanOrEqual(0.95)
  })

  test('where nothing is slower, nothing is called so', () => {
    expect(count.quiet / count.without).toBeGreaterThanOrEqual(0.98)
  })

  // The two longest of four are the other side's in one of six ways to part them.
  test('the judge can count', () => {
    expect(tailOfWins(4, 2, 2)).toBeCloseTo(1 / 6, 12)
    expect(tailOfWins(3, 2, 2)).toBeCloseTo(2 / 6, 12)
    expect(tailOfWins(0, 3, 5)).toBe(1)
  })
})

// One in a hundred is promised, and more than five of 200 would be a thing of one in three hundred.
test.each([
  [30, 100, 0.5],
  [100, 100, 0.5],
  [21, 300, 0.35],
])(
  '%d and %d traces that do not differ, operations in a share of %d of them: none is named',
  (tracesA, tracesB, presence) => {
    expect(countNamed(200, seedOf(), { tracesA, tracesB, presence })).toBeLessThanOrEqual(5)
  },
)
