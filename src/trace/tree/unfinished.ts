import { type Unfinished, whyEndless } from './endless.ts'
import type { TraceTree } from './trace-tree.ts'

/**
 * How long a top took; one without a usable end, up to the last end that is known below it. So much of its time is known, and it
 * took at least so long.
 */
export function knownNanos(tree: TraceTree, top: number): number {
  return lastKnownEnd(tree, top) - tree.startOf(top)
}

/** The end of a span; of one without a usable end, the last one that is known below it. Nanoseconds after the tree's start. */
export function lastKnownEnd(tree: TraceTree, top: number): number {
  let last = tree.endOf(top)
  if (whyEndless(tree.span(top)) === undefined) return last
  for (let node = top + 1; node < tree.after(top); node++) last = Math.max(last, tree.endOf(node))
  return last
}

/** Undefined: the trace has a duration. One of several roots is enough, since it may be the one that took longest. */
export function unfinishedOf({
  roots,
  detached,
  spans,
}: Pick<TraceTree, 'roots' | 'detached' | 'spans'>): Unfinished | undefined {
  for (const top of roots.length > 0 ? roots : detached) {
    const why = whyEndless(spans[top]!)
    if (why) return why
  }
  return undefined
}

/** `5 of 12 traces have a root without a usable end`. */
export const unfinishedText = ({ unfinished, all }: { unfinished: number; all: number }): string =>
  `${unfinished} of ${all} traces ${unfinished === 1 ? 'has' : 'have'} a root without a usable end`
