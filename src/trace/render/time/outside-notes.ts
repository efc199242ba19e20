import { displayWidth } from '../../../text/display-width.ts'
import { formatDuration } from '../format-duration.ts'
import type { Glyphs } from '../glyphs.ts'
import type { BarRun, Interval } from './bar-run.ts'
import type { TimeWindow } from './window.ts'

/** So many cells of a bar are never written over: one for its time, one for the mark of an error. */
const LEAST_BAR = 2
/** Of a note that is several cells wide, all but the first. */
const TAKEN: BarRun = { text: '', tone: 'note' }

const isDrawn = ({ tone }: BarRun): boolean => tone === 'path' || tone === 'wait'

/**
 * Writes at the edges how far the bar goes on outside the window, into runs of one cell each. The bar comes first: where a
 * note would cover it the arrow stands alone, and where even that would, the note stands beside it.
 */
export function noteOutside(
  runs: BarRun[],
  spans: readonly Interval[],
  window: TimeWindow,
  glyphs: Glyphs,
): BarRun[] {
  const late = spans.reduce((most, [, to]) => Math.max(most, to - window.endNanos), 0)
  const early = spans.reduce((most, [from]) => Math.max(most, window.startNanos - from), 0)
  if (late > 0) noteLate(runs, late, early > 0 ? displayWidth(glyphs.before) : 0, glyphs)
  if (early > 0) noteEarly(runs, early, glyphs)
  return runs
}

/** `from`: the cells before are left to the other note. */
function noteLate(runs: BarRun[], late: number, from: number, { after, micro }: Glyphs): void {
  const full = `${after} +${formatDuration(late, micro)}`
  const [fullCells, arrowCells] = [displayWidth(full), displayWidth(after)]
  const end = runs.length
  const first = runs.findIndex(isDrawn)
  if (isEnough(runs, from, end - fullCells - 1)) write(runs, end - fullCells - 1, ` ${full}`, end)
  else if (isEnough(runs, from, end - arrowCells)) write(runs, end - arrowCells, after, end)
  else if (first - 1 - fullCells >= from) write(runs, first - 1 - fullCells, full, first - 1)
  else if (first - 1 - arrowCells >= from) write(runs, first - 1 - arrowCells, after, first - 1)
}

/** Cells of a note for the other end are taken by now. */
function noteEarly(runs: BarRun[], early: number, { before, micro }: Glyphs): void {
  const full = `${before} -${formatDuration(early, micro)}`
  const [fullCells, arrowCells] = [displayWidth(full), displayWidth(before)]
  const end = runs.findLastIndex(({ tone }) => tone !== 'note') + 1
  // One cell further than needed: the mark of an error stands behind the bar.
  const beside = runs.findLastIndex(isDrawn) + 3
  if (isFree(runs, fullCells + 1) && isEnough(runs, fullCells + 1, end))
    write(runs, 0, `${full} `, fullCells + 1)
  else if (isFree(runs, arrowCells) && isEnough(runs, arrowCells, end)) write(runs, 0, before, arrowCells)
  else if (beside + fullCells <= end) write(runs, beside, full, beside + fullCells)
  else if (beside + arrowCells <= end) write(runs, beside, before, beside + arrowCells)
}

/** Whether no other note stands in the first cells. */
const isFree = (runs: readonly BarRun[], cells: number): boolean =>
  runs.slice(0, cells).every(({ tone }) => tone !== 'note')

/** Whether enough of the bar is between these two cells; of a bar that is nowhere nothing has to be. */
function isEnough(runs: readonly BarRun[], from: number, end: number): boolean {
  if (end < from) return false
  let [all, inside] = [0, 0]
  for (let cell = 0; cell < runs.length; cell++) {
    if (!isDrawn(runs[cell]!)) continue
    all++
    if (cell >= from && cell < end) inside++
  }
  return inside >= Math.min(all, LEAST_BAR)
}

function write(runs: BarRun[], from: number, note: string, end: number): void {
  runs.fill(TAKEN, from, end)
  runs[from] = { text: note, tone: 'note' }
}
