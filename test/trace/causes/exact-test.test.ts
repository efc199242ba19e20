import { describe, expect, test } from 'vitest'
import { chanceOf, chanceToName, leastChance } from '../../../src/trace/analysis/exact-test.ts'
import { tailByProducts } from './judge-worlds.ts'

describe('the exact test', () => {
  // Fisher's own: a lady names all four cups that had the milk first, of eight.
  test.each([
    [{ hits: 4, selection: 4, carriers: 4, all: 8 }, 1 / 70],
    [{ hits: 3, selection: 4, carriers: 4, all: 8 }, 17 / 70],
    [{ hits: 0, selection: 4, carriers: 4, all: 8 }, 1],
    [{ hits: 5, selection: 5, carriers: 12, all: 12 }, 1],
  ])('%j: %d', (table, chance) => {
    expect(chanceOf(table)).toBeCloseTo(chance, 12)
  })

  test('agrees with the definition, for small numbers and for large ones', () => {
    for (const [hits, selection, carriers, all] of [
      [7, 40, 60, 900],
      [60, 100, 200, 2000],
      [99, 3000, 900, 40_000],
    ] as const) {
      const table = { hits, selection, carriers, all }
      expect(chanceOf(table) / tailByProducts(table)).toBeCloseTo(1, 8)
    }
  })

  test('agrees with it where the logarithms of the factorials come from a series, too', () => {
    for (const all of [64, 65, 66, 70]) {
      const table = { hits: 9, selection: 12, carriers: 20, all }
      expect(chanceOf(table) / tailByProducts(table)).toBeCloseTo(1, 11)
    }
  })

  test('the smallest chance: all carriers are selected, or all that is selected carries', () => {
    expect(leastChance({ selection: 4, carriers: 4, all: 8 })).toBeCloseTo(1 / 70, 12)
    expect(leastChance({ selection: 4, carriers: 2, all: 8 })).toBeCloseTo(6 / 28, 12)
    expect(leastChance({ selection: 2, carriers: 4, all: 8 })).toBeCloseTo(6 / 28, 12)
  })

  test('values that no numbers could prove do not count as tests', () => {
    expect(chanceToName([0.001, ...Array(1000).fill(0.5)], 0.01)).toBeCloseTo(0.01, 12)
    expect(chanceToName([0.001, 0.001, 0.5], 0.01)).toBeCloseTo(0.005, 12)
    expect(chanceToName([0.5, 0.02], 0.01)).toBe(0)
    expect(chanceToName([], 0.01)).toBe(0)
  })

  test('one that numbers could prove at the limit itself counts', () => {
    expect(chanceToName([0.01], 0.01)).toBe(0.01)
    expect(chanceToName([0.001, 0.01], 0.01)).toBe(0.005)
    expect(chanceToName([0.001, 0.001, 0.008], 0.01)).toBe(0.005)
  })
})
