import type { Span, SpanMark } from '../model.ts'
import type { TraceTree } from './trace-tree.ts'

/** Why nobody can tell how long a span took, and so a trace. Its `durationNanos` of 0 is no time: compared, it would be the fastest. */
export type Unfinished = Extract<SpanMark, 'end-missing' | 'end-before-start'>

/** What is said of a root: `the root has no end`. */
export const UNFINISHED_WORDS: Readonly<Record<Unfinished, string>> = {
  'end-missing': 'has no end',
  'end-before-start': 'ended before it began',
}

/** Undefined: the span has a duration. */
export function whyEndless({ marks }: Pick<Span, 'marks'>): Unfinished | undefined {
  return (['end-missing', 'end-before-start'] as const).find((why) => marks.includes(why))
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
