/** A share as at most five columns: whole percents, and never 0 % or 100 % of what is only near it. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '<1%'
  if (share < 1 && share > 0.99) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** How far a share is from another, in percentage points with a sign: those between the two as they are shown. */
export function points(share: number, other: number): string {
  const whole = Math.round(share * 100) - Math.round(other * 100)
  return whole > 0 ? `+${whole}` : `${whole}`
}
