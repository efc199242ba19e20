import type { RepeatedCalls } from '../analysis/findings.ts'
import type { Span } from '../model.ts'
import type { Fold } from '../tree/fold.ts'
import { isEndless, type Unfinished, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'

/** The facts about a fold, in parts. Durations are of the members that have a usable end. */
export interface FoldFigures {
  /** All of them together; where no member has a usable end, the words for one of these spans. */
  readonly duration: string
  /** `p50 1.20ms`, `p99 9.00ms`. Empty: no member has a usable end, so that `duration` isn't a sum. */
  readonly percentiles: readonly string[]
  /** `4 of unknown duration`; empty where all have one, or none. */
  readonly unknown: readonly string[]
}

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

/** In place of a duration, at most seven columns. `no end` is not said where the reason is not known, nor of a span whose end alone is known. */
export const withoutDuration = (why: Unfinished | undefined): string =>
  why === undefined || why === 'start-missing' ? 'unknown' : 'no end'

/** How long a span took, for people, at most seven columns; without a usable end it is unknown. */
export function spanDuration(span: Pick<Span, 'durationNanos' | 'marks'>, micro?: string): string {
  if (!isEndless(span)) return formatDuration(span.durationNanos, micro)
  return withoutDuration(whyEndless(span))
}

export const nodeDuration = (tree: TraceTree, node: number, micro?: string): string =>
  tree.isEndless(node)
    ? spanDuration(tree.span(node), micro)
    : formatDuration(tree.durationNanos(node), micro)

/** `self 20.0ms`: how long none of its children ran. */
export function selfText(tree: TraceTree, node: number, micro?: string): string {
  const nanos = tree.selfNanos(node)
  return `self ${nanos === undefined ? 'not known' : formatDuration(nanos, micro)}`
}

/** The same, and why it is not known. Of a span without a usable end its duration says it. */
export function selfTextWhy(tree: TraceTree, node: number, micro?: string): string {
  const text = selfText(tree, node, micro)
  return tree.selfNanos(node) === undefined ? `${text}: a call has no usable end` : text
}
