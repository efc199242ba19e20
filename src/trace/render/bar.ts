import { formatDuration } from './duration.ts'
import type { Glyphs } from './glyphs.ts'
import { displayWidth } from './width.ts'
import type { TimeWindow } from './window.ts'

/** Nanoseconds after the tree's start, `[from, to]`. */
export type Interval = readonly [from: number, to: number]

/** What a stretch of a bar means; how it is styled is the caller's business. */
export interface BarRun {
  readonly text: string
  readonly tone: 'blank' | 'wait' | 'path' | 'note'
}

const EIGHTHS = 8
const BLANK: BarRun = { text: ' ', tone: 'blank' }

/**
 * A bar of exactly `cells` columns: `spans` is the time covered (one interval, or one per span of a fold), `path`
 * the part of it on the critical path. However short, a span inside the window leaves a mark. What lies outside
 * the window is said at that edge (`┄▶ +38.2s`).
 */
export function drawBar(
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
  // Most of most bars is blank: only what lies between the first and the last mark is looked at.
  let first = 0
  while (first < slots.length && slots[first] === 0) first++
  let last = slots.length - 1
  while (last > first && slots[last] === 0) last--
  const lastCell = Math.min(cells - 1, Math.floor(last / EIGHTHS))
  for (let cell = Math.floor(first / EIGHTHS); cell <= lastCell; cell++)
    runs[cell] = drawCell(slots, cell * EIGHTHS, glyphs)
  return joinRuns(overlayNotes(markAlone(runs, glyphs), spans, window, glyphs))
}

function mark(slots: Uint8Array, [from, to]: Interval, window: TimeWindow, value: number): void {
  if (to < window.startNanos || from > window.endNanos) return
  const scale = slots.length / (window.endNanos - window.startNanos)
  const first = Math.min(slots.length - 1, Math.max(0, Math.round((from - window.startNanos) * scale)))
  const end = Math.round((to - window.startNanos) * scale)
  slots.fill(value, first, Math.max(first + 1, end))
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
  const left = weight / covered < (EIGHTHS - 1) / 2
  if (onPath * 2 >= covered) {
    const fills = left || covered === EIGHTHS ? glyphs.pathFromLeft : glyphs.pathFromRight
    return { text: fills[covered - 1] as string, tone: 'path' }
  }
  if (covered > EIGHTHS / 2) return { text: glyphs.wait, tone: 'wait' }
  return { text: left ? glyphs.waitLeftHalf : glyphs.waitRightHalf, tone: 'wait' }
}

/** Writes over the edges how far the bar goes on outside the window. */
function overlayNotes(
  runs: BarRun[],
  spans: readonly Interval[],
  window: TimeWindow,
  glyphs: Glyphs,
): BarRun[] {
  const late = spans.reduce((most, [, to]) => Math.max(most, to - window.endNanos), 0)
  const early = spans.reduce((most, [from]) => Math.max(most, window.startNanos - from), 0)
  if (late > 0) {
    const room = runs.length - (early > 0 ? displayWidth(glyphs.before) : 0)
    const note = fitting(` ${glyphs.after} +${formatDuration(late, glyphs.micro)}`, glyphs.after, room)
    runs.splice(runs.length - displayWidth(note), displayWidth(note), { text: note, tone: 'note' })
  }
  if (early > 0) {
    // The late note, if there is one, is a single run by now.
    const room = late > 0 ? runs.length - 1 : runs.length
    const note = fitting(`${glyphs.before} -${formatDuration(early, glyphs.micro)} `, glyphs.before, room)
    runs.splice(0, displayWidth(note), { text: note, tone: 'note' })
  }
  return runs
}

function fitting(full: string, short: string, room: number): string {
  return displayWidth(full) <= room ? full : short
}

/** A lone cell off the path reads better as a point in time than as a very short stretch. */
function markAlone(runs: BarRun[], glyphs: Glyphs): BarRun[] {
  const drawn = runs.filter((run) => run.tone !== 'blank')
  if (glyphs.waitAlone === undefined || drawn.length !== 1 || drawn[0]?.tone !== 'wait') return runs
  const text = glyphs.waitAlone
  return runs.map((run) => (run.tone === 'wait' ? { ...run, text } : run))
}

function joinRuns(runs: readonly BarRun[]): BarRun[] {
  const joined: BarRun[] = []
  for (let from = 0; from < runs.length; ) {
    const { tone } = runs[from] as BarRun
    let text = ''
    for (; runs[from]?.tone === tone; from++) text += (runs[from] as BarRun).text
    joined.push({ text, tone })
  }
  return joined
}
