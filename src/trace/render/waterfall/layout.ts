/** The columns of a waterfall: `label duration self bar`, one or two blanks between, together never wider than asked. */
export interface Layout {
  readonly width: number
  readonly label: number
  readonly duration: number
  /** 0: no column for the self time. */
  readonly self: number
  readonly bar: number
  readonly gap: number
}

/** From this width on the self time has a column. */
const SELF_FROM = 120
/** As wide as durations get in practice. */
export const SELF_COLUMNS = 7

/** Maximum width of bars: more cells add no precision the eye could use. */
const WIDEST_BAR = 120

/** The widths labels want, as a histogram (capped at the line's width), which gives quantiles without a sort. */
export class WantedWidths {
  readonly #counts: Uint32Array
  #total = 0

  constructor(width: number) {
    this.#counts = new Uint32Array(width + 1)
  }

  add(columns: number): void {
    const at = Math.min(columns, this.#counts.length - 1)
    this.#counts[at]! += 1
    this.#total++
  }

  /** The width that is enough for this share of the labels; 0 when there are none. */
  enoughFor(share: number): number {
    let left = Math.ceil(this.#total * share)
    if (left === 0) return 0
    return this.#counts.findIndex((count) => {
      left -= count
      return left <= 0
    })
  }
}

/** The columns without bars: what the widest row wants, as far as there is room. */
export function planWithoutBars(width: number, wanted: WantedWidths, duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const self = width >= SELF_FROM ? SELF_COLUMNS : 0
  const room = width - duration - gap - (self > 0 ? self + gap : 0)
  const label = Math.max(1, Math.min(room, Math.max(20, wanted.enoughFor(1))))
  return { width, label, duration, self, bar: 0, gap }
}

/** Columns left of the bars. */
export function barColumn({ label, duration, self, gap }: Layout): number {
  return label + duration + 2 * gap + (self > 0 ? self + gap : 0)
}

/**
 * The label gets what the widest row wants up to half of the line, beyond that what nine tenths of the rows want (one
 * SQL statement must not squeeze all bars). The bar gets the rest, and never less than 30 % of the line (a quarter
 * below 80 columns).
 */
export function planLayout(width: number, wanted: WantedWidths, duration: number): Layout {
  const gap = width >= 80 ? 2 : 1
  const self = width >= SELF_FROM ? SELF_COLUMNS : 0
  const room = width - duration - 2 * gap - (self > 0 ? self + gap : 0)
  const leastBar = Math.max(width >= 40 ? 8 : 6, Math.floor(width * (width >= 80 ? 0.3 : 0.25)))
  const most = Math.max(20, wanted.enoughFor(0.9), Math.min(wanted.enoughFor(1), Math.floor(width / 2)))
  const label = Math.max(Math.min(room - leastBar, most), 1)
  const bar = Math.min(room - label, WIDEST_BAR)
  return { width, label, duration, self, bar, gap }
}
