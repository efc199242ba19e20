const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** Whole seconds, as for a limit and the value compared with it: `1m 40s`, `1d 1h`, `-5s`. */
export function wholeDuration(seconds: number): string {
  if (seconds < 0) return `-${wholeDuration(-seconds)}`
  let left = Math.ceil(seconds)
  const parts = UNITS.flatMap(([unit, size]) => {
    const amount = Math.floor(left / size)
    left -= amount * size
    return amount === 0 ? [] : [`${amount}${unit}`]
  })
  return parts.join(' ') || '0s'
}

/** The same behind a flag: `1m40s`. */
export const typedDuration = (seconds: number): string => wholeDuration(seconds).replaceAll(' ', '')
