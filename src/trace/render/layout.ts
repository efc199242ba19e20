/** The columns of a waterfall: `label duration bar`, one or two blanks between, together never wider than asked. */
export interface Layout {
  readonly width: number
  readonly label: number
  readonly duration: number
  readonly bar: number
  readonly gap: number
}

/** Bars are drawn no wider: further cells add no precision the eye could use. */
const WIDEST_BAR = 120

/** The columns without bars: what the widest row wants, as far as there is room. */
export function planWithoutBars(width: number, labelWidths: readonly number[], duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const widest = labelWidths.reduce((most, wanted) => Math.max(most, wanted), 20)
  return { width, label: Math.max(1, Math.min(width - duration - gap, widest)), duration, bar: 0, gap }
}

/**
 * The label gets what the widest row wants up to half of the line, beyond that what nine tenths of the rows want (one
 * SQL statement must not squeeze all bars). The bar gets the rest, and never less than 30 % of the line (a quarter
 * below 80 columns).
 */
export function planLayout(width: number, labelWidths: readonly number[], duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const room = width - duration - 2 * gap
  const leastBar = Math.max(width >= 40 ? 8 : 6, Math.floor(width * (width >= 80 ? 0.3 : 0.25)))
  const sorted = [...labelWidths].sort((a, b) => a - b)
  const most = sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
  const wanted = Math.max(20, most, Math.min(sorted.at(-1) ?? 0, Math.floor(width / 2)))
  const label = Math.max(Math.min(room - leastBar, wanted), 1)
  const bar = Math.min(room - label, WIDEST_BAR)
  return { width, label, duration, bar, gap }
}
