import { splitScope } from '../attribute-scope.ts'
import { groupBy } from '../group.ts'
import { MASKED } from '../masking/kept-value.ts'
import { maskerUnder } from '../masking.ts'
import { chanceOf, chanceToName, leastChance, type Table } from './exact-test.ts'
import type {
  ComparedAttribute,
  Comparison,
  GroupSize,
  PairCounts,
  SelectedSpans,
  ValueCounts,
} from './selection-counts.ts'

/** How often a ranking may name a cause where there is none. */
const FAMILY_ERROR = 0.01
/** A difference that would matter, if it isn't chance. */
const NOTEWORTHY = 0.25
/** A value that occurs once in the selection isn't a pattern. */
const LEAST_COUNT = 2

/** One attribute value that is more frequent in the selection than in the rest. Shares from 0 to 1. */
export interface Cause {
  readonly attribute: string
  /** For display and search: with its scope only where two scopes have the key. */
  readonly name: string
  readonly value: string
  readonly selectionShare: number
  readonly baselineShare: number
  readonly difference: number
  /** Spans. */
  readonly selectionCount: number
  readonly baselineCount: number
  /** Chance is ruled out; where traces are not known, if spans have nothing to do with each other. */
  readonly isSignificant: boolean
}

/**
 * What the ranking says as a whole.
 * - `causes`: chance is ruled out for the first ones.
 * - `too-few`: differences that would matter could still be chance.
 * - `nothing`: no value that occurs twice at least is noteworthy more frequent.
 */
type Verdict = 'causes' | 'too-few' | 'nothing'

/** Causes, those beyond chance first, each part by difference. */
export interface Ranking {
  readonly verdict: Verdict
  readonly causes: readonly Cause[]
}

/** Ranks the values that are more frequent in the selection than in the rest. */
export function rankCauses(comparison: Comparison): Ranking {
  const { selection, baseline } = comparison
  if (selection.spans === 0 || baseline.spans === 0) return { verdict: 'too-few', causes: [] }
  const byKey = groupBy(comparison.attributes, ({ name }) => splitScope(name).bare)
  const tested = comparison.attributes.flatMap((attribute) =>
    [...attribute.values].map(([value, counts]) => ({
      attribute: attribute.name,
      value,
      counts,
      tables: tablesOf(comparison, attribute, counts),
    })),
  )
  const limit = chanceToName(
    tested.flatMap(({ tables }) => tables.map(leastChance)),
    FAMILY_ERROR,
  )
  const causes: Cause[] = []
  for (const { attribute, value, counts, tables } of tested) {
    const [selectionCount, baselineCount] = [counts.selection.spans, counts.baseline.spans]
    const selectionShare = selectionCount / selection.spans
    const baselineShare = baselineCount / baseline.spans
    const difference = selectionShare - baselineShare
    if (difference <= 0 || selectionCount < LEAST_COUNT) continue
    const isSignificant = tables.some((table) => isMoreFrequent(table) && chanceOf(table) <= limit)
    const { bare } = splitScope(attribute)
    const name = byKey.get(bare)?.length === 1 ? bare : attribute
    causes.push({
      ...{ attribute, name, value, selectionShare, baselineShare, difference },
      ...{ selectionCount, baselineCount, isSignificant },
    })
  }
  causes.sort(compareCauses)
  return { verdict: verdictOf(causes), causes }
}

/**
 * The tests of a value, and each may prove it: its spans, fewer where those of one trace share the value and fail together; and
 * its traces, where they have one value. Spans prove rare events in every trace, traces those that one span of each shows.
 * Where traces are not known, each span counts.
 */
function tablesOf(comparison: Comparison, { isOfTrace }: ComparedAttribute, counts: ValueCounts): Table[] {
  const spans = countsIn('spans', comparison, counts)
  const { pairs } = comparison
  if (pairs === undefined || counts.pairs === undefined) return [spans]
  const observed = thinned(spans, designEffect(spans, { ...pairs, carriers: counts.pairs }))
  return isOfTrace ? [observed, countsIn('traces', comparison, counts)] : [observed]
}

function countsIn(unit: keyof GroupSize, { selection, baseline }: Comparison, counts: ValueCounts): Table {
  const hits = counts.selection[unit]
  return {
    hits,
    selection: selection[unit],
    carriers: hits + counts.baseline[unit],
    all: selection[unit] + baseline[unit],
  }
}

/** Of far fewer hits than by chance the test's first term is too small for a number, and its answer is 0 instead of 1. */
const isMoreFrequent = ({ hits, selection, carriers, all }: Table): boolean =>
  hits * (all - selection) > (carriers - hits) * selection

/** Then by name, so that equal ones have one order everywhere. No two have the same name and value. */
function compareCauses(a: Cause, b: Cause): number {
  const [x, y] = [a, b].map(({ attribute, value }) => `${attribute}\0${value}`) as [string, string]
  return Number(b.isSignificant) - Number(a.isSignificant) || b.difference - a.difference || (x < y ? -1 : 1)
}

function verdictOf(causes: readonly Cause[]): Verdict {
  if (causes[0]?.isSignificant) return 'causes'
  return causes.some(({ difference }) => difference >= NOTEWORTHY) ? 'too-few' : 'nothing'
}

/** Pairs of spans of one trace: of a value, of the selection, and all of them. */
interface TracePairs {
  readonly carriers: PairCounts
  readonly selection: PairCounts
  readonly all: number
}

/**
 * How many spans count as one observation, at least 1: the design effect of a value and the selection (L. Kish, "Survey
 * Sampling", 1965). It is 1 + r1 * r2 * (pairs of spans of one trace / spans). Here r is how alike the spans of one trace are,
 * in the value and in being selected. That is the intraclass correlation of B. R. Moulton, "Random Group Effects and the
 * Precision of Regression Estimates", Journal of Econometrics 32, 1986. Requests that fail as a whole on one host: as many as a
 * request has spans. Where one of both has nothing to do with the trace, its r is about 0, and each span counts.
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

/** What says again that a span failed: `error` of OpenTracing and Zipkin with any value, and a status of OpenTelemetry. */
const SAYS_FAILED = /^(?:error=|(?:otel\.)?status(?:[._]code)?=(?:true|error|status_code_error|2)$)/i

const SAYS_DURATION =
  /(?:^|[._])(?:duration|elapsed|latency|took)(?:[._](?:time|ms|us|ns|s|millis|micros|nanos|seconds))?=/i

/** The comparison without values that only repeat the selection: `status=declined` is not among those. */
export function withoutRepeated(comparison: Comparison, selected: Pick<SelectedSpans, 'by'>): Comparison {
  const repeats = selected.by === 'errors' ? SAYS_FAILED : SAYS_DURATION
  const attributes = comparison.attributes.map(({ name, isOfTrace, values }): ComparedAttribute => {
    const { bare } = splitScope(name)
    const others = [...values].filter(([value]) => !repeats.test(`${bare}=${value}`))
    return { name, isOfTrace, values: new Map(others) }
  })
  return { ...comparison, attributes: attributes.filter(({ values }) => values.size > 0) }
}

/** The comparison without values that look like secrets or personal data, and how many they are. */
export function withoutSensitive(comparison: Comparison): { comparison: Comparison; hidden: number } {
  let hidden = 0
  const attributes = comparison.attributes.map((attribute): ComparedAttribute => {
    const mask = maskerUnder(splitScope(attribute.name).bare)
    const values = [...attribute.values].filter(([value]) => !value.includes(MASKED) && mask(value) === value)
    hidden += attribute.values.size - values.length
    return { name: attribute.name, isOfTrace: attribute.isOfTrace, values: new Map(values) }
  })
  return { comparison: { ...comparison, attributes }, hidden }
}

/**
 * The ranking, with `too-few` in place of `nothing` where a value that occurs once in the selection differs by much. A value
 * found once isn't a pattern and is not ranked, but of a few spans it may be half, and stand out.
 */
export function withRareValues(ranking: Ranking, { selection, baseline, attributes }: Comparison): Ranking {
  if (ranking.verdict !== 'nothing') return ranking
  const differs = attributes.some(({ values }) =>
    [...values.values()].some(
      (counts) =>
        counts.selection.spans === 1 &&
        1 / selection.spans - counts.baseline.spans / baseline.spans >= NOTEWORTHY,
    ),
  )
  return differs ? { ...ranking, verdict: 'too-few' } : ranking
}
