import type { Span } from '../model.ts'
import { type Unfinished, whyEndless } from '../tree/endless.ts'
import type { TraceDataFormat } from './output-choices.ts'

/** What a format has no place for, so that such a span is written as if it had taken no time. */
const LOST: Partial<Record<TraceDataFormat, (why: Unfinished) => boolean>> = {
  jaeger: () => true,
  // OTLP leaves an end out. One before the start would be refused by others.
  otlp: (why) => why === 'end-before-start',
}

/** How many of the spans are written with no time, and without a mark, since the format has none for it. */
export function countLostEnds(format: TraceDataFormat, spans: readonly Span[]): number {
  const isLost = LOST[format]
  if (isLost === undefined) return 0
  return spans.filter((span) => {
    const why = whyEndless(span)
    return why !== undefined && isLost(why)
  }).length
}
