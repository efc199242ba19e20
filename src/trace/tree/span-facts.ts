import type { Span, SpanKind, SpanMark } from '../model.ts'

// The facts about its spans that a tree needs again and again, as bits of one byte each. The spans of a large trace lie far
// apart in memory, behind a view that masks them. To read kinds, marks and status of 100,000 in each pass took 150 ms of 1,200,
// and once 15 (`trace get` of Zipkin, Node 24).

/** Its status is `error`. */
export const FAILED = 1
/** See `isAwaited`. */
export const AWAITED = 2
/** It came without a start: the tree gives it one. */
export const STARTLESS = 4
/** See `isEndless`. */
export const ENDLESS = 8
/** Something about it was broken in its source. */
export const MARKED = 16
export const CLIENT = 32
export const SERVER = 64

const OF_KIND: Readonly<Partial<Record<SpanKind, number>>> = { client: CLIENT, server: SERVER }

export function factsOf(span: Span): number {
  const { kind, marks, status } = span
  const facts = (status === 'error' ? FAILED : 0) | (OF_KIND[kind] ?? 0)
  // Nearly all spans.
  if (marks.length === 0) return kind === 'consumer' ? facts : facts | AWAITED
  return (
    facts |
    MARKED |
    (isAwaited(span) ? AWAITED : 0) |
    (isStartless(span) ? STARTLESS : 0) |
    (isEndless(span) ? ENDLESS : 0)
  )
}

/** It came without a start: the tree gives it one. */
export function isStartless({ marks }: Pick<Span, 'marks'>): boolean {
  return marks.length > 0 && marks.includes('start-missing')
}

/**
 * Whether the parent may have waited for a span: no caller waits for a message to be consumed, nor for `FOLLOWS_FROM`. Of
 * nearly all spans two looks are enough.
 */
export const isAwaited = ({ kind, marks }: Pick<Span, 'kind' | 'marks'>): boolean =>
  kind !== 'consumer' && !(marks.length > 0 && marks.includes('follows-parent'))

/**
 * Whether no error reached a root: above each stands a span that waited for it and did not fail, as far as is known. Undefined:
 * nothing failed.
 */
export function errorsHandled(spans: readonly Span[]): boolean | undefined {
  const failed = spans.filter(({ status }) => status === 'error')
  if (failed.length === 0) return undefined
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  return failed.every((span) => {
    const caller = span.parentId === undefined ? undefined : byId.get(span.parentId)
    return caller !== undefined && isAwaited(span) && (caller.status === 'error' || !isEndless(caller))
  })
}

/** Why the duration of a span, and so of a trace, is unknown. Its `durationNanos` of 0 isn't a time: compared, it would be the fastest. */
export type Unfinished = Extract<SpanMark, 'end-missing' | 'end-before-start' | 'start-missing'>

/** The words about a root: `the root has no end`. */
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
