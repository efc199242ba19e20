import { Failure, NetworkFailure } from '../errors.ts'
import { readRateLimit, waitHint } from '../http-answers/rate-limit.ts'
import type { HttpAnswer } from '../ports/http.ts'
import type { Clock } from '../ports/ports.ts'
import { steadyClock } from '../steady-clock.ts'

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

/** Times: milliseconds of the clock that the pace is asked by. */
interface Window {
  readonly remaining: number
  /** When the answer that said so has come. */
  readonly reportedAt: number
  /** It is over by then at the latest. */
  readonly endsAt: number
}

/** Waits of ours where the server names none; the shortest is also the shortest that is waited when it names 0. */
const LEAST_BACKOFF_MILLISECONDS = 1_000
const LONGEST_BACKOFF_MILLISECONDS = 60_000
const LEAST_MILLISECONDS = 200
/** Fewer requests before a 429 say more about the others who use the same limit than about the limit. */
const LEAST_ACCEPTED = 16
/** One of so many requests is not used. */
const RESERVED = 50
/** So much faster after so long without a 429: the first lesson is a careful one. */
const GROWTH = 1.1
const GROWTH_MILLISECONDS = 3_000
/** The same where it would come near a pace that has met a 429: others may have stopped, but that is not likely. */
const NEAR_LIMIT_MILLISECONDS = 60_000

/** How the API limits requests was answered: 429 (RFC 6585 §4), and 503 with a time to wait (RFC 9110 §15.6.4). */
const isLimit = ({ status, headers }: Answer): boolean =>
  status === 429 || (status === 503 && headers['retry-after'] !== undefined)

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/**
 * When the next of many requests may be sent, learnt from the answers to all of them. Where answers give the rest of the
 * window, no request exceeds it. Where only a 429 does, all wait that long, and are spread from then on. Reads no clock.
 */
export class Pace {
  #inFlight = 0
  #pausedUntil = Number.NEGATIVE_INFINITY
  #window: Window | undefined
  #limit: number | undefined
  /** Between two requests, once a 429 has shown how many there may be. */
  #interval = 0
  #changedAt = Number.NEGATIVE_INFINITY
  /** The interval that a 429 has shown to be too short. */
  #tooShort = 0
  #nextAt = Number.NEGATIVE_INFINITY
  /** Requests accepted since the run began or since the last pause has ended. */
  #accepted = 0
  #countedFrom: number | undefined
  #backoff = LEAST_BACKOFF_MILLISECONDS

  /** Milliseconds until a request may begin; 0: it may now. Ask again after each answer. `mayBeLast`: it reserves no rest. */
  wait(now: number, mayBeLast = false): number {
    if (now < this.#pausedUntil) return this.#pausedUntil - now
    const window = this.#window
    const isOver = window !== undefined && now >= window.endsAt
    // Those on their way may not be counted yet.
    const room = window
      ? window.remaining - (mayBeLast ? 0 : this.#reserve())
      : (this.#limit ?? Number.POSITIVE_INFINITY)
    // The next window may have begun unnoticed, and be used up too: where little was left, one request finds out.
    if (this.#inFlight >= (isOver ? Math.max(1, room) : room))
      return window === undefined || isOver ? LEAST_BACKOFF_MILLISECONDS : window.endsAt - now
    return Math.max(0, this.#nextAt - now)
  }

  begin(now: number): void {
    this.#inFlight += 1
    this.#countedFrom ??= now
    this.#quicken(now)
    this.#nextAt = Math.max(now, this.#nextAt) + this.#interval
  }

  /** A request has no answer. The server may have counted it. */
  failed(): void {
    this.#inFlight -= 1
    if (this.#window) this.#window = { ...this.#window, remaining: this.#window.remaining - 1 }
  }

  /**
   * Gives how long all requests wait now because of this answer, in milliseconds; 0: not at all. `date`: now, milliseconds
   * since the epoch, which a clock that never goes back may not show.
   */
  answered(answer: Answer, beganAt: number, now: number, date = now): number {
    this.#inFlight -= 1
    const rateLimit = readRateLimit(answer.headers, date)
    const { remaining, resetMilliseconds, retryMilliseconds } = rateLimit
    if (rateLimit.limit) this.#limit = rateLimit.limit
    const isCounted = beganAt >= (this.#countedFrom ?? beganAt)
    if (!isLimit(answer)) {
      if (isCounted) this.#accepted += 1
      this.#backoff = LEAST_BACKOFF_MILLISECONDS
      if (remaining !== undefined && resetMilliseconds !== undefined)
        this.#window = this.#learn(remaining, now + resetMilliseconds, beganAt, now)
      return 0
    }
    const named = retryMilliseconds ?? resetMilliseconds
    const wait = Math.max(LEAST_MILLISECONDS, named ?? this.#backoff)
    // The others that were on their way meet the same limit: one lesson, one step of the backoff.
    if (isCounted) {
      if (named === undefined) this.#backoff = Math.min(LONGEST_BACKOFF_MILLISECONDS, this.#backoff * 2)
      else if (this.#window === undefined) this.#spread(wait, now)
      this.#countedFrom = now + wait
      this.#accepted = 0
    }
    this.#pausedUntil = Math.max(this.#pausedUntil, now + wait)
    return wait
  }

  /** Left to others, and to requests that a closed connection has sent twice. */
  #reserve(): number {
    return Math.floor((this.#limit ?? 0) / RESERVED)
  }

  /** So many were accepted until now, and the next ones will be after the wait. */
  #spread(wait: number, now: number): void {
    this.#tooShort = this.#interval
    const milliseconds = now - (this.#countedFrom ?? now) + wait
    if (this.#interval > 0) this.#interval *= GROWTH
    else if (this.#accepted >= LEAST_ACCEPTED) this.#interval = milliseconds / this.#accepted
    this.#changedAt = now + wait
  }

  #quicken(now: number): void {
    const next = this.#interval / GROWTH
    const isNearLimit = next < this.#tooShort * 1.05
    const after = isNearLimit ? NEAR_LIMIT_MILLISECONDS : GROWTH_MILLISECONDS
    if (now - this.#changedAt < after) return
    this.#interval = next
    this.#changedAt = now
  }

  /**
   * Windows end in whole seconds: the earliest end that an answer of this window has named is the best. A request that began
   * after all of these, and has more left, is the next window's.
   */
  #learn(remaining: number, endsAt: number, beganAt: number, now: number): Window {
    const known = this.#window
    const isNext = known === undefined || (remaining > known.remaining && beganAt >= known.reportedAt)
    if (isNext || beganAt >= known.endsAt) return { remaining, reportedAt: now, endsAt }
    if (remaining > known.remaining) return known
    return { remaining, reportedAt: now, endsAt: Math.min(endsAt, known.endsAt) }
  }
}
