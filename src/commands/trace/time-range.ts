import { Failure } from '../../errors.ts'
import { parseDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
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

const TIME =
  /^((\d{4})-(\d\d)-(\d\d))(?:[Tt ]((?:[01]\d|2[0-3]):\d\d)(?::(\d\d)(?:\.(\d{1,9})\d*)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** A point in time: whole seconds, in milliseconds since the epoch, and the nanoseconds after them. */
interface ParsedTime {
  readonly millis: number
  readonly nanos: number
}

/**
 * A time as RFC 3339 §5.6 writes it; seconds may be left out, and a date alone is its beginning in UTC. `no-zone`: it
 * could be meant in any zone, so it is none. Undefined: no such time, as the 30th of February or 24:00, which `Date` takes for a
 * time of another day. Beyond nanoseconds a fraction is cut.
 */
export function parseRfc3339(text: string): ParsedTime | 'no-zone' | undefined {
  const [, date = '', year, month, day, minutes, seconds = '00', fraction = '', zone] = TIME.exec(text) ?? []
  const begin = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (begin.getUTCMonth() + 1 !== Number(month) || begin.getUTCDate() !== Number(day)) return undefined
  if (minutes === undefined) return { millis: begin.getTime(), nanos: 0 }
  // `date +%z` leaves the colon out.
  const offset = zone?.toUpperCase().replace(/(\d\d):?(\d\d)$/, '$1:$2')
  const millis = Date.parse(`${date}T${minutes}:${seconds}${offset ?? 'Z'}`)
  if (Number.isNaN(millis)) return undefined
  return zone === undefined ? 'no-zone' : { millis, nanos: Number(fraction.padEnd(9, '0')) }
}

/** What to write in place of a time without a zone. */
export const withZone = (text: string): string => {
  const whole = text.replace(' ', 'T')
  return `Add the time zone: ${whole}Z, or ${whole}+02:00.`
}
