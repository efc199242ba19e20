import { readRateLimit } from '../http-answers/rate-limit.ts'

/** Times: milliseconds of the clock that the pace is asked by. */
interface Window {
  readonly remaining: number
  /** When the answer that said so has come. */
  readonly reportedAt: number
  /** It is over by then at the latest. */
  readonly endsAt: number
}

/** Waits of ours where the server names none; the shortest is also the shortest that is waited when it names 0. */
const FIRST_BACKOFF_MILLISECONDS = 1_000
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
export const isLimit = ({ status, headers }: Answer): boolean =>
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
  #backoff = FIRST_BACKOFF_MILLISECONDS

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
      return window === undefined || isOver ? FIRST_BACKOFF_MILLISECONDS : window.endsAt - now
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
      this.#backoff = FIRST_BACKOFF_MILLISECONDS
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
