import type { TraceTree } from '../tree.ts'

/** The stretch of time the axis shows, in nanoseconds after the tree's start. `endNanos > startNanos`. */
export interface TimeWindow {
  readonly startNanos: number
  readonly endNanos: number
}

// A tail up to this share of the roots' time is shown in full: clipping would save nothing.
const SHOWN_TAIL = 0.25

/**
 * The roots' time, so that work going on long after the answer was sent does not squeeze everything else into one
 * column; what lies outside is clipped and said per row. The whole trace where nothing sticks out far, where there
 * is no root, or where most spans begin outside the roots (a trace that is all tail).
 */
export function timeWindow(tree: TraceTree): TimeWindow {
  const whole = { startNanos: 0, endNanos: Math.max(1, tree.endNanos) }
  // Roots are sorted by start.
  const startNanos = tree.roots[0] === undefined ? 0 : tree.startOf(tree.roots[0])
  const endNanos = tree.roots.reduce((end, root) => Math.max(end, tree.endOf(root)), 0)
  const spare = (endNanos - startNanos) * SHOWN_TAIL
  if (!(spare > 0)) return whole
  let inside = 0
  for (let node = 0; node < tree.count; node++) {
    if (tree.startOf(node) >= startNanos && tree.startOf(node) <= endNanos) inside++
  }
  if (inside * 2 < tree.count) return whole
  return {
    startNanos: startNanos <= spare ? 0 : startNanos,
    endNanos: tree.endNanos - endNanos <= spare ? tree.endNanos : endNanos,
  }
}

/** Where a moment lies when the window is divided into so many steps; outside of them for one outside of it. */
export function stepAt({ startNanos, endNanos }: TimeWindow, nanos: number, steps: number): number {
  return Math.round((nanos - startNanos) * (steps / (endNanos - startNanos)))
}
