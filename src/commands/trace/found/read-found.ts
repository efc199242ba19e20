import type { CapableSource } from '../../../backends/capability.ts'
import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { type MaskedTrace, maskTrace } from '../../../trace/masking.ts'
import type { Trace } from '../../../trace/model.ts'
import {
  idForTraceGet,
  isOfSpans,
  largerLimit,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../../../trace/search.ts'
import { commandLine } from '../../command-line.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { BatchProgress, Tally } from '../batch/tally.ts'
import { inOrder, readerOf } from '../batch/trace-reader.ts'
import { readReference } from '../find-trace.ts'
import { MASKED } from '../masked.ts'
import { namesTimes } from '../time-range.ts'
import type { OpenSearch } from './open-search.ts'
import { counted, noneRead, someFound, unitOf } from './open-search.ts'

export interface FoundOptions {
  readonly filter: TraceFilter
  /** The traces are those of a file. */
  readonly file: string | undefined
  readonly showSensitive: boolean
}

export interface FoundTraces {
  readonly traces: number
  /** What the search found, of which several may be of one trace: spans. Undefined: it found traces. */
  readonly spans: number | undefined
  /** The search stopped at its limit: there may be more. */
  readonly truncated: boolean
  /** The search respects no times. */
  readonly isOfAnyTime: boolean | undefined
  readonly limit: number
  /** Traces that came only in part. */
  readonly partial: number
  /** How many of those that were found were missing when they were asked for. */
  readonly lost: number
  /** For the end of the run, when all that was read is shown: some traces could not be. */
  readonly failure: Failure | undefined
  /** How many values were masked by now, in all of the traces. */
  masked(): number
}

/**
 * Reads the traces that a search finds, and hands each to `use`, masked unless it is to be shown unchanged. Failures: those of
 * the search; `not-found` when it finds none, or none of them can be read; what would happen to all traces.
 */
export async function readFound(
  invocation: Invocation,
  search: OpenSearch,
  { filter, file, showSensitive }: FoundOptions,
  use: (trace: Trace) => void,
): Promise<FoundTraces> {
  const source = search.searched
  const result = await source.search(filter)
  for (const note of result.notes ?? []) tell(invocation, `note: ${note}`)
  const { isOfAnyTime } = result
  if (result.traces.length === 0) throw await noneFound(invocation, source, { filter, file }, result)
  const masks: MaskedTrace['masked'][] = []
  const take = (trace: Trace) => {
    const shown = showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
    masks.push(shown.masked)
    use(shown.trace)
  }
  // A file has all of them.
  const wanted = file === undefined ? 'the rest' : 'all or nothing'
  const reading = await readFoundTraces(invocation, search, result, wanted, take)
  return {
    traces: reading.read,
    spans: isOfSpans(result.traces) ? result.traces.length : undefined,
    truncated: result.truncated,
    isOfAnyTime,
    limit: filter.limit,
    partial: reading.partial,
    lost: reading.lost.length,
    failure: failureOf(invocation, result, reading),
    masked: () => masks.reduce((sum, masked) => sum + masked(), 0),
  }
}

/** Whether all that was found was read. */
export const isComplete = ({ failure, lost }: FoundTraces): boolean => failure === undefined && lost === 0

/** What reads others than those within a limit: a larger one, or another time. Undefined: no time is respected either. */
export function moreTraces({
  limit,
  isOfAnyTime,
}: Pick<FoundTraces, 'limit' | 'isOfAnyTime'>): string | undefined {
  const larger = largerLimit(limit)
  if (larger !== undefined) return `--limit ${larger}`
  return isOfAnyTime ? undefined : 'another time with --from and --to'
}

/** Notes about the traces that were left out or hidden. */
export function foundNotes(found: FoundTraces): { code: string; text: string; forPerson?: string }[] {
  const { truncated, partial, masked } = found
  const more = moreTraces(found)
  const rest = more === undefined ? '' : `; for more: ${more}`
  return [
    ...(truncated ? [{ code: 'truncated', text: `${ofTheFirst(found)}${rest}` }] : []),
    ...(partial > 0 ? [{ code: 'partial', text: `of ${partial} of the traces only a part is here` }] : []),
    ...(masked() > 0 ? [MASKED] : []),
  ]
}

/** `based on the first 7 traces`, `based on the first 20 spans, in 3 traces`. */
const ofTheFirst = ({ traces, spans }: FoundTraces): string =>
  spans === undefined
    ? `based on the first ${firstOf(traces, 'trace')}`
    : `based on the first ${firstOf(spans, 'span')}, in ${counted(traces, 'trace')}`

const firstOf = (n: number, unit: 'span' | 'trace'): string => (n === 1 ? unit : counted(n, unit))

/** Tells which were missing. The failure of the run when some could not be read; thrown where none was. */
function failureOf(
  invocation: Invocation,
  { traces: found, isAssembling }: SearchResult,
  { lost, tally, firstFailed }: ReadTraces,
): Failure | undefined {
  const [first] = lost
  if (first !== undefined && !tally.isLetIn && tally.failed === 0) throw allGone(first, found)
  const are = lost.length === 1 ? 'is' : 'are'
  const what = isAssembling ? 'not assembled yet, or deleted' : 'deleted'
  if (lost.length > 0) tell(invocation, `note: ${someFound(lost.length, found)} ${are} ${what}`)
  const again = invocation.caller ? 'Ask again.' : `Try again: ${commandLine(invocation)}`
  const ofAll = tally.failure(found.length, again, unitOf(found))
  // Of several: which, and why. A refusal of all says that itself.
  const isCounted = ofAll?.cause instanceof Failure && found.length > 1 && firstFailed !== undefined
  const failure = isCounted ? ofAll.withDetail(firstFailed) : ofAll
  if (failure && !tally.isLetIn) throw failure
  return failure
}

/** What finds more; a file is read whole where no time is given, and some searches respect none. */
export function whereElse({ options }: Invocation, file: string | undefined, isOfAnyTime = false): string {
  if (isOfAnyTime) return 'Drop a filter'
  if (file === undefined) return 'Look further back with --since, or drop a filter'
  return namesTimes(options) ? 'Drop the time limits (to read the whole file), or a filter' : 'Drop a filter'
}

const allGone = (first: TraceSummary, found: readonly TraceSummary[]): Failure =>
  new Failure('not-found', noneRead(found), {
    hint: `See why: ls-auth trace get ${safeText(idForTraceGet(first), 80)}`,
  })

/** Where a trace cannot be read: its failure ends all, or it is named on standard error and the rest is read. */
type Wanted = 'all or nothing' | 'the rest'

/** What became of the traces that a search has found. */
interface ReadTraces {
  readonly read: number
  /** Those that came only in part. */
  readonly partial: number
  /** Those that were missing when they were asked for. */
  readonly lost: readonly TraceSummary[]
  /** Counts those that could not be read, and were named. */
  readonly tally: Tally
  /** The first of those with its reason, safe for a terminal. */
  readonly firstFailed: string | undefined
}

/** The found summary, and the trace, or why there is none. */
type Outcome = readonly [found: TraceSummary, read: Trace | Failure]

/** Rough: what a span takes in memory. */
const BYTES_OF_SPAN = 1500
/** How many traces are read at once, and how many wait behind a slow one. */
const BOUNDS = {
  workers: 8,
  ahead: 16,
  mostBytes: 64 * 1024 * 1024,
  sizeOf: ([, read]: Outcome) => (read instanceof Failure ? 0 : read.spans.length * BYTES_OF_SPAN),
}

/** A back end that assembles traces after the search is asked again so often, with so long between. */
const ASSEMBLY_TRIES = 5
const ASSEMBLY_WAIT_MILLISECONDS = 8_000

/**
 * Gives each trace that a search has found to `use`, whole and once; with it the search is over. A found trace that is then
 * missing is counted. Failures: those that would meet all traces, and where all are wanted that of any of them.
 */
async function readFoundTraces(
  invocation: Invocation,
  search: OpenSearch,
  { traces, isAssembling = false }: SearchResult,
  wanted: Wanted,
  use: (trace: Trace) => void,
): Promise<ReadTraces> {
  const { ports } = invocation
  const { clock, terminal } = ports
  const progress = new BatchProgress(ports, traces.length, terminal.errIsTTY, unitOf(traces))
  search.onLimit = (milliseconds) => progress.limited(milliseconds)
  const tally = new Tally()
  const read = readerOf(search.readFrom, search.stop, tally)
  const met = new Set<string>()
  let partial = 0
  let firstFailed: string | undefined
  const take = (trace: Trace) => {
    // Examples of spans may be of one trace.
    if (met.has(trace.traceId)) return
    met.add(trace.traceId)
    if (trace.partial !== undefined) partial += 1
    use(trace)
  }
  const fail = (found: TraceSummary, failure: Failure) => {
    if (wanted === 'all or nothing') throw failure
    tally.add(failure)
    const named = `${safeText(idForTraceGet(found), 80)}: ${safeText(failure.message, 300)}`
    firstFailed ??= named
    terminal.err(`failed: ${named}\n`)
  }
  /** Gives those that are missing; `mayCome`: they are asked for again. */
  const readAll = async (some: readonly TraceSummary[], mayCome: boolean): Promise<TraceSummary[]> => {
    const missing: TraceSummary[] = []
    const work = async (found: TraceSummary): Promise<Outcome> => {
      const reference = readReference(idForTraceGet(found))
      const outcome = reference instanceof Failure ? reference : await read(reference, (trace) => trace)
      if (!(mayCome && isGone(outcome))) progress.done(outcome instanceof Failure)
      return [found, outcome]
    }
    for await (const [found, outcome] of inOrder(some, work, BOUNDS)) {
      if (!(outcome instanceof Failure)) take(outcome)
      else if (isGone(outcome)) missing.push(found)
      else fail(found, outcome)
    }
    return missing
  }
  try {
    let lost = await readAll(traces, isAssembling)
    for (let tries = 2; isAssembling && lost.length > 0 && tries <= ASSEMBLY_TRIES; tries++) {
      if (terminal.errIsTTY)
        tell(invocation, `traces are being assembled (${ASSEMBLY_WAIT_MILLISECONDS / 1000}s) …`)
      await clock.sleep(ASSEMBLY_WAIT_MILLISECONDS)
      lost = await readAll(lost, tries < ASSEMBLY_TRIES)
    }
    return { read: met.size, partial, lost, tally, firstFailed }
  } finally {
    search.stop.abort()
    progress.end()
  }
}

const isGone = (outcome: Trace | Failure): boolean =>
  outcome instanceof Failure && outcome.code === 'not-found'

/** Failure `not-found`: a search has found nothing, and what may help. */
export async function noneFound(
  invocation: Invocation,
  source: CapableSource<'search'>,
  { filter, file }: Pick<FoundOptions, 'filter' | 'file'>,
  { truncated, isOfAnyTime }: SearchResult,
): Promise<Failure> {
  const none = truncated
    ? new Failure('not-found', `${source.name} returned no matching trace, but some may exist`, {
        hint: 'Use another time with --from and --to, or another filter.',
      })
    : new Failure('not-found', `${source.name} has no matching trace`, {
        hint: `${whereElse(invocation, file, isOfAnyTime)}.`,
      })
  const { namingService, unknownService } = await import('./none-found.ts')
  return namingService(none, await unknownService(invocation, source, filter, file))
}
