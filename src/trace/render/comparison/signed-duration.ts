import { formatDuration } from '../format-duration.ts'

/** A difference of times with its sign, at most eight columns: `+1.23ms`, `-2m 05s`, `0s`. */
export function signedDuration(nanos: number, micro: string): string {
  if (nanos === 0) return '0s'
  return `${nanos > 0 ? '+' : '-'}${formatDuration(Math.abs(nanos), micro)}`
}

/**
 * A difference as a share of what it was: `+54%`, `-0.4%`; empty where there was nothing. Rounded, but never to 0 % or -100 % of
 * what is only near it. A rise stays on its side of the share that it `counts` from (0.25 is a quarter): 24.6 % is not 25 %.
 */
export function signedPercent(delta: number, before: number, counts = Infinity): string {
  if (before <= 0) return ''
  if (delta === 0) return '0%'
  const percent = (Math.abs(delta) / before) * 100
  if (percent < 0.1) return '<0.1%'
  return delta > 0 ? `+${rounded(percent, counts * 100)}%` : `-${rounded(percent, 100)}%`
}

/** In whole percents or in tenths, and on the side of the limit that it is on. */
function rounded(percent: number, limit: number): string {
  const isBeyond = percent >= limit
  const texts = percent < 1 ? [percent.toFixed(1)] : [percent.toFixed(0), percent.toFixed(1)]
  const cut = isBeyond ? Math.ceil(percent * 10) : Math.floor(percent * 10)
  return texts.find((text) => Number(text) >= limit === isBeyond) ?? (cut / 10).toFixed(1)
}
