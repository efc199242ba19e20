import type { Span, SpanMark } from '../model.ts'

/** Why nobody can tell how long a span took, and so a trace. Its `durationNanos` of 0 is no time: compared, it would be the fastest. */
export type Unfinished = Extract<SpanMark, 'end-missing' | 'end-before-start' | 'start-missing'>

/** What is said of a root: `the root has no end`. */
export const UNFINISHED_WORDS: Readonly<Record<Unfinished, string>> = {
  'end-missing': 'has no end',
  'end-before-start': 'ended before it began',
  'start-missing': 'has no start',
}

/**
 * Undefined: the span has a duration. Some sources give the duration of a span that has no start; where they give its end alone, it
 * is 0 here, and that end is of no use.
 */
export function whyEndless({
  durationNanos,
  marks,
}: Pick<Span, 'durationNanos' | 'marks'>): Unfinished | undefined {
  const why = (['end-missing', 'end-before-start'] as const).find((mark) => marks.includes(mark))
  if (why !== undefined) return why
  return durationNanos === 0 && marks.includes('start-missing') ? 'start-missing' : undefined
}

/** Of nearly all spans one look is enough. */
export const isEndless = (span: Pick<Span, 'durationNanos' | 'marks'>): boolean =>
  span.durationNanos === 0 && whyEndless(span) !== undefined
