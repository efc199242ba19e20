import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openResponseBudget, type ProcessorTimes } from '../../src/system/keychain.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Two processors of which one is idle for this share of the time (0 to 2). */
const machine = (idleShare: () => number) => {
  let [at, idle, used] = [Date.now(), 0, 0]
  return (): ProcessorTimes => {
    const passed = Date.now() - at
    at = Date.now()
    idle += passed * idleShare()
    used += passed * (2 - idleShare())
    return { idle, used }
  }
}

/** After how many milliseconds a call that is never answered is given up; undefined: not within two minutes. */
async function givenUpAfter(budget: ReturnType<typeof openResponseBudget>): Promise<number | undefined> {
  const started = Date.now()
  let gaveUp: number | undefined
  const ask = () => new Promise<never>(() => {})
  budget
    .wait(ask, () => new Error('late'))
    .catch(() => {
      gaveUp = Date.now() - started
    })
  await vi.advanceTimersByTimeAsync(120_000)
  return gaveUp
}

const after = <T>(milliseconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(resolve, milliseconds, value))

describe('a service that never answers', () => {
  it.each<[string, number, number]>([
    ['on an idle machine: by the clock', 2, 5_000],
    ['on a machine with a tenth of a processor free: by the clock', 0.1, 5_000],
    // The first tick has nothing to compare with and counts.
    ['on a saturated machine: 25 s later', 0.09, 30_000],
    ['on a machine without an idle moment: 25 s later', 0, 30_000],
  ])('%s', async (_, idleShare, expected) => {
    expect(
      await givenUpAfter(
        openResponseBudget(
          5_000,
          machine(() => idleShare),
        ),
      ),
    ).toBe(expected)
  })
})

describe('the budget is one for all calls', () => {
  const late = () => new Error('late')

  it('slow answers use it up together', async () => {
    const budget = openResponseBudget(
      5_000,
      machine(() => 2),
    )
    const first = budget.wait(() => after(3_100, 'one'), late)
    await vi.advanceTimersByTimeAsync(3_100)
    expect(await first).toBe('one')
    expect(await givenUpAfter(budget)).toBe(2_000)
  })

  it('once it is used up, nothing is asked any more', async () => {
    const budget = openResponseBudget(
      5_000,
      machine(() => 2),
    )
    await givenUpAfter(budget)
    const ask = vi.fn(() => Promise.resolve('one'))
    await expect(budget.wait(ask, late)).rejects.toThrow('late')
    expect(ask).not.toHaveBeenCalled()
  })
})
