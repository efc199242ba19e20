import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { wallClock } from '../../src/system/clock.ts'

const SECOND = 1_000
const HOUR = 3_600 * SECOND

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/**
 * Sleeps; at each of these moments the clock is set by so much. Gives how long it was; undefined where it is longer than
 * twice what it should be.
 */
async function sleptOf(
  milliseconds: number,
  settings: readonly (readonly [at: number, by: number])[],
): Promise<number | undefined> {
  let isOver = false
  void wallClock.sleep(milliseconds).then(() => {
    isOver = true
  })
  for (let passed = 0; passed < 2 * milliseconds; ) {
    for (const [at, by] of settings) if (at === passed) vi.setSystemTime(Date.now() + by)
    passed += 100
    await vi.advanceTimersByTimeAsync(100)
    if (isOver) return passed
  }
  return undefined
}

it.each<[what: string, milliseconds: number, settings: [at: number, by: number][], slept: number]>([
  ['as long as it was told', SECOND, [], SECOND],
  ['as long, in several timers', 12 * SECOND, [], 12 * SECOND],
  ['no longer because the clock is set back', SECOND, [[200, -HOUR]], SECOND],
  [
    'no longer because it is set back again and again',
    12 * SECOND,
    [
      [200, -HOUR],
      [6_000, -HOUR],
      [11_000, -HOUR],
    ],
    12 * SECOND,
  ],
  ['less where the clock is set forward, by as much', 12 * SECOND, [[7_000, 100]], 11_900],
  // A machine that was suspended: its timers stood still, its clock went on.
  [
    'until the timer that runs is over, where the clock has gone on by an hour',
    60 * SECOND,
    [[7_000, HOUR]],
    10 * SECOND,
  ],
])('sleeps %s', async (_, milliseconds, settings, slept) => {
  expect(await sleptOf(milliseconds, settings)).toBe(slept)
})

it('a sleep that is called off ends at once, with its reason', async () => {
  const stop = new AbortController()
  const sleep = wallClock.sleep(HOUR, stop.signal)
  stop.abort(new Error('called off'))
  await expect(sleep).rejects.toThrow('called off')
  await expect(wallClock.sleep(HOUR, stop.signal)).rejects.toThrow('called off')
  expect(vi.getTimerCount()).toBe(0)
})
