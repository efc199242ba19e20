import type { Scale } from '../formats/output-choices.ts'
import { rootsTime } from '../tree/known-times.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

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
export function leastOfLog({ startNanos, endNanos }: TimeWindow): number {
  return Math.max(1, 10 ** (Math.floor(Math.log10(endNanos - startNanos)) - 3))
}
