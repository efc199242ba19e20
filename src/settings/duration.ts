import { Failure } from '../errors.ts'
import { nanosIn } from '../text/duration.ts'
import { safeText } from '../text/safe-text.ts'

/** `90s`, `5m`, `1h30m`, `90d` or bare seconds → whole seconds. Failure `usage`; `what` names the value in its message. */
export function parseDuration(text: string, what: string): number {
  const trimmed = text.trim()
  const nanos = nanosIn(/^\d+$/.test(trimmed) ? `${trimmed}s` : trimmed)
  const seconds = Math.round(nanos / 1e9)
  // Hundreds of digits are Infinity as a number.
  if (!Number.isSafeInteger(seconds)) {
    throw new Failure('usage', `${what}: "${text.slice(0, 40)}" is not a duration`, {
      hint: 'Write it like 90s, 5m, 1h30m or 90d.',
    })
  }
  if (seconds * 1e9 !== nanos) {
    throw new Failure('usage', `${what}: "${text.slice(0, 40)}" has fractions of a second`, {
      hint: 'Write whole seconds, at least 1s: 90s, 5m, 1h30m, 90d.',
    })
  }
  return seconds
}

/** The same without bare seconds: who types `--since 5` or `--interval 5` may think of minutes. */
export function parseUnitDuration(text: string, what: string): number {
  if (!/^\s*\d+\s*$/.test(text)) return parseDuration(text, what)
  throw new Failure('usage', `${what}: "${safeText(text, 40)}" has no unit`, {
    hint: 'Write it with its unit: 90s, 5m, 1h30m, 90d.',
  })
}

/** Seconds for a person: `59m`, `1h 5m`, `45s`, `3d`. Almost a whole unit is shown as one: a lifetime has just begun. */
export function shortDuration(seconds: number): string {
  const whole = nearly(Math.max(0, Math.floor(seconds)))
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m`
  if (whole < 86_400) {
    const minutes = Math.floor((whole % 3600) / 60)
    return minutes ? `${Math.floor(whole / 3600)}h ${minutes}m` : `${Math.floor(whole / 3600)}h`
  }
  return `${Math.floor(whole / 86_400)}d`
}

/** The next whole unit where less than 1 % is missing, and not more than half of the unit; else the same. */
function nearly(seconds: number): number {
  const unit = seconds < 60 ? 1 : seconds < 86_400 ? 60 : 86_400
  const missing = unit - (seconds % unit)
  return missing <= Math.min(seconds / 100, unit / 2) ? seconds + missing : seconds
}
