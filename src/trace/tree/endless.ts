import type { Span, SpanMark } from '../model.ts'

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

/** Of nearly all spans one look is enough. */
export const isEndless = (span: Pick<Span, 'durationNanos' | 'marks'>): boolean =>
  span.durationNanos === 0 && whyEndless(span) !== undefined
