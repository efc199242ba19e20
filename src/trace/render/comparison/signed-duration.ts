import { formatDuration } from '../format-duration.ts'

/** A difference of times with its sign, at most eight columns: `+1.23ms`, `-2m 05s`, `0s`. */
export function signedDuration(nanos: number, micro: string): string {
  if (nanos === 0) return '0s'
  return `${nanos > 0 ? '+' : '-'}${formatDuration(Math.abs(nanos), micro)}`
}

/** A difference as a share of what it was: `+54%`, `-0.4%`; empty where there was nothing. */
export function signedPercent(delta: number, before: number): string {
  if (before <= 0) return ''
  const percent = (delta / before) * 100
  const text = Math.abs(percent) < 1 ? percent.toFixed(1) : percent.toFixed(0)
  if (Number(text) === 0) return '0%'
  return `${percent > 0 ? '+' : ''}${text}%`
}
