import { describe, expect, test } from 'vitest'
import { rankChance } from '../../../src/trace/compare/significance.ts'
import { seeded } from '../../world/trace/random.ts'
import { tailOfWins } from './planted-truth.ts'

const sample = (times: readonly number[]) => ({
  values: Float64Array.from(times.filter((time) => time > 0)).sort(),
  traces: times.length,
})
const chance = (longer: readonly number[], shorter: readonly number[]) =>
  rankChance(sample(longer), sample(shorter))

/** By its definition: of all ways to part the times, in how many the first part is as far up, by pairs that it wins. */
function byHand(longer: readonly number[], shorter: readonly number[]): number {
  const all = [...longer, ...shorter]
  const wins = (chosen: ReadonlySet<number>) => {
    let sum = 0
    for (const x of chosen)
      for (const [y, time] of all.entries())
        if (!chosen.has(y)) sum += Number((all[x] as number) > time) + Number(all[x] === time) / 2
    return sum
  }
  const seen = wins(new Set(longer.keys()))
  let [ways, asFar] = [0, 0]
  const choose = (from: number, chosen: readonly number[]): void => {
    if (chosen.length === longer.length) {
      ways += 1
      if (wins(new Set(chosen)) >= seen) asFar += 1
      return
    }
    for (let next = from; next < all.length; next++) choose(next + 1, [...chosen, next])
  }
  choose(0, [])
  return Math.min(1, (2 * asFar) / ways)
}

describe('few traces: every way to part them is counted', () => {
  // Four against four, all of them longer: one of 70 ways, for either side.
  test.each([
    [[5, 6, 7, 8], [1, 2, 3, 4], 2 / 70],
    [[4, 6, 7, 8], [1, 2, 3, 5], 4 / 70],
    [[1, 2, 3, 4], [5, 6, 7, 8], 1],
    [[6, 7], [1, 2, 3, 4, 5], 2 / 21],
    [[3, 4, 5, 6, 7], [1, 2], 2 / 21],
    // Equal times prove nothing.
    [[3, 3, 3], [3, 3, 3], 1],
    [[0, 0], [0, 0], 1],
  ])('%j against %j: %d', (longer, shorter, expected) => {
    expect(chance(longer, shorter)).toBeCloseTo(expected, 12)
  })

  test('as the definition has it, also with equal times and with traces that spent none', () => {
    const random = seeded(3)
    for (let round = 0; round < 60; round++) {
      const draw = (count: number, more: number) =>
        Array.from({ length: count }, () => Math.max(0, random.between(-2, 5) + more))
      const [longer, shorter] = [draw(random.between(2, 6), 2), draw(random.between(2, 6), 0)]
      expect(chance(longer, shorter), `${longer} / ${shorter}`).toBeCloseTo(byHand(longer, shorter), 12)
    }
  })
})

/** Times without equal ones, so that pairs can be counted. */
function drawn(seed: number, longer: number, shorter: number, more: number): [number[], number[]] {
  const random = seeded(seed)
  const draw = (count: number, extra: number) =>
    Array.from({ length: count }, () => random.between(1, 1e9) + extra)
  return [draw(longer, more), draw(shorter, 0)]
}
const byPairs = (longer: readonly number[], shorter: readonly number[]) => {
  const wins = longer.flatMap((x) => shorter.filter((y) => x > y)).length
  return Math.min(1, 2 * tailOfWins(wins, shorter.length, longer.length))
}

describe('more traces', () => {
  test.each([
    [20, 20, 3e8],
    [20, 22, 3e8],
    [12, 25, 4e8],
  ])('%d against %d are counted, too', (longer, shorter, more) => {
    const [x, y] = drawn(longer, longer, shorter, more)
    expect(chance(x, y) / byPairs(x, y)).toBeCloseTo(1, 9)
  })

  // The ranks are rounded: the same to a few percent.
  test.each([
    [4, 120, 6e8],
    [120, 4, 6e8],
    [12, 60, 4e8],
  ])('%d against %d are counted with rounded ranks', (longer, shorter, more) => {
    const [x, y] = drawn(longer, longer, shorter, more)
    const exact = byPairs(x, y)
    expect(exact).toBeLessThan(0.05)
    expect(chance(x, y) / exact).toBeGreaterThan(0.85)
    expect(chance(x, y) / exact).toBeLessThan(1.15)
  })
})
