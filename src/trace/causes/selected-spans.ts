import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { parseNanos } from '../nanos.ts'

/** Which spans of a population are to be explained. */
export type SelectedSpans = { readonly by: 'errors' } | { readonly by: 'duration'; readonly over: Limit }

/** A duration, or a percentile of all durations of the population. Equal to it is not over it. */
export type Limit = { readonly nanos: number } | { readonly percentile: number }

/** `500ms`, `p95`, `p99.9`. Failure `usage`. */
export function parseLimit(text: string, flag: string): Limit {
  const percentile = Number(/^p(\d{1,2}(?:\.\d{1,3})?)$/i.exec(text.trim())?.[1])
  if (percentile > 0) return { percentile }
  if (/^[\d.]/.test(text.trim())) return { nanos: parseNanos(text, flag) }
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is neither a duration nor a percentile`, {
    hint: `Write it like ${flag} 500ms or ${flag} p95.`,
  })
}
