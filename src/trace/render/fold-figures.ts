import type { RepeatedCalls } from '../analysis/findings.ts'
import type { Fold } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'
import { nodeDuration } from './span-duration.ts'

/** The facts about a fold, in parts. Durations are of the members that have a usable end. */
export interface FoldFigures {
  /** All of them together; where no member has a usable end, the words for one of these spans. */
  readonly duration: string
  /** `p50 1.20ms`, `p99 9.00ms`. Empty: no member has a usable end, so that `duration` isn't a sum. */
  readonly percentiles: readonly string[]
  /** `4 of unknown duration`; empty where all have one, or none. */
  readonly unknown: readonly string[]
}

/** The figures of a fold as text. */
export function foldFigures(fold: Fold, tree: TraceTree, micro?: string): FoldFigures {
  const { members, unfinished, p50Nanos, p99Nanos, sumNanos } = fold
  if (unfinished === members.length) {
    return { duration: nodeDuration(tree, members[0]!, micro), percentiles: [], unknown: [] }
  }
  return {
    duration: formatDuration(sumNanos, micro),
    percentiles: [`p50 ${formatDuration(p50Nanos, micro)}`, `p99 ${formatDuration(p99Nanos, micro)}`],
    unknown: ofUnknown(unfinished),
  }
}

/** Beside figures of other calls: these may have taken any time. */
const ofUnknown = (unfinished: number): string[] =>
  unfinished === 0 ? [] : [`${unfinished} of unknown duration`]

/** How repeated calls ran: `one after another`. Where the duration of some is not known, so is how many ran at once. */
export function mannerText({ atOnce, unfinished }: RepeatedCalls): string {
  const [unknown] = ofUnknown(unfinished)
  return unknown ?? (atOnce === 1 ? 'one after another' : `up to ${atOnce} at once`)
}
