import { isOfSpans, type TraceSummary } from '../../../trace/search.ts'

/** What a search has found is counted in: examples of spans are spans, since several may be of one trace. */
export const unitOf = (found: readonly TraceSummary[]): 'span' | 'trace' =>
  isOfSpans(found) ? 'span' : 'trace'

/** `none of the 7 traces that were found could be read`, `the trace of the span that was found could not be read`. */
export function noneRead(found: readonly TraceSummary[]): string {
  const unit = unitOf(found)
  if (found.length === 1)
    return `the ${unit === 'span' ? 'trace of the span' : unit} that was found could not be read`
  const traces = unit === 'span' ? 'traces of the ' : ''
  return `none of the ${traces}${counted(found.length, unit)} that were found could be read`
}

/** `2 of 7 traces that were found`, `the trace of 1 of 7 spans that were found`. */
export function someFound(few: number, found: readonly TraceSummary[]): string {
  const unit = unitOf(found)
  const some = `${few} of ${counted(found.length, unit)} that were found`
  return unit === 'span' ? `the ${few === 1 ? 'trace' : 'traces'} of ${some}` : some
}

/** `1 trace`, `20 spans`. */
export const counted = (n: number, unit: 'span' | 'trace'): string => `${n} ${unit}${n === 1 ? '' : 's'}`
