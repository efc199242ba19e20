import { Failure, NetworkFailure } from '../errors.ts'
import { waitHint } from '../http-answers/rate-limit.ts'
import type { HttpAnswer } from '../ports/http.ts'
import type { Clock } from '../ports/ports.ts'
import { steadyClock } from '../time/steady-clock.ts'
import { isLimit, Pace } from './pace.ts'

/** One of several rate limits of an API. */
export interface NamedLimit {
  readonly name: string
  /**
   * It looks at results that are paid for already, so it may be the last one of the limit; and it is sent once, as pollers
   * repeat it.
   */
  readonly isPoll?: boolean
}

/**
 * Sends one request of many, more than once where that helps; `isRead`: it changes nothing, so it may be repeated. `limit`:
 * what it counts against, where that is not the limit of most requests.
 */
export type Pacing = (
  attempt: () => Promise<HttpAnswer>,
  isRead: boolean,
  limit?: NamedLimit,
) => Promise<HttpAnswer>

/** What a {@link Pacing} works with. */
export interface PacingOptions {
  readonly clock: Clock
  /** Ends every wait: its reason is thrown. */
  readonly signal: AbortSignal
  /** Called with the wait when all requests wait for a limit. */
  readonly onLimit: (milliseconds: number) => void
  /** No limit is waited for beyond so long from now; when not given, only each for an hour at most. */
  readonly patienceMilliseconds?: number
}

/** A limit of an hour is worth waiting for, one of a day isn't: then the answer is given back, or none is asked for. */
const LONGEST_WAIT_MILLISECONDS = 3_700_000
/** A shorter wait for the next window is not worth a word: there is one each second. */
const LEAST_TOLD_MILLISECONDS = 2_000
/** Times that one request meets a limit, with other programs of the same organization at it. */
const MOST_LIMITS = 8
/** Times that one request is sent when no answer comes, or the gateway finds no back end. */
const MOST_TRIES = 3
const FIRST_BACKOFF_MILLISECONDS = 500
const BEHIND_GATEWAY = new Set([502, 503, 504])

/**
 * The pace of all requests of one run: a limit that one of them meets is waited for by all that count against it. Failure `rate-limited` where the
 * API has said that no request is left for longer than is worth waiting for.
 */
export function openPacing(options: PacingOptions): Pacing {
  const { clock: dates, signal, onLimit } = options
  const paces = new Map<string | undefined, Pace>()
  const paceOf = (limit: NamedLimit | undefined): Pace => {
    const pace = paces.get(limit?.name) ?? new Pace()
    paces.set(limit?.name, pace)
    return pace
  }
  const clock = steadyClock(dates)
  const until = clock.now() + (options.patienceMilliseconds ?? Number.POSITIVE_INFINITY)
  const isTooLong = (wait: number) => wait > LONGEST_WAIT_MILLISECONDS || clock.now() + wait > until
  // One signal for all who wait: `AbortSignal.any` for each wait leaks in Node 20.
  let answered = new AbortController()
  signal.addEventListener('abort', () => answered.abort())

  let notedUntil = Number.NEGATIVE_INFINITY
  const tell = (milliseconds: number) => {
    notedUntil = Math.max(notedUntil, clock.now() + milliseconds)
    onLimit(milliseconds)
  }

  async function turn(pace: Pace, mayBeLast: boolean | undefined): Promise<void> {
    const left = () => pace.wait(clock.now(), mayBeLast)
    for (let wait = left(); wait > 0; wait = left()) {
      signal.throwIfAborted()
      if (isTooLong(wait)) throw nothingLeft(wait)
      if (wait >= LEAST_TOLD_MILLISECONDS && clock.now() + wait > notedUntil) tell(wait)
      await clock.sleep(wait, answered.signal).catch(() => {})
    }
    signal.throwIfAborted()
    pace.begin(clock.now())
  }

  /** One answer, or the failure to get one; the second number is how long everybody waits now. */
  async function once(
    attempt: () => Promise<HttpAnswer>,
    limit: NamedLimit | undefined,
  ): Promise<[HttpAnswer | NetworkFailure, number]> {
    const pace = paceOf(limit)
    await turn(pace, limit?.isPoll)
    const beganAt = clock.now()
    let isAnswered = false
    try {
      const answer = await attempt()
      isAnswered = true
      return [answer, pace.answered(answer, beganAt, clock.now(), dates.now())]
    } catch (error) {
      if (error instanceof NetworkFailure) return [error, 0]
      throw error
    } finally {
      if (!isAnswered) pace.failed()
      // Others may wait for this answer.
      answered.abort()
      answered = new AbortController()
    }
  }

  return async (attempt, isRead, limit) => {
    for (let [limits, tries] = [0, 0]; ; ) {
      const [end, wait] = await once(attempt, limit)
      const isFailure = end instanceof NetworkFailure
      if (limit?.isPoll && !isFailure) return end
      if (!isFailure && isLimit(end)) {
        limits += 1
        if (limits === MOST_LIMITS || isTooLong(wait)) return end
        tell(wait)
        continue
      }
      tries += 1
      const isOver = !isRead || limit?.isPoll || tries === MOST_TRIES
      if (isFailure && isOver) throw end
      if (!isFailure && (isOver || !BEHIND_GATEWAY.has(end.status))) return end
      await clock.sleep(FIRST_BACKOFF_MILLISECONDS * 2 ** (tries - 1), signal)
    }
  }
}

const nothingLeft = (milliseconds: number): Failure =>
  new Failure('rate-limited', "the API's request limit is used up", {
    hint: waitHint({ retryMilliseconds: milliseconds }),
  })
