import { wholeDuration } from '../text/duration.ts'

/** What an answer says about the limit of requests, as far as it says anything. Times in milliseconds from its arrival. */
export interface RateLimit {
  /** Requests in one window. */
  readonly limit?: number
  /** Requests that are left of this window. */
  readonly remaining?: number
  /** Until the next window. */
  readonly resetMilliseconds?: number
  /** Until it may be asked again: the server says so in as many words. */
  readonly retryMilliseconds?: number
}

type Headers = Readonly<Record<string, string>>

/** A time of reset as large as this is a date (seconds since the epoch), and no time to wait; or, still larger, milliseconds. */
const FIRST_DATE = 1_000_000_000
const FIRST_DATE_MILLISECONDS = 1_000_000_000_000

/**
 * Reads `X-RateLimit-Limit`, `-Remaining` and `-Reset` (docs.lightstep.com/docs/rate-limits: seconds to wait), the same names
 * without `X-`, those of Okta (`X-Rate-Limit-Limit` …), the one header `RateLimit` of the drafts of
 * draft-ietf-httpapi-ratelimit-headers, and `Retry-After` (RFC 9110 §10.2.3). It compares dates with the server's own clock
 * (`Date`), else with `ownNow`, milliseconds since the epoch; without either it ignores them.
 */
export function readRateLimit(headers: Headers, ownNow?: number): RateLimit {
  const now = dateIn(headers.date) ?? ownNow
  const joined = headers.ratelimit ?? ''
  const number = (name: 'limit' | 'remaining' | 'reset', short: string) =>
    wholeNumber(headers[`x-ratelimit-${name}`]) ??
    wholeNumber(headers[`x-rate-limit-${name}`]) ??
    wholeNumber(headers[`ratelimit-${name}`]) ??
    wholeNumber(new RegExp(`(?:^|[\\s,;])(?:${name}|${short})=(\\d+)`, 'i').exec(joined)?.[1])
  const [limit, remaining] = [number('limit', 'q'), number('remaining', 'r')]
  const reset = number('reset', 't')
  const resetMilliseconds = reset === undefined ? undefined : untilReset(reset, now)
  const retryMilliseconds = retryAfter(headers['retry-after'], now)
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(resetMilliseconds !== undefined && { resetMilliseconds }),
    ...(retryMilliseconds !== undefined && { retryMilliseconds }),
  }
}

/** As long as a server may mean it, in seconds: more digits aren't time that anybody waits. */
const LONGEST_WAIT = 999_999_999

/** Longer waits are shown in minutes, rounded up. In seconds. */
const EXACT_BELOW = 600

/**
 * What to do at a limit that is reached. Retry-After goes before the end of the window
 * (draft-ietf-httpapi-ratelimit-headers), as it does for the pace of many requests.
 */
export function waitHint({ retryMilliseconds, resetMilliseconds }: RateLimit): string {
  const seconds = Math.ceil((retryMilliseconds ?? resetMilliseconds ?? 0) / 1000)
  if (seconds <= 0 || seconds > LONGEST_WAIT) return 'Wait, then try again.'
  return `Try again in ${seconds < EXACT_BELOW ? `${seconds}s` : wholeDuration(Math.ceil(seconds / 60) * 60)}.`
}

/**
 * How long an identity provider asks to wait, where its answer says so. The end of a window counts only where the limit is
 * reached: some name it in every answer.
 */
export function hintAtLimit(status: number | undefined, limit: RateLimit | undefined): string | undefined {
  const named = limit?.retryMilliseconds || (status === 429 && limit?.resetMilliseconds)
  return limit && named
    ? `${waitHint(limit)} If it keeps failing, ask whoever runs the identity provider.`
    : undefined
}

function untilReset(reset: number, now: number | undefined): number | undefined {
  if (reset < FIRST_DATE) return reset * 1000
  if (now === undefined) return undefined
  return Math.max(0, (reset < FIRST_DATE_MILLISECONDS ? reset * 1000 : reset) - now)
}

/** A number at the beginning: `100, 100;w=60` names the policy behind it. */
function wholeNumber(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,15})(?![\d.])/.exec(text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function retryAfter(text: string | undefined, now: number | undefined): number | undefined {
  const seconds = /^\s*(\d{1,15})\s*(?:,|$)/.exec(text ?? '')?.[1]
  if (seconds !== undefined) return Number(seconds) * 1000
  const date = dateIn(text)
  return date === undefined || now === undefined ? undefined : Math.max(0, date - now)
}

/** With a time of day: `Date.parse` finds a year in `soon 7`. */
function dateIn(text: string | undefined): number | undefined {
  const date = /\d:\d\d/.test(text ?? '') ? Date.parse(text as string) : Number.NaN
  return Number.isNaN(date) ? undefined : date
}
