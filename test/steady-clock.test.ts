import { describe, expect, it } from 'vitest'
import { steadyClock } from '../src/steady-clock.ts'

const HOUR = 3_600_000

/** A machine whose clock can be set; sleeps take no time of the test. */
function openMachine() {
  let [time, signalled] = [1_000_000, 0]
  const steady = steadyClock({
    now: () => time,
    async sleep(milliseconds, signal) {
      if (signal?.aborted) {
        signalled += 1
        throw signal.reason
      }
      time += milliseconds
    },
  })
  return {
    steady,
    pass(milliseconds: number) {
      time += milliseconds
    },
    signalled: () => signalled,
  }
}

describe('the time between two moments', () => {
  it.each<[what: string, steps: number[], passed: number]>([
    ['is that of the clock', [200, 300], 500],
    ['is what has passed before and after it was set back', [200, -HOUR, 300], 500],
    ['also where it was set back twice', [200, -HOUR, 300, -HOUR, 50], 550],
    ['includes what a suspended machine has slept', [200, HOUR, 300], HOUR + 500],
    ['goes on after the clock was set back and then right again', [200, -HOUR, 300, HOUR, 50], HOUR + 550],
  ])('%s', (_, steps, passed) => {
    const { steady, pass } = openMachine()
    const began = steady.now()
    const seen = steps.map((step) => {
      pass(step)
      return steady.now() - began
    })
    expect(seen.at(-1)).toBe(passed)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('includes a sleep during which the clock was set back', async () => {
    const { steady, pass } = openMachine()
    const began = steady.now()
    const sleep = steady.sleep(30_000)
    pass(-HOUR)
    await sleep
    expect(steady.now() - began).toBe(30_000)
    pass(400)
    expect(steady.now() - began).toBe(30_400)
  })

  it('does not include a sleep that was called off', async () => {
    const { steady, signalled } = openMachine()
    const began = steady.now()
    await expect(steady.sleep(30_000, AbortSignal.abort(new Error('called off')))).rejects.toThrow(
      'called off',
    )
    expect([steady.now() - began, signalled()]).toEqual([0, 1])
  })
})
