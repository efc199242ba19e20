import type { CriticalPath } from '../../analysis/critical-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Interval } from '../time/bar-run.ts'
import { cutsThrough, stepAt, type TimeWindow } from '../time/window.ts'

/** A rectangle along the time axis, in steps of the axis. */
export interface Section {
  readonly from: number
  readonly length: number
  /** On the critical path. */
  readonly isPath: boolean
}

/**
 * The bar of a node, or of the members of a fold: what was covered, then what of it is on the critical path. Divided in
 * `steps`; none is shorter than `least`. What lies outside of the window is left out; a bar that goes through a cut is
 * broken there.
 */
export function barSections(
  tree: TraceTree,
  nodes: readonly number[],
  path: CriticalPath,
  window: TimeWindow,
  { steps, least }: { readonly steps: number; readonly least: number },
): Section[] {
  const place = ([start, end]: Interval, isPath: boolean): Section[] => {
    if (end < window.startNanos || start > window.endNanos) return []
    const clamp = (at: number) => Math.min(steps, Math.max(0, stepAt(window, at, steps)))
    const from = Math.min(clamp(start), steps - least)
    const length = Math.max(least, clamp(end) - from)
    const gaps = cutsThrough(window, start, end).map(({ fromNanos, toNanos }) =>
      Math.round((clamp(Math.max(start, fromNanos)) + clamp(Math.min(end, toNanos))) / 2),
    )
    return broken({ from, length, isPath }, gaps, least)
  }
  const covered = nodes.flatMap((node) => place([tree.startOf(node), tree.endOf(node)], false))
  const onPath = nodes.flatMap((node) => path.sectionsOf(node).flatMap((section) => place(section, true)))
  // Most spans are wholly on the path or off it: one rectangle is enough.
  const [all] = covered
  const isHidden = onPath.length === 1 && onPath[0]?.from === all?.from && onPath[0]?.length === all?.length
  return isHidden && covered.length === 1 ? onPath : [...covered, ...onPath]
}

/** The section in pieces, with a gap around each of these steps where both of its sides have room for a piece. */
function broken(section: Section, gaps: readonly number[], least: number): Section[] {
  const pieces: Section[] = []
  const end = section.from + section.length
  let { from } = section
  for (const middle of gaps) {
    const gap = Math.max(from + least, middle - least)
    if (gap + 3 * least > end) continue
    pieces.push({ ...section, from, length: gap - from })
    from = gap + 2 * least
  }
  return [...pieces, { ...section, from, length: end - from }]
}

/** In place of a bar: how far outside of the window a span began or ended. */
export function outsideText(tree: TraceTree, node: number, window: TimeWindow): string {
  const late = tree.endOf(node) - window.endNanos
  if (late > 0) return `▶ +${formatDuration(late)}`
  return `◀ -${formatDuration(window.startNanos - tree.startOf(node))}`
}
