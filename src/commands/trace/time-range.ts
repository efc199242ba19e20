import { Failure } from '../../errors.ts'
import { parseDuration, parseUnitDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseRfc3339, withZone } from '../../trace/rfc3339.ts'
import type { TimeRange } from '../../trace/series.ts'

const DEFAULT_SINCE_SECONDS = 3600
export const LIKE = 'Write it like now-1h or 2026-11-24T10:00:00Z.'

/** All that a `Date` can tell since 1970. */
export const ALWAYS: TimeRange = { fromMillis: 0, toMillis: 8.64e15 }

/**
 * `--since`, `--from` and `--to`; default: the last hour. What began before 1970 begins then: servers count from there, and a
 * `Date` goes back no further than some 285,000 years. Failure `usage`: an invalid time.
 */
export function readTimes(options: Readonly<Record<string, unknown>>, now: number): TimeRange {
  const { since, from, to } = options
  if (since !== undefined && from !== undefined) {
    throw new Failure('usage', '--since and --from cannot be used together')
  }
  const toMillis = typeof to === 'string' ? readTime(to, '--to', now) : now
  if (typeof to === 'string' && toMillis <= 0) {
    throw new Failure('usage', `--to: "${safeText(to, 40)}" is before 1970`, { hint: LIKE })
  }
  const seconds = typeof since === 'string' ? parseUnitDuration(since, '--since') : DEFAULT_SINCE_SECONDS
  const start = typeof from === 'string' ? readTime(from, '--from', now) : toMillis - seconds * 1000
  const fromMillis = Math.max(0, start)
  if (fromMillis < toMillis) return { fromMillis, toMillis }
  if (typeof since === 'string') {
    throw new Failure('usage', `--since: "${safeText(since, 40)}" is no time to look at`, {
      hint: 'Write how far back: 5m, 1h30m, 90d.',
    })
  }
  throw endsFirst(to === undefined ? '--from: without --to it ends now' : '--from and --to')
}

/** Of a time that ends before it begins; `check`: what to look at. */
export const endsFirst = (check = '--from and --to'): Failure =>
  new Failure('usage', 'the time to look at ends before it begins', { hint: `Check ${check}.` })

/** Whether a time range was given; without one a file is read as a whole. */
export const namesTimes = ({ since, from, to }: Readonly<Record<string, unknown>>): boolean =>
  since !== undefined || from !== undefined || to !== undefined

/**
 * `now`, or a time before it as dashboards write it (`now-30m`, `now-1h30m`), in milliseconds since the epoch; undefined for
 * what does not begin so. Failure `usage`: no duration stands behind it.
 */
export function readTimeFromNow(text: string, flag: string, now: number): number | undefined {
  const [, ago] = /^\s*(?:now\s*|(?=-))(?:-(.*))?$/i.exec(text) ?? []
  if (ago !== undefined && !/^\s*\d+\s*$/.test(ago)) return now - parseDuration(ago, flag) * 1000
  if (/^\s*now\s*$/i.test(text)) return now
  if (!/^\s*now\b/i.test(text)) return undefined
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a time`, {
    hint: 'Write now, now-30m, now-1h30m or now-2d.',
  })
}

/** As {@link readTimeFromNow}, `-1h` for the same, RFC 3339, a date in UTC, or a number since the epoch, which may have decimals: its size tells seconds from nanoseconds. */
export function readTime(text: string, flag: string, now: number): number {
  const fromNow = readTimeFromNow(text, flag, now)
  if (fromNow !== undefined) return fromNow
  const [, whole, part = ''] = /^(\d{9,19})(\.\d+)?$/.exec(text) ?? []
  if (whole !== undefined) {
    const unit = [1000, 1, 1e-3, 1e-6][Math.floor((whole.length - 9) / 3)] as number
    return Number(whole) * unit + Number(`0${part}`) * unit
  }
  const time = parseRfc3339(text.trim())
  if (typeof time === 'object') return time.millis + time.nanos / 1e6
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a time`, {
    hint: time === 'no-zone' ? withZone(text.trim()) : LIKE,
  })
}
