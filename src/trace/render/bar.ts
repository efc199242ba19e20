import { displayWidth } from '../../text/display-width.ts'
import { blanks } from '../../text/fit.ts'
import { formatDuration } from './format-duration.ts'
import type { Glyphs } from './glyphs.ts'
import { stepAt, type TimeWindow } from './window.ts'

const EIGHTHS = 8
const BLANK: BarRun = { text: ' ', tone: 'blank' }
// By their cells: nearly every row has two, and the widest bar has 120 cells.
const BLANK_RUNS: readonly BarRun[] = Array.from({ length: 121 }, (_, cells) => blankOf(cells))

/**
 * A bar of exactly `cells` columns: `spans` is the time covered (one interval, or one per span of a fold); `path` the part of
 * it on the critical path. However short, a span inside the window leaves a mark. Its time outside the window is noted (`┄▶
 * +38.2s`), in as many words as leave the bar visible.
 */
export function drawBar(
  spans: readonly Interval[],
  path: readonly Interval[],
  window: TimeWindow,
  cells: number,
  glyphs: Glyphs,
): BarRun[] {
  const only = spans.length === 1 ? spans[0] : undefined
  const plain = only && plainBar(only[0], only[1], path, window, cells, glyphs)
  return plain ?? markedBar(spans, path, window, cells, glyphs)
}

/** The bar of one span: as {@link drawBar}, without a list of one interval (a large trace has a row of it per span). */
export function drawSpan(
  from: number,
  to: number,
  path: readonly Interval[],
  window: TimeWindow,
  cells: number,
  glyphs: Glyphs,
): BarRun[] {
  return (
    plainBar(from, to, path, window, cells, glyphs) ?? markedBar([[from, to]], path, window, cells, glyphs)
  )
}

/** Any bar, from slots of an eighth of a cell that are marked one by one. */
function markedBar(
  spans: readonly Interval[],
  path: readonly Interval[],
  window: TimeWindow,
  cells: number,
  glyphs: Glyphs,
): BarRun[] {
  const slots = new Uint8Array(cells * EIGHTHS)
  for (const span of spans) mark(slots, span, window, 1)
  for (const section of path) mark(slots, section, window, 2)
  const runs = new Array<BarRun>(cells).fill(BLANK)
  for (let cell = 0; cell < cells; cell++) runs[cell] = drawCell(slots, cell * EIGHTHS, glyphs)
  return joinRuns(noteOutside(markAlone(runs, glyphs), spans, window, glyphs))
}

/**
 * Fast path for most bars: one interval, inside the window, wholly on the critical path or wholly off it. They are
 * built from their two ends and what is between. Undefined for any other.
 */
function plainBar(
  from: number,
  to: number,
  path: readonly Interval[],
  window: TimeWindow,
  cells: number,
  glyphs: Glyphs,
): BarRun[] | undefined {
  const section = path[0]
  if (path.length > 1 || from < window.startNanos || to > window.endNanos) return undefined
  if (section && (section[0] !== from || section[1] !== to)) return undefined
  const tone: 'path' | 'wait' = section ? 'path' : 'wait'
  const first = firstSlot(from, window, cells * EIGHTHS)
  const end = endSlot(to, window, cells * EIGHTHS, first)
  const firstCell = Math.floor(first / EIGHTHS)
  const lastCell = Math.floor((end - 1) / EIGHTHS)
  const text =
    firstCell === lastCell
      ? loneCell(first % EIGHTHS, end - first, tone, glyphs)
      : cellOf(first % EIGHTHS, EIGHTHS - (first % EIGHTHS), tone, glyphs) +
        (tone === 'path' ? glyphs.path : glyphs.wait).repeat(lastCell - firstCell - 1) +
        cellOf(0, end - lastCell * EIGHTHS, tone, glyphs)
  const drawn: BarRun = { text, tone }
  const after = cells - 1 - lastCell
  if (firstCell === 0) return after === 0 ? [drawn] : [drawn, blankRun(after)]
  const before = blankRun(firstCell)
  return after === 0 ? [before, drawn] : [before, drawn, blankRun(after)]
}

function blankRun(cells: number): BarRun {
  return BLANK_RUNS[cells] ?? blankOf(cells)
}

function blankOf(cells: number): BarRun {
  return { text: blanks(cells), tone: 'blank' }
}

function loneCell(from: number, covered: number, tone: 'wait' | 'path', glyphs: Glyphs): string {
  if (tone === 'wait' && glyphs.waitAlone !== undefined) return glyphs.waitAlone
  return cellOf(from, covered, tone, glyphs)
}

/** The glyph of a cell with `covered` eighths filled, beginning at eighth `from`. */
function cellOf(from: number, covered: number, tone: 'wait' | 'path', glyphs: Glyphs): string {
  return glyphOf(covered, from + (covered - 1) / 2 < (EIGHTHS - 1) / 2, tone, glyphs)
}

function glyphOf(covered: number, left: boolean, tone: 'wait' | 'path', glyphs: Glyphs): string {
  if (tone === 'path') {
    const fills = left || covered === EIGHTHS ? glyphs.pathFromLeft : glyphs.pathFromRight
    return fills[covered - 1]!
  }
  if (covered > EIGHTHS / 2) return glyphs.wait
  return left ? glyphs.waitLeftHalf : glyphs.waitRightHalf
}

/** The first slot that a span from this moment on marks. */
function firstSlot(from: number, window: TimeWindow, slots: number): number {
  return Math.min(slots - 1, Math.max(0, stepAt(window, from, slots)))
}

/** The slot after the last that a span up to this moment marks; it marks at least one. */
function endSlot(to: number, window: TimeWindow, slots: number, first: number): number {
  return Math.min(slots, Math.max(first + 1, stepAt(window, to, slots)))
}

function mark(slots: Uint8Array, span: Interval, window: TimeWindow, value: number): void {
  if (span[1] < window.startNanos || span[0] > window.endNanos) return
  const first = firstSlot(span[0], window, slots.length)
  slots.fill(value, first, endSlot(span[1], window, slots.length, first))
}

function drawCell(slots: Uint8Array, at: number, glyphs: Glyphs): BarRun {
  let covered = 0
  let onPath = 0
  let weight = 0
  for (let i = 0; i < EIGHTHS; i++) {
    if (slots[at + i] === 0) continue
    covered++
    weight += i
    if (slots[at + i] === 2) onPath++
  }
  if (covered === 0) return BLANK
  const tone = onPath * 2 >= covered ? 'path' : 'wait'
  return { text: glyphOf(covered, weight / covered < (EIGHTHS - 1) / 2, tone, glyphs), tone }
}

/** A single cell off the path reads better as a point in time than as a very short bar. */
function markAlone(runs: BarRun[], glyphs: Glyphs): BarRun[] {
  const drawn = runs.filter((run) => run.tone !== 'blank')
  if (glyphs.waitAlone === undefined || drawn.length !== 1 || drawn[0]?.tone !== 'wait') return runs
  const text = glyphs.waitAlone
  return runs.map((run) => (run.tone === 'wait' ? { ...run, text } : run))
}

/** The same bar with the error mark at its end: behind it, or in its last cell at the edge. Its width stays. */
export function markFailed(runs: readonly BarRun[], mark: string): readonly BarRun[] {
  const last = runs.findLastIndex(({ tone }) => tone === 'path' || tone === 'wait')
  const drawn = runs[last]
  if (!drawn) return runs
  const next = runs[last + 1]
  const failed: BarRun = { text: mark, tone: 'failed' }
  if (next?.tone === 'blank')
    return runs.toSpliced(last + 1, 1, failed, { ...next, text: next.text.slice(1) })
  return runs.toSpliced(last, 1, { ...drawn, text: drawn.text.slice(0, -1) }, failed)
}

function joinRuns(runs: readonly BarRun[]): BarRun[] {
  const joined: BarRun[] = []
  for (let from = 0; from < runs.length; ) {
    const { tone } = runs[from]!
    let text = ''
    for (; runs[from]?.tone === tone; from++) text += runs[from]!.text
    joined.push({ text, tone })
  }
  return joined
}

/** So many cells of a bar are never written over: one for its time, one for the mark of an error. */
const LEAST_BAR = 2
/** Of a note that is several cells wide, all but the first. */
const TAKEN: BarRun = { text: '', tone: 'note' }

const isDrawn = ({ tone }: BarRun): boolean => tone === 'path' || tone === 'wait'

/**
 * Writes the bar's time outside the window at the edges, into runs of one cell each. The bar comes first: where a note would
 * cover it the arrow stands alone, and where even that would, the note stands beside it.
 */
function noteOutside(
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

/** Whether enough of the bar is between these two cells; an invisible bar needs none. */
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

/** Nanoseconds after the tree's start, `[from, to]`. */
export type Interval = readonly [from: number, to: number]

/** A run of cells with one meaning; the caller styles it. */
interface BarRun {
  readonly text: string
  readonly tone: 'blank' | 'wait' | 'path' | 'note' | 'failed'
}
