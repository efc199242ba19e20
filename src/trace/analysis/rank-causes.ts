import { splitScope } from '../attributes.ts'
import { groupBy } from '../group.ts'
import { MASKED } from '../masking/value.ts'
import { maskerUnder } from '../masking.ts'
import { chanceOf, chanceToName, leastChance, type Table } from './exact-test.ts'
import type { ComparedAttribute, Comparison, SelectedSpans, ValueCounts } from './population.ts'

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
      table: tableOf(comparison, attribute, counts),
    })),
  )
  const limit = chanceToName(
    tested.map(({ table }) => leastChance(table)),
    FAMILY_ERROR,
  )
  const causes: Cause[] = []
  for (const { attribute, value, counts, table } of tested) {
    const [selectionCount, baselineCount] = [counts.selection.spans, counts.baseline.spans]
    const selectionShare = selectionCount / selection.spans
    const baselineShare = baselineCount / baseline.spans
    const difference = selectionShare - baselineShare
    if (difference <= 0 || selectionCount < LEAST_COUNT) continue
    const isSignificant = isMoreFrequent(table) && chanceOf(table) <= limit
    const { bare } = splitScope(attribute)
    const name = byKey.get(bare)?.length === 1 ? bare : attribute
    causes.push({
      ...{ attribute, name, value, selectionShare, baselineShare, difference },
      ...{ selectionCount, baselineCount, isSignificant },
    })
  }
  causes.sort(compareCauses)
  return { verdict: verdictOf(causes, selection.spans), causes }
}

/** Of a value that the spans of a trace share, its traces count: of one trace, many spans prove no more than one. */
function tableOf(
  { selection, baseline }: Comparison,
  { isOfTrace }: ComparedAttribute,
  counts: ValueCounts,
): Table {
  const unit = isOfTrace ? 'traces' : 'spans'
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

/** Of so few spans a value that occurs once is a quarter of them: it is not ranked, and yet it may be the cause. */
const FEW = 1 / NOTEWORTHY

function verdictOf(causes: readonly Cause[], spans: number): Verdict {
  if (causes[0]?.isSignificant) return 'causes'
  const isOpen = spans <= FEW || causes.some(({ difference }) => difference >= NOTEWORTHY)
  return isOpen ? 'too-few' : 'nothing'
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
