import type { Span } from '../model.ts'

/**
 * The order of two spans with equal times: by service, name and id. A back end may send a trace in another order each time; what is
 * drawn and told of it stays the same.
 */
export const compareNames = (a: Span, b: Span): number =>
  compareTexts(a.service, b.service) || compareTexts(a.name, b.name) || compareTexts(a.spanId, b.spanId)

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
