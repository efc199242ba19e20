import { Failure } from '../../errors.ts'
import { parseDuration } from '../../settings/duration.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TimeRange } from '../../trace/series.ts'

const DEFAULT_SINCE_SECONDS = 3600

/** `--since`, `--from` and `--to`; default: the last hour. Failure `usage`: an invalid time. */
export function readTimes(options: Readonly<Record<string, unknown>>, now: number): TimeRange {
  const { since, from, to } = options
  if (since !== undefined && from !== undefined) {
    throw new Failure('usage', '--since and --from cannot be used together')
  }
  const toMillis = typeof to === 'string' ? readTime(to, '--to') : now
  const seconds = typeof since === 'string' ? readSince(since) : DEFAULT_SINCE_SECONDS
  const fromMillis = typeof from === 'string' ? readTime(from, '--from') : toMillis - seconds * 1000
  if (fromMillis < toMillis) return { fromMillis, toMillis }
  throw new Failure('usage', 'the time to look at ends before it begins', {
    hint: 'Check --from and --to.',
  })
}

/** A bare number is refused: who types `--since 5` thinks of minutes or hours. */
function readSince(text: string): number {
  if (!/^\s*\d+\s*$/.test(text)) return parseDuration(text, '--since')
  throw new Failure('usage', `--since: "${safeText(text, 40)}" has no unit`, {
    hint: 'Write it with its unit: 90s, 5m, 1h30m, 90d.',
  })
}

/** Whether a time range was given; without one a file is read as a whole. */
export const namesTimes = ({ since, from, to }: Readonly<Record<string, unknown>>): boolean =>
  since !== undefined || from !== undefined || to !== undefined

/** RFC 3339, a date, or seconds, milliseconds, microseconds or nanoseconds since the epoch by their size. */
function readTime(text: string, flag: string): number {
  if (/^\d{9,19}$/.test(text)) {
    const unit = [1000, 1, 1e-3, 1e-6][Math.floor((text.length - 9) / 3)] as number
    return Number(text) * unit
  }
  const millis = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(millis)) return millis
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a time`, {
    hint: 'Write it like 2026-11-24T10:00:00Z.',
  })
}
