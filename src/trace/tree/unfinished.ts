import { type Unfinished, whyEndless } from './endless.ts'
import { lostPart } from './known-times.ts'
import type { TraceTree } from './trace-tree.ts'

/** A trace that nobody can tell the duration of. */
export interface UnfinishedTrace {
  /** What has no usable end; `a part`: of a trace without its root, one of the tops that are there. */
  readonly top: 'the root' | 'a root' | 'a part'
  readonly why: Unfinished
}

/** Undefined: the trace has a duration. One of several roots is enough, since it may be the one that took longest. */
export function unfinishedOf(tree: TraceTree): UnfinishedTrace | undefined {
  const { roots, detached } = tree
  const lost = lostPart(tree)
  const top = lost !== undefined || roots.length === 0 ? 'a part' : roots.length === 1 ? 'the root' : 'a root'
  for (const node of lost !== undefined ? [lost] : roots.length > 0 ? roots : detached) {
    const why = whyEndless(tree.span(node))
    if (why) return { top, why }
  }
  return undefined
}

/** How many traces are unfinished, and how many of these have no root. */
export interface UnfinishedCount {
  readonly unfinished: number
  readonly rootless: number
}

/** `5 of 12 traces have a root without a usable end`. */
export const unfinishedText = ({ all, ...count }: UnfinishedCount & { readonly all: number }): string =>
  `${count.unfinished} of ${all} traces ${haveNoEnd(count)}`

/** `have a root without a usable end`. */
export function haveNoEnd({ unfinished, rootless }: UnfinishedCount): string {
  const some = rootless === 0 ? 'a root' : rootless === unfinished ? 'a part' : 'a root or a part'
  return `${unfinished === 1 ? 'has' : 'have'} ${some} without a usable end`
}
