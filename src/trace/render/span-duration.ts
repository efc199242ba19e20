import type { Span } from '../model.ts'
import { isEndless, type Unfinished, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration } from './format-duration.ts'

/** In place of a duration, at most seven columns. `no end` is not said where the reason is not known, nor of a span whose end alone is known. */
export const withoutDuration = (why: Unfinished | undefined): string =>
  why === undefined || why === 'start-missing' ? 'unknown' : 'no end'

/** How long a span took, for people, at most seven columns; without a usable end it is unknown. */
export function spanDuration(span: Pick<Span, 'durationNanos' | 'marks'>, micro?: string): string {
  if (!isEndless(span)) return formatDuration(span.durationNanos, micro)
  return withoutDuration(whyEndless(span))
}

/** The same of a node. */
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
