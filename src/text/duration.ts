/** Nanoseconds in each. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
}
const AMOUNT = String.raw`(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)`
const SUM = new RegExp(`^(?:${AMOUNT})+$`)

/** `250us`, `.5s`, `1h30m`, `90d` → whole nanoseconds; NaN for what isn't a sum of amounts with units. */
export function nanosIn(text: string): number {
  // The Greek letter and the sign of the unit look alike.
  const sum = text.trim().replaceAll('μ', 'µ')
  if (!SUM.test(sum)) return Number.NaN
  let nanos = 0
  for (const [, amount, unit] of sum.matchAll(new RegExp(AMOUNT, 'g')))
    nanos += Number(amount) * (UNITS[unit as string] as number)
  return Math.round(nanos)
}

const SHOWN = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** Whole seconds, as for a limit and the value compared with it: `1m 40s`, `1d 1h`, `-5s`. */
export function wholeDuration(seconds: number): string {
  if (seconds < 0) return `-${wholeDuration(-seconds)}`
  let left = Math.ceil(seconds)
  const parts = SHOWN.flatMap(([unit, size]) => {
    const amount = Math.floor(left / size)
    left -= amount * size
    return amount === 0 ? [] : [`${amount}${unit}`]
  })
  return parts.join(' ') || '0s'
}

/** The same behind a flag: `1m40s`. */
export const typedDuration = (seconds: number): string => wholeDuration(seconds).replaceAll(' ', '')

/** Seconds since the epoch as ISO 8601 in UTC; a number outside the calendar is shown unchanged. */
export function instant(seconds: number): string {
  const milliseconds = Math.trunc(seconds) * 1000
  return Math.abs(milliseconds) <= 8.64e15
    ? new Date(milliseconds).toISOString().replace('.000Z', 'Z')
    : `${seconds}`
}
