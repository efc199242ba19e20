import { cpus } from 'node:os'

const TICK_MILLISECONDS = 250
const LONGEST_STARVED_MILLISECONDS = 25_000
/** Longer than a command for a prompt or a script lives. */
const REFILL_MILLISECONDS = 60_000

/** Milliseconds since boot, added up over all processors. */
export interface ProcessorTimes {
  readonly idle: number
  readonly used: number
}

/** How much time is left for the answers of a service on this machine. */
export interface ResponseBudget {
  /**
   * The answer, or a rejection with `late()` once the budget is used up; it is then so for every later call, until the
   * budget is refilled.
   */
  wait<T>(ask: () => Promise<T>, late: () => Error): Promise<T>
}

/**
 * A budget for all calls together. It counts only time in which the service could have answered: not while no
 * processor was free, when the service, or this process, waits for its turn. By the clock alone a keychain looks stuck
 * there: 100 processes and 4 busy loops on two processors waited up to 6.3 s for their one read, in which the processors
 * were idle for 10 ms. A service that hangs uses no processor, so on all but a saturated machine the budget is the time
 * by the clock. At most 25 s in all are not counted.
 *
 * A process that lives on (a proxy) has a new budget from time to time: a minute after the one before could have been used
 * up, and once each call is answered, also one that was given up. A call without an answer blocks a thread of this process,
 * and there are four.
 */
export function openResponseBudget(
  milliseconds: number,
  times: () => ProcessorTimes = processorTimes,
): ResponseBudget {
  let left = milliseconds
  let starvedLeft = LONGEST_STARVED_MILLISECONDS
  let unanswered = 0
  /** When the first call of this budget was made. */
  let since: number | undefined
  const refillWhenDue = () => {
    since ??= performance.now()
    if (unanswered > 0 || performance.now() - since < milliseconds + REFILL_MILLISECONDS) return
    since = performance.now()
    left = milliseconds
    starvedLeft = LONGEST_STARVED_MILLISECONDS
  }
  return {
    async wait(ask, late) {
      refillWhenDue()
      if (left <= 0) throw late()
      let ticker: NodeJS.Timeout | undefined
      // Not read before the first tick: most answers come within milliseconds, and reading it takes some itself on
      // machines with many processors.
      let before: ProcessorTimes | undefined
      try {
        unanswered++
        return await Promise.race([
          ask().finally(() => unanswered--),
          new Promise<never>((_, reject) => {
            ticker = setInterval(() => {
              const now = times()
              if (starvedLeft > 0 && before && isSaturated(before, now)) starvedLeft -= TICK_MILLISECONDS
              else left -= TICK_MILLISECONDS
              before = now
              if (left <= 0) reject(late())
            }, TICK_MILLISECONDS)
          }),
        ])
      } finally {
        clearInterval(ticker)
      }
    },
  }
}

/**
 * Whether the processors together were idle for less than a tenth of one. Where the system does not tell its times
 * (some sandboxes give zeros), it is not.
 */
function isSaturated(before: ProcessorTimes, now: ProcessorTimes): boolean {
  const idle = now.idle - before.idle
  return idle < TICK_MILLISECONDS / 10 && now.used - before.used > idle
}

function processorTimes(): ProcessorTimes {
  let [idle, used] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    used += times.user + times.nice + times.sys + times.irq
  }
  return { idle, used }
}
