import { fitLines } from '../../text/fit.ts'
import type { Scale } from '../formats/output-choices.ts'
import { rootsTime } from '../tree/known-times.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'
import type { Pen } from './glyphs.ts'

/** A stretch that takes less room on the axis than its time; in nanoseconds after the tree's start. */
export interface Cut {
  readonly fromNanos: number
  readonly toNanos: number
  /** The time whose room it takes. */
  readonly shownNanos: number
  /** For so long a span ran in it. */
  readonly ranNanos: number
}

/** The stretch of time the axis shows, in nanoseconds after the tree's start. `endNanos > startNanos`. */
export interface TimeWindow {
  readonly startNanos: number
  readonly endNanos: number
  /** The moment the axis calls 0; `startNanos` when not given. */
  readonly zeroNanos?: number
  /** A logarithmic axis, for traces that begin with many short spans. */
  readonly logarithmic?: boolean
  /** Stretches that take less room than their time, in order; never on a logarithmic axis. */
  readonly cuts?: readonly Cut[]
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
  const { startNanos, endNanos, logarithmic, cuts } = window
  if (cuts)
    return Math.round(shownBefore(window, cuts, nanos) * (steps / shownBefore(window, cuts, endNanos)))
  if (!logarithmic) return Math.round((nanos - startNanos) * (steps / (endNanos - startNanos)))
  const unit = leastOfLog(window)
  const share =
    Math.log1p(Math.max(0, nanos - startNanos) / unit) / Math.log1p((endNanos - startNanos) / unit)
  return nanos < startNanos ? -1 : Math.round(share * steps)
}

/** The cuts in which a bar has to show that it is shorter than its time: each hides more than a quarter of the span. */
export function cutsThrough({ cuts = [] }: TimeWindow, from: number, to: number): readonly Cut[] {
  if (cuts.length === 0) return cuts
  return cuts.filter(
    ({ fromNanos, toNanos }) => Math.min(to, toNanos) - Math.max(from, fromNanos) > (to - from) / 4,
  )
}

/** The time from the start of the window to a moment, with each cut as long as shown. */
function shownBefore({ startNanos }: TimeWindow, cuts: readonly Cut[], nanos: number): number {
  let shown = nanos - startNanos
  for (const { fromNanos, toNanos, shownNanos } of cuts) {
    const inside = Math.min(nanos, toNanos) - Math.max(startNanos, fromNanos)
    if (inside > 0) shown -= inside * (1 - shownNanos / (toNanos - fromNanos))
  }
  return shown
}

/** A logarithmic axis shows the last four powers of ten; this is the first of them, in nanoseconds. */
export function leastOfLog({ startNanos, endNanos }: TimeWindow): number {
  return Math.max(1, 10 ** (Math.floor(Math.log10(endNanos - startNanos)) - 3))
}

/** Of more pauses than this (a poller's) none is cut: the bars stand in a row, and cuts would hide the rhythm. */
const MOST_CUTS = 8
/** A cut takes this share of the rest of the axis: one cell where bars have twenty. */
const CUT_SHARE = 0.05
/** A cut in which spans ran for less than this share of it is called idle. */
const LEAST_RAN = 0.01

/**
 * The window without its long idle stretches: each that is longer than the time in which spans ran, all together, is cut.
 * Otherwise the bars of a trace of 2 ms that waits 98 s in a queue are dots.
 */
export function cutIdle(window: TimeWindow, tree: TraceTree): TimeWindow {
  const { idle, busyNanos } = activityOf(tree, window.startNanos, window.endNanos)
  const long = idle.filter(([from, to]) => to - from > busyNanos)
  if (long.length === 0 || long.length > MOST_CUTS) return window
  const left = window.endNanos - window.startNanos - long.reduce((sum, [from, to]) => sum + to - from, 0)
  if (left <= 0) return window
  const shownNanos = left * CUT_SHARE
  const cuts = long.map((stretch) => {
    const [fromNanos, toNanos] = stretch
    return { fromNanos, toNanos, shownNanos, ranNanos: ranIn(tree, stretch) }
  })
  return { ...window, cuts }
}

/**
 * `~ 1m 38s idle cut ~`, or `~ 13.9s cut, 9.00s of it self time ~` where a span ran in it: it is not known whether it
 * only waited. Undefined where nothing was cut.
 */
export function cutText({ cuts = [], startNanos, endNanos }: TimeWindow, micro: string): string | undefined {
  const seen = cuts.filter(({ fromNanos, toNanos }) => fromNanos < endNanos && toNanos > startNanos)
  if (seen.length === 0) return undefined
  const sum = seen.reduce((nanos, { fromNanos, toNanos }) => nanos + toNanos - fromNanos, 0)
  const ran = seen.reduce((nanos, { ranNanos }) => nanos + ranNanos, 0)
  const where = seen.length === 1 ? '' : ` in ${seen.length} places`
  const cut = formatDuration(sum, micro)
  if (ran < sum * LEAST_RAN) return `~ ${cut} idle cut${where} ~`
  return `~ ${cut} cut${where}, ${formatDuration(ran, micro)} of it self time ~`
}

/** The same in lines, and how to see the axis whole. */
export function cutLines(window: TimeWindow, pen: Pen): string[] {
  const text = cutText(window, pen.glyphs.micro)
  if (text === undefined) return []
  const lines = fitLines(`${text} (--scale fit shows it)`, pen.width, pen.glyphs.ellipsis)
  return lines.map((line) => pen.style.yellow(line))
}

/** Nanoseconds after the tree's start, `[from, to]`. */
type Stretch = readonly [fromNanos: number, toNanos: number]

interface Activity {
  /** Stretches between two spans in which none ran, or only spans whose children do not run; in order of time. */
  readonly idle: readonly Stretch[]
  readonly busyNanos: number
}

/**
 * The work between two moments. A top of the tree is busy all the time (the critical path lies in it), a span without children,
 * too. A span that has children and outlives its caller, such as a consumer, may wait or work while none of them runs. {@link
 * ranIn} gives how long that was.
 */
function activityOf(tree: TraceTree, fromNanos: number, toNanos: number): Activity {
  const tops = mergeBusy(tree, [...tree.roots, ...tree.detached], fromNanos, toNanos)
  // Most traces: the root runs all the time, and no more spans need to be looked at.
  if (tops.busyNanos >= toNanos - fromNanos) return tops
  const busy = [...tree.spans.keys()].filter((node) => tree.isLeaf(node) || tree.parent(node) < 0)
  return mergeBusy(tree, busy, fromNanos, toNanos)
}

/** How long any span ran in a stretch. In an idle stretch that is self time of spans with children. */
const ranIn = (tree: TraceTree, [fromNanos, toNanos]: Stretch): number =>
  mergeBusy(tree, [...tree.spans.keys()], fromNanos, toNanos).busyNanos

function mergeBusy(tree: TraceTree, nodes: readonly number[], fromNanos: number, toNanos: number): Activity {
  const sorted = nodes
    .filter((node) => tree.startOf(node) <= toNanos && tree.endOf(node) >= fromNanos)
    .sort((a, b) => tree.startOf(a) - tree.startOf(b))
  const idle: Stretch[] = []
  let busyNanos = 0
  let reached: number | undefined
  for (const node of sorted) {
    const start = Math.max(fromNanos, tree.startOf(node))
    const end = Math.min(toNanos, tree.endOf(node))
    if (reached !== undefined && start > reached) idle.push([reached, start])
    busyNanos += Math.max(0, end - Math.max(start, reached ?? start))
    reached = Math.max(end, reached ?? end)
  }
  return { idle, busyNanos }
}
