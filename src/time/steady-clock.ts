import type { Clock } from '../ports/ports.ts'

/**
 * A clock for how long something takes: where the clock of the machine is set back, it goes on from where it was, and what
 * was slept has passed. Forward it follows, since that is also how a machine that was suspended finds its clock. Once the
 * clock was set back its time is no date.
 */
export function steadyClock(clock: Clock): Clock {
  let latest = Number.NEGATIVE_INFINITY
  let ahead = 0
  const now = () => {
    ahead = Math.max(ahead, latest - clock.now())
    latest = clock.now() + ahead
    return latest
  }
  return {
    now,
    async sleep(milliseconds, signal) {
      const end = now() + milliseconds
      await clock.sleep(milliseconds, signal)
      latest = Math.max(latest, end)
    },
  }
}
