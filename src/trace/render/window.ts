import { displayWidth } from '../../text/display-width.ts'
import type { Scale } from '../formats/output-choices.ts'
import { rootsTime } from '../tree/known-times.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'
import type { Glyphs } from './glyphs.ts'

/** The stretch of time the axis shows, in nanoseconds after the tree's start. `endNanos > startNanos`. */
export interface TimeWindow {
  readonly startNanos: number
  readonly endNanos: number
  /** The moment the axis calls 0; `startNanos` when not given. */
  readonly zeroNanos?: number
  /** A logarithmic axis, for traces that begin with many short spans. */
  readonly logarithmic?: boolean
}

// A tail up to this share of the roots' time is shown in full: clipping would save nothing.
const SHOWN_TAIL = 0.25

/**
 * The roots' time, so that work long after the answer does not squeeze everything else into one column; work outside is clipped
 * and noted per row. The whole trace where all is close, where there is no root, or where most spans begin outside the roots.
 */
export function timeWindow(tree: TraceTree, scale: Scale = 'linear'): TimeWindow {
  const whole = { startNanos: 0, endNanos: Math.max(1, tree.endNanos) }
  if (scale === 'fit') return whole
  if (scale === 'log') return { ...whole, logarithmic: true }
  const { startNanos, endNanos } = rootsTime(tree) ?? whole
  if (endNanos <= startNanos) return whole
  if (scale === 'critical') return { startNanos, endNanos }
  if (isMostlyTail(tree, startNanos, endNanos)) return whole
  const spare = (endNanos - startNanos) * SHOWN_TAIL
  return {
    startNanos: startNanos <= spare ? 0 : startNanos,
    endNanos: tree.endNanos - endNanos <= spare ? tree.endNanos : endNanos,
  }
}

function isMostlyTail(tree: TraceTree, startNanos: number, endNanos: number): boolean {
  let inside = 0
  for (let node = 0; node < tree.count; node++) {
    if (tree.startOf(node) >= startNanos && tree.startOf(node) <= endNanos) inside++
  }
  return inside * 2 < tree.count
}

/**
 * A part of a window. Ends not given are the window's, or where all of it is outside those of the trace; times as in
 * {@link TimeWindow}.
 */
export interface Zoom {
  readonly fromNanos?: number
  readonly toNanos?: number
}

/** The window from one moment to another, with the axis counting from where it counted before. `lastNanos`: the end of the trace. */
export function zoomed(window: TimeWindow, { fromNanos, toNanos }: Zoom, lastNanos: number): TimeWindow {
  if (fromNanos === undefined && toNanos === undefined) return window
  const isLater = fromNanos !== undefined && fromNanos >= window.endNanos
  const isEarlier = toNanos !== undefined && toNanos <= window.startNanos
  const startNanos = fromNanos ?? (isEarlier ? 0 : window.startNanos)
  const endNanos = Math.max(toNanos ?? (isLater ? lastNanos : window.endNanos), startNanos + 1)
  return { ...window, startNanos, endNanos, zeroNanos: zeroOf(window) }
}

/** The moment the axis calls 0. */
export function zeroOf({ startNanos, zeroNanos = startNanos }: TimeWindow): number {
  return zeroNanos
}

/**
 * The step a moment falls into when the window is divided into so many; out of their range for a moment outside of the
 * window.
 */
export function stepAt(window: TimeWindow, nanos: number, steps: number): number {
  const { startNanos, endNanos, logarithmic } = window
  if (!logarithmic) return Math.round((nanos - startNanos) * (steps / (endNanos - startNanos)))
  const unit = leastOfLog(window)
  const share =
    Math.log1p(Math.max(0, nanos - startNanos) / unit) / Math.log1p((endNanos - startNanos) / unit)
  return nanos < startNanos ? -1 : Math.round(share * steps)
}

/** A logarithmic axis shows the last four powers of ten; this is the first of them, in nanoseconds. */
function leastOfLog({ startNanos, endNanos }: TimeWindow): number {
  return Math.max(1, 10 ** (Math.floor(Math.log10(endNanos - startNanos)) - 3))
}

/** Preferred columns between two ticks; on a short axis a third of it, so that there is more than one. */
const AIRY_SPACING = 12

const MINUTE = 60e9
const HOUR = 3600e9
const DAY = 24 * HOUR
// Above a minute clocks count in other bases than ten.
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 5, 10].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100].map((n) => n * DAY),
]

/** The smallest step of 1, 2 or 5 in its decade (clock steps above a minute) that makes at most `most` steps. */
export function niceStep(totalNanos: number, most: number): number {
  const least = totalNanos / Math.max(1, most)
  for (let decade = 1; decade < MINUTE; decade *= 10) {
    for (const digit of [1, 2, 5]) {
      const step = decade * digit
      if (step >= least && step < MINUTE) return step
    }
  }
  return CLOCK_STEPS.find((step) => step >= least) ?? Math.ceil(least / (100 * DAY)) * 100 * DAY
}

/** The axis over the bars: a mark at each nice moment with its time on the axis. */
export function axisLine(window: TimeWindow, cells: number, glyphs: Glyphs): string {
  let line = ''
  for (const { nanos, label } of ticksOf(window, cells, glyphs.micro)) {
    const column = stepAt(window, nanos, cells)
    const text = glyphs.tick + label
    // On a logarithmic axis ticks may come too close.
    if (column < displayWidth(line) + (line === '' ? 0 : 1)) continue
    if (column + displayWidth(text) > cells) break
    line += ' '.repeat(column - displayWidth(line)) + text
  }
  return line.length > 2 ? line : withEnd(line, window.endNanos - zeroOf(window), cells, glyphs)
}

/** Too short for a second tick: the end of the axis is named instead. */
function withEnd(line: string, end: number, cells: number, glyphs: Glyphs): string {
  const label = signed(end, glyphs.micro) + glyphs.tick
  return displayWidth(line + label) < cells ? line + label.padStart(cells - line.length) : line
}

interface Tick {
  /** After the tree's start, as the window's. */
  readonly nanos: number
  readonly label: string
}

/** The marks of an axis of so many cells, in order of time. */
export function ticksOf(window: TimeWindow, cells: number, micro: string): Tick[] {
  const zero = zeroOf(window)
  if (window.logarithmic) {
    const powers = Array.from({ length: 4 }, (_, power) => leastOfLog(window) * 10 ** power)
    const moments = [window.startNanos, ...powers.map((nanos) => window.startNanos + nanos)]
    return moments.map((nanos) => ({
      nanos,
      label: nanos === zero ? '0' : powerLabel(nanos - zero, micro),
    }))
  }
  const step = stepThatFits(window, cells, micro)
  const ticks: Tick[] = []
  const reach = reachOf(window)
  const first = Math.ceil((window.startNanos - zero) / step)
  for (let tick = first; zero + tick * step <= window.endNanos; tick++) {
    ticks.push({
      nanos: zero + tick * step,
      label: tickLabel(tick * step, step, reach, micro),
    })
  }
  return ticks
}

/** `100ms` for `100.0ms`: powers of ten have no digits to show. */
function powerLabel(nanos: number, micro: string): string {
  return signed(nanos, micro).replace(/\.0+(?=\D)/, '')
}

/** `--from` may lie before the root, where the axis counts from. */
const signed = (nanos: number, micro: string): string =>
  (nanos < 0 ? '-' : '') + formatDuration(Math.abs(nanos), micro)

/** The longest time that a label of this axis says, before its zero or after it. */
function reachOf(window: TimeWindow): number {
  const zero = zeroOf(window)
  return Math.max(zero - window.startNanos, window.endNanos - zero)
}

/** The finest nice step whose labels leave a blank between them. */
function stepThatFits(window: TimeWindow, cells: number, micro: string): number {
  const total = window.endNanos - window.startNanos
  const zero = zeroOf(window)
  const reach = reachOf(window)
  for (let most = Math.ceil(cells / 5); most > 1; most--) {
    const step = niceStep(total, most)
    const ends = [
      Math.ceil((window.startNanos - zero) / step) * step,
      Math.floor((window.endNanos - zero) / step) * step,
    ]
    const widest = Math.max(...ends.map((nanos) => tickLabel(nanos, step, reach, micro).length))
    if ((step / total) * cells >= Math.max(widest + 2, Math.min(AIRY_SPACING, cells / 3))) return step
  }
  return niceStep(total, 1)
}

/** All labels of an axis that reaches so far are in one unit, with as many decimals as its step needs. */
function tickLabel(nanos: number, step: number, reach: number, micro: string): string {
  if (nanos === 0) return '0'
  if (reach >= 2 * MINUTE && step >= 1e9) return (nanos < 0 ? '-' : '') + clockLabel(Math.abs(nanos))
  const [unit, name] =
    reach >= 1e9 ? [1e9, 's'] : reach >= 1e6 ? [1e6, 'ms'] : reach >= 1e3 ? [1e3, micro] : [1, 'ns']
  const decimals = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9))
  return (nanos / unit).toFixed(decimals) + name
}

/** `45s`, `1m`, `1m30s`, `2h`, `2h05m`, `1d12h`. */
function clockLabel(nanos: number): string {
  const seconds = Math.round(nanos / 1e9)
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}
