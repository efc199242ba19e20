import type { HttpAnswer } from './ports/http.ts'
import type { Clock } from './ports/ports.ts'

/**
 * A clock for how long something takes. If the clock of the machine is set back, it continues from where it was, and a sleep
 * has passed. Forward it follows, since a machine that was suspended finds its clock that way, too. Once the clock was set back
 * its time isn't a date.
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

/**
 * The server's clock minus ours in seconds, by the Date header (RFC 9110 §6.6.1); 0 when it is missing or invalid. A
 * cache keeps the Date of the first answer, and Age (RFC 9111 §5.1) says how many seconds ago that was.
 */
export function skewOf({ headers }: Pick<HttpAnswer, 'headers'>, now: number): number {
  const skew = Math.round((Date.parse(headers.date ?? '') - now) / 1000) + ageIn(headers)
  // The Date header has whole seconds, and the response was some time on its way.
  return Number.isNaN(skew) || Math.abs(skew) <= 2 ? 0 : skew
}

/** Seconds; NaN: a cache has kept the answer, and does not say how long. Of a list the first one counts. */
function ageIn({ age }: HttpAnswer['headers']): number {
  return age === undefined ? 0 : Number(/^\s*(\d+)\s*(?:,|$)/.exec(age)?.[1])
}
