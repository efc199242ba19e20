import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seedOf } from './seed.ts'

describe('the seed of the properties', () => {
  it.each([
    ['', 1],
    ['1', 1],
    ['42', 42],
    ['-7', -7],
  ])('LS_AUTH_SEED=%s is %i', (wanted, seed) => {
    expect(seedOf(wanted)).toBe(seed)
  })

  it.each(['x', '1.5', 'Random'])('LS_AUTH_SEED=%s is a mistake, not another seed', (wanted) => {
    expect(() => seedOf(wanted)).toThrow(wanted)
  })

  it('is the one that fast-check begins with: two properties see the same values', () => {
    const values = () => fc.sample(fc.integer(), 20)
    expect(fc.readConfigureGlobal()).toMatchObject({ seed: seedOf() })
    expect(values()).toEqual(values())
  })
})
