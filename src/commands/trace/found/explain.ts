import type { CapableSource } from '../../../backends/capability.ts'
import type { BackendComparison } from '../../../backends/trace-source.ts'
import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { SelectedSpans } from '../../../trace/analysis/population.ts'
import { type DividedPopulation, Population } from '../../../trace/analysis/population.ts'
import {
  type Ranking,
  rankCauses,
  withoutRepeated,
  withoutSensitive,
} from '../../../trace/analysis/rank-causes.ts'
import { maskText } from '../../../trace/masking.ts'
import type { TraceFilter } from '../../../trace/search.ts'
import { withoutRedelivered } from '../../../trace/tree/attach.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { namesTimes } from '../time-range.ts'
import type { OpenSearch } from './open-search.ts'
import { type FoundTraces, moreTraces, readFound, whereElse } from './read-found.ts'

/** Which spans are to be explained, and among which. */
export interface Question {
  /** The population. */
  readonly filter: TraceFilter
  readonly selected: SelectedSpans
  /** The traces are those of a file. */
  readonly file: string | undefined
  readonly showSensitive: boolean
}

/** What the selected spans have in common, and what it was counted from. */
export interface Explanation extends Counted {
  readonly ranking: Ranking
  /** Values that were left out, since they look like secrets or personal data. */
  readonly hidden: number
}

/** The two groups, and the traces they were counted in; without those the back end has counted. */
interface Counted extends DividedPopulation {
  readonly found?: FoundTraces
  readonly partial?: string
  /** Spans that were left out, since they came again. */
  readonly redelivered?: number
}

/** Counts and ranks. Failures: `not-found`, when there is nothing to explain; `cannot-do`; those of {@link readFound}. */
export async function explain(
  invocation: Invocation,
  search: OpenSearch,
  question: Question,
): Promise<Explanation> {
  const counted = await countAt(invocation, search, question)
  await requireSpans(invocation, search.searched, counted, question)
  const judged = withoutRepeated(counted.comparison, question.selected)
  const shown = question.showSensitive ? { comparison: judged, hidden: 0 } : withoutSensitive(judged)
  const ranking = rankCauses(shown.comparison)
  return { ...counted, ranking, hidden: shown.hidden }
}

/** By the back end itself where it can; else from the traces that a search finds. */
async function countAt(invocation: Invocation, search: OpenSearch, question: Question): Promise<Counted> {
  const source = search.searched
  const { filter, selected } = question
  let refused: string | undefined
  if (source.compare) {
    try {
      const compared = await source.compare(filter, selected)
      const { partial } = compared
      if (!(await isUncounted(source, filter, compared))) {
        if (partial === undefined || question.showSensitive) return compared
        return { ...compared, partial: maskText(partial) }
      }
      refused = countsNone(source)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (error.code !== 'cannot-do') throw error
      refused = safeText(error.message)
    }
  }
  if (filter.query !== undefined) {
    throw new Failure('cannot-do', `--query does not work with ${source.name} here`, {
      hint: 'Use --service, --name, --attr, --min and --max.',
      detail: refused === undefined ? [] : [refused],
    })
  }
  const population = new Population(filter, selected)
  let redelivered = 0
  const found = await readFound(invocation, search, question, (trace) => {
    // Only now: a search that is refused, too, shows that the filter was wrong, and not the comparison.
    if (refused !== undefined)
      tell(invocation, `note: ${refused}; ls-auth reads and compares the traces itself`)
    refused = undefined
    const once = withoutRedelivered(trace)
    redelivered += once.redelivered ?? 0
    population.add(once)
  })
  return { ...population.divided(), found, redelivered }
}

const countsNone = ({ name }: CapableSource<'search'>): string =>
  `${name} counts none of the spans from its search`

async function requireSpans(
  invocation: Invocation,
  source: CapableSource<'search'>,
  { comparison, found, unfinished = 0, partial }: Counted,
  question: Question,
): Promise<void> {
  const { selection, baseline } = comparison
  if (selection.spans > 0) return
  const fits = partial === undefined ? 'fits' : `is in the part of the result that ${source.name} gave`
  const ended = baseline.spans === 0 ? `no span ${fits}` : noneOf(baseline.spans, question)
  const none = unfinished === 0 ? ended : withUnfinished(ended, baseline.spans, unfinished)
  const { failure } = found ?? {}
  // They may be in what could not be read.
  if (failure)
    throw new Failure(failure.code, `${none}, but ${failure.message}`, {
      hint: failure.hint,
      detail: failure.detail,
      cause: failure,
    })
  const more = found?.truncated === true ? moreTraces(found) : undefined
  const orMore = more === undefined ? '' : `, or read more traces: ${more}`
  const failed = new Failure('not-found', none, {
    hint:
      partial === undefined
        ? `${whereOthersAre(invocation, question, found)}${orMore}.`
        : 'Use a shorter time, or add a filter.',
    detail: partial === undefined ? [] : [safeText(partial, 300)],
  })
  // A search that found something knows the service.
  const isEmpty = baseline.spans === 0 && found === undefined
  throw isEmpty ? await ofService(failed, invocation, source, question) : failed
}

/** The failure of an empty answer: a wrong name of a service is its reason more often than the time. */
async function ofService(
  failure: Failure,
  invocation: Invocation,
  source: CapableSource<'search'>,
  { filter }: Question,
): Promise<Failure> {
  const { namingService, unknownService } = await import('./none-found.ts')
  return namingService(failure, await unknownService(invocation, source, filter))
}

/** The sentence for no slow span, when there are spans of unknown duration. */
function withUnfinished(none: string, ended: number, unfinished: number): string {
  if (ended > 0) return `${none}; ${unfinished} more ${unfinished === 1 ? 'has' : 'have'} no usable end`
  if (unfinished === 1) return 'the only span that fits has no usable end'
  return `none of the ${unfinished} spans that fit has a usable end`
}

/** Of spans that fit, and of which none is to be explained. */
function noneOf(spans: number, { selected }: Question): string {
  if (selected.by === 'errors')
    return spans === 1 ? 'the only span that fits did not fail' : `none of the ${spans} spans that fit failed`
  if ('nanos' in selected.over)
    return spans === 1
      ? 'the only span that fits was faster'
      : `none of the ${spans} spans that fit took that long`
  if (spans === 1) return 'only one span fits'
  // Only where it counted a span could there be a slower one.
  return `the ${spans} spans that fit took equally long`
}

/** All of a file was looked at where no time was given: then only another question finds more. */
function whereOthersAre(
  invocation: Invocation,
  { file, selected }: Question,
  found: FoundTraces | undefined,
): string {
  const elsewhere = whereElse(invocation, file, found?.isOfAnyTime)
  if (file === undefined || namesTimes(invocation.options)) return elsewhere
  return selected.by === 'errors'
    ? `${elsewhere}, or explain the slow ones: --slower-than p95`
    : 'Use a lower --slower-than, or drop a filter'
}

/**
 * Whether the search finds spans to be explained of which the back end has counted none. Tempo's metrics are of server and root
 * spans alone unless `filter_server_spans` is off. Without `compared` it has counted none of all that fit.
 */
async function isUncounted(
  source: CapableSource<'search'>,
  filter: TraceFilter,
  compared: BackendComparison,
): Promise<boolean> {
  // A query of its own cannot be matched against the found traces.
  if (filter.query !== undefined) return false
  const { partial, comparison, selectedQuery: query } = compared
  if (partial !== undefined || comparison.selection.spans > 0) return false
  const { traces } = await source.search({ ...filter, ...(query !== undefined && { query }), limit: 1 })
  return traces.length > 0
}
