const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** Seconds as somebody has typed them, told back with nothing left out: `1m 40s`, `1d 1h`. */
export function wholeDuration(seconds: number): string {
  let left = seconds
  const parts = UNITS.flatMap(([unit, size]) => {
    const amount = Math.floor(left / size)
    left -= amount * size
    return amount === 0 ? [] : [`${amount}${unit}`]
  })
  return parts.join(' ') || '0s'
}
