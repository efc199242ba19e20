/** A share as at most five columns: whole percents, and never 0 % or 100 % of what is only near it. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%'
  if (share < 1 && share > 0.99) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** A difference of two shares in percentage points, with its sign. */
export function points(difference: number): string {
  const whole = Math.round(difference * 100)
  return whole > 0 ? `+${whole}` : `${whole}`
}
