import { markup } from '../../../text/markup.ts'
import { ticksOf } from '../time/axis.ts'
import { stepAt, type TimeWindow } from '../time/window.ts'

/** Characters of the axis: so many labels find room beside each other on a narrow page. */
const CELLS = 60

/** The time axis over the bars, in `steps`; where time was cut out it is marked `~`. */
export function axisMarkup(window: TimeWindow, steps: number): string {
  const ticks = ticksOf(window, CELLS, 'µs').map(({ nanos, label, isAfterCut }) => {
    const x = `${((stepAt(window, nanos, steps) / steps) * 100).toFixed(2)}%`
    const anchor = stepAt(window, nanos, 100) > 90 ? ' text-anchor="end"' : ''
    const text = markup(isAfterCut ? `~ ${label}` : label)
    return `<line x1="${x}" x2="${x}" y2="16"/><text x="${x}" y="12"${anchor}>${text}</text>`
  })
  return `<div class="axis"><span></span><span></span><svg aria-hidden="true">${ticks.join('')}</svg></div>\n`
}
