import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { play, plans } from './rotation-plan.ts'

const RUNS = 12_000

describe('any interleaving, any crash, any answer', () => {
  it('keeps every promise', () => {
    fc.assert(
      fc.property(plans(), (plan) => {
        play(plan)
      }),
      { numRuns: RUNS },
    )
  })
})
void expect
