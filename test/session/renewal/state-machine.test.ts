import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runsOf } from '../../property-runs.ts'
import { Model, SLOT } from './state-machine-model.ts'
import { plans, play } from './state-machine-plan.ts'

const RUNS = runsOf(10_000)

// Fifteen seconds of processor time for all plans, which takes longer on a machine with other work.
describe('two or three processes, a strict provider, and whatever may happen to them', () => {
  it('keeps every promise for any order of steps, any crash, any answer', () => {
    fc.assert(
      fc.property(plans(), (plan) => void play(plan)),
      { numRuns: RUNS },
    )
  })

  it('spends one refresh token in all when nothing goes wrong, and everybody gets the same token', () => {
    const orders = fc.array(fc.nat({ max: 2 }), { maxLength: 30 })
    const rotation = fc.constantFrom('rotate' as const, 'keep' as const, 'omit' as const)
    fc.assert(
      fc.property(orders, fc.integer({ min: 2, max: 3 }), rotation, (order, count, rotation) => {
        const model = new Model({ rotation, grace: 0, silent: false, growth: 0 }, 3600)
        model.signIn(3600)
        const processes = Array.from({ length: count }, () => model.start(SLOT))
        for (const who of order) model.step(processes[who % count] as (typeof processes)[0], 'ok')
        for (let round = 0; round < 20; round++) for (const process of processes) model.step(process, 'ok')
        const given = processes.map(({ effect }) => (effect.do === 'give' ? effect.token.value : effect.do))
        expect(new Set(given)).toEqual(new Set([model.disk?.body.tokens[0]?.value]))
        expect(model.provider.granted).toBe(1)
        expect(model.disk?.body).not.toHaveProperty('attempt')
      }),
      { numRuns: RUNS / 5 },
    )
  })
})
