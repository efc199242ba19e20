import { describe, expect, test } from 'vitest'
import { chanceOf } from '../../../src/trace/analysis/exact-test.ts'
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
})
