import { isOfSpans, type TraceSummary } from '../../../trace/search.ts'

/** What a search has found is counted in: examples of spans are spans, since several may be of one trace. */
export const unitOf = (found: readonly TraceSummary[]): 'span' | 'trace' =>
  isOfSpans(found) ? 'span' : 'trace'

/** `7 traces that were found`, `traces of the 7 spans that were found`. */
export function allFound(found: readonly TraceSummary[]): string {
  const all = counted(found.length, unitOf(found))
  return isOfSpans(found) ? `traces of the ${all} that were found` : `${all} that were found`
}

/** `2 of 7 traces that were found`, `the traces of 2 of 7 spans that were found`. */
export function someFound(few: number, found: readonly TraceSummary[]): string {
  const some = `${few} of ${counted(found.length, unitOf(found))} that were found`
  return isOfSpans(found) ? `the traces of ${some}` : some
}

/** `1 trace`, `20 spans`. */
export const counted = (n: number, unit: 'span' | 'trace'): string => `${n} ${unit}${n === 1 ? '' : 's'}`
