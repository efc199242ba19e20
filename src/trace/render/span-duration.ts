import type { Span } from '../model.ts'
import { whyEndless } from '../tree/unfinished.ts'
import { formatDuration } from './format-duration.ts'

/** How long a span took, for people, at most seven columns; of one without a usable end nobody can tell. */
export const spanDuration = (span: Pick<Span, 'durationNanos' | 'marks'>, micro?: string): string =>
  isEndless(span) ? 'no end' : formatDuration(span.durationNanos, micro)

/** Of nearly all spans one look is enough. */
export const isEndless = (span: Pick<Span, 'durationNanos' | 'marks'>): boolean =>
  span.durationNanos === 0 && whyEndless(span) !== undefined
