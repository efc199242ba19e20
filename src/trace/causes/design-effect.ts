import type { PairCounts } from './comparison.ts'
import type { Table } from './exact-test.ts'

/** Pairs of spans of one trace: of a value, of the selection, and all of them. */
export interface TracePairs {
  readonly carriers: PairCounts
  readonly selection: PairCounts
  readonly all: number
}

/**
 * How many spans count as one observation, at least 1: the design effect (L. Kish, "Survey Sampling", 1965) of a value and the
 * selection, 1 + r1 * r2 * (pairs of spans of one trace / spans). r is how alike the spans of one trace are, in the value and in
 * being selected (intraclass correlation; B. R. Moulton, "Random Group Effects and the Precision of Regression Estimates",
 * Journal of Econometrics 32, 1986). Requests that fail as a whole on one host: as many as a request has spans. Where one of
 * both has nothing to do with the trace, its r is about 0, and each span counts.
 */
export function designEffect({ carriers, selection, all }: Table, pairs: TracePairs): number {
  const covariance = covarianceOf(carriers / all, pairs.carriers, pairs.all)
  const others = covarianceOf(selection / all, pairs.selection, pairs.all)
  const variances = (carriers / all) * (1 - carriers / all) * (selection / all) * (1 - selection / all)
  if (pairs.all === 0 || variances === 0) return 1
  return Math.max(1, 1 + (covariance * others) / (pairs.all * all * variances))
}

/** Sum over the pairs of a trace of how both differ from the share of all spans. */
const covarianceOf = (share: number, { both, first }: PairCounts, all: number): number =>
  both - 2 * share * first + share ** 2 * all

/** The table of as many observations as there are, where so many spans count as one. */
export function thinned({ hits, selection, carriers, all }: Table, times: number): Table {
  const fewer = (count: number): number => Math.round(count / times)
  const table = { hits: fewer(hits), selection: fewer(selection), carriers: fewer(carriers) }
  // Rounded, they may be one more together than all.
  return { ...table, all: Math.max(fewer(all), table.selection + table.carriers - table.hits) }
}
