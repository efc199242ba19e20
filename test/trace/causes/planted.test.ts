import { describe, expect, test } from 'vitest'
import { judgeWorlds } from './judge-worlds.ts'

describe('200 worlds with a planted cause, and 200 without', () => {
  const judged = judgeWorlds(200)

  test('a cause that the numbers prove is ranked first', () => {
    expect(judged.provable).toBeGreaterThan(100)
    expect(judged.first / judged.provable).toBeGreaterThanOrEqual(0.99)
  })

  test('where they prove none, they are called too few to tell, or nothing stands out', () => {
    expect(judged.open / judged.unprovable).toBeGreaterThanOrEqual(0.98)
    expect(judged.quiet / judged.without).toBeGreaterThanOrEqual(0.98)
  })

  test('where only values found once differ by a quarter, they are too few to tell', () => {
    expect(judged.rare).toBeGreaterThanOrEqual(5)
    expect(judged.rareTold).toBe(judged.rare)
  })

  test('where they prove none, none is named', () => {
    expect(judged.unprovable).toBeGreaterThan(20)
    expect(judged.misled / judged.unprovable).toBeLessThanOrEqual(0.02)
    expect(judged.falselyNamed / judged.without).toBeLessThanOrEqual(0.02)
  })
})
