import { describe, expect, test } from 'vitest'
import { Population } from '../../../src/trace/causes/population.ts'
import { rankCauses } from '../../../src/trace/causes/rank-causes.ts'
import { EVERYTHING } from './judge-worlds.ts'
import { type NullShape, nullWorld } from './null-worlds.ts'

/** In how many worlds without a cause one is named. */
function named(shape: NullShape, runs: number): number {
  const verdicts = Array.from({ length: runs }, (_, i) => {
    const population = new Population(EVERYTHING, { by: 'errors' })
    for (const trace of nullWorld(7919 * (i + 1), shape)) population.add(trace)
    return rankCauses(population.divided().comparison).verdict
  })
  return verdicts.filter((verdict) => verdict === 'causes').length
}

describe('where pods and failures have nothing to do with each other, fewer than one of a hundred runs names one', () => {
  describe.each([20, 100])('requests that fail as a whole, %d of them', (requests) => {
    test.each([
      [5, true],
      [20, true],
      [5, false],
      [20, false],
    ])('of %d spans on one pod; behind a gateway: %s', (spans, hasGateway) => {
      const shape = { requests, spans, hasGateway, failures: 'whole', pods: 'of-request' } as const
      expect(named(shape, 100)).toBe(0)
    })
  })

  test('however spans have pods and fail', () => {
    const shapes = [5, 20, [1, 30] as const].flatMap((spans) =>
      [true, false].flatMap((hasGateway) =>
        (['whole', 'spans', 'one'] as const).flatMap((failures) =>
          (['of-request', 'of-span'] as const).map((pods) => ({ spans, hasGateway, failures, pods })),
        ),
      ),
    )
    const counts = shapes.map((shape) => named({ ...shape, requests: 20 }, 60))
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThan((shapes.length * 60) / 100)
  })
})
