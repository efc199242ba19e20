import { Failure } from '../../errors.ts'
import { parseDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseRfc3339, withZone } from '../../trace/moment.ts'
import type { TimeRange } from '../../trace/series.ts'

export const LIKE = 'Write it like now-1h or 2026-11-24T10:00:00Z.'

/** All that a `Date` can tell since 1970. */
export const ALWAYS: TimeRange = { fromMillis: 0, toMillis: 8.64e15 }

/** Of a time that ends before it begins; `check`: what to look at. */
export const endsFirst = (check = '--from and --to'): Failure =>
  new Failure('usage', 'the time range ends before it begins', { hint: `Check ${check}.` })

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

/**
 * As {@link readTimeFromNow}, `-1h` for the same, RFC 3339, a date in UTC, or a number since the epoch, also with decimals. Its
 * size shows seconds or nanoseconds.
 */
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
