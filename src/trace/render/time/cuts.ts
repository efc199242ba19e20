import { fitLines } from '../../../text/fit.ts'
import { activityOf, ranIn } from '../../analysis/idle.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'
import type { TimeWindow } from './window.ts'

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
