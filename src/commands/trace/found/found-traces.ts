import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { Trace } from '../../../trace/model.ts'
import { idForTraceGet, type SearchResult, type TraceSummary } from '../../../trace/search.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { BatchProgress } from '../batch/batch-progress.ts'
import { inOrder } from '../batch/in-order.ts'
import { Tally } from '../batch/tally.ts'
import { readerOf } from '../batch/trace-reader.ts'
import { readReference } from '../trace-argument.ts'
import { unitOf } from './found-words.ts'
import type { OpenSearch } from './open-search.ts'

/** Where a trace cannot be read: its failure ends all, or it is named on standard error and the rest is read. */
export type Wanted = 'all or nothing' | 'the rest'

/** What became of the traces that a search has found. */
export interface ReadTraces {
  /** Traces that were read. */
  readonly read: number
  /** Of which only a part is there. */
  readonly partial: number
  /** Those that were not there when they were asked for. */
  readonly lost: readonly TraceSummary[]
  /** Counts those that could not be read, and were named. */
  readonly tally: Tally
  /** The first of those with its reason, safe for a terminal. */
  readonly firstFailed: string | undefined
}

/** One that was found, and the trace, or why there is none. */
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
 * Gives each trace that a search has found to `use`, whole and once; with it the search is over. One that is found and then not
 * there is counted. Failures: what would happen to all traces, and where all are wanted that of any of them.
 */
export async function readFoundTraces(
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
  /** Gives those that are not there; `mayCome`: they are asked for again. */
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
