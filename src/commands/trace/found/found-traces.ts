import { Failure } from '../../../errors.ts'
import { parseSpanOrTraceId } from '../../../trace/id.ts'
import type { Trace } from '../../../trace/model.ts'
import { idForTraceGet, type TraceFilter, type TraceSummary } from '../../../trace/search.ts'
import type { CapableSource } from '../../../trace/sources/capabilities.ts'
import type { TraceSource } from '../../../trace/sources/trace-source.ts'
import type { Invocation } from '../../invocation.ts'
import { BatchProgress } from '../batch/batch-progress.ts'
import { type Bounds, inOrder } from '../batch/in-order.ts'
import { unitOf } from './found-words.ts'
import type { UnknownService } from './none-found.ts'
import { openSearch } from './open-search.ts'

/** What a search was asked for, and where. */
export interface TraceSearch {
  readonly filter: TraceFilter
  /** Instead of the profile's back end. */
  readonly file: string | undefined
}

/** What became of a search whose traces were read. */
export interface FoundTraces {
  /** For people: where they are from. */
  readonly name: string
  /** Nothing was found, and there is no service of the name that was asked for. */
  readonly unknownService: UnknownService | undefined
  /** What the search found: traces, or spans of which several may be of one trace. */
  readonly found: readonly TraceSummary[]
  /** Traces that were read. */
  readonly read: number
  /** How many of those that were found were not there when they were asked for. */
  readonly lost: number
  /** Of which only a part is there. */
  readonly partial: number
  /** The search heeds no times. */
  readonly isOfAnyTime: boolean
  /** The search stopped at its limit. */
  readonly truncated: boolean
  /** What the back end has to say; safe for a terminal. */
  readonly notes: readonly string[]
}

/** Rough: what a span takes in memory. */
const BYTES_OF_SPAN = 1500
/** How many traces are read at once, and how many wait behind a slow one. */
export const BOUNDS: Bounds<Trace | undefined> = {
  workers: 8,
  ahead: 16,
  mostBytes: 64 * 1024 * 1024,
  sizeOf: (trace) => (trace?.spans.length ?? 0) * BYTES_OF_SPAN,
}

/** A back end that assembles traces after the search is asked again so often, with so long between. */
const ASSEMBLY_TRIES = 5
const ASSEMBLY_WAIT_MILLISECONDS = 8_000

/**
 * Gives each trace that a search finds to `use`, whole. Their requests keep one pace. A trace that is found and then not
 * there is counted. Failures: those of the search, and of any other request.
 */
export async function readFoundTraces(
  invocation: Invocation,
  search: TraceSearch,
  use: (trace: Trace) => void,
): Promise<FoundTraces> {
  const { ports } = invocation
  const opened = await openSearch(invocation, search.file)
  const { searched, readFrom } = opened
  const result = await searched.search(search.filter)
  const { traces, truncated, isAssembling, isOfAnyTime = false, notes = [] } = result
  const progress = new BatchProgress(ports, traces.length, ports.terminal.errIsTTY, unitOf(traces))
  opened.onLimit = (milliseconds) => progress.limited(milliseconds)
  const met = new Set<string>()
  let partial = 0
  const add = (trace: Trace) => {
    // Examples of spans may be of one trace.
    if (met.has(trace.traceId)) return
    met.add(trace.traceId)
    if (trace.partial !== undefined) partial += 1
    use(trace)
  }
  try {
    let left = await readAll(readFrom, traces, progress, add)
    for (let tries = 1; left.length > 0 && isAssembling === true && tries < ASSEMBLY_TRIES; tries++) {
      await ports.clock.sleep(ASSEMBLY_WAIT_MILLISECONDS)
      left = await readAll(readFrom, left, undefined, add)
    }
    const unknownService = traces.length > 0 ? undefined : await serviceAskedFor(invocation, searched, search)
    return {
      name: searched.name,
      unknownService,
      found: traces,
      read: met.size,
      lost: left.length,
      partial,
      isOfAnyTime,
      truncated,
      notes,
    }
  } finally {
    opened.stop.abort()
    progress.end()
  }
}

async function serviceAskedFor(
  invocation: Invocation,
  searched: CapableSource<'search'>,
  { filter, file }: TraceSearch,
): Promise<UnknownService | undefined> {
  const { unknownService } = await import('./none-found.ts')
  return unknownService(invocation, searched, filter.service, file)
}

/** Reads traces, several at once. Gives those that are not there. */
async function readAll(
  source: TraceSource,
  summaries: readonly TraceSummary[],
  progress: BatchProgress | undefined,
  add: (trace: Trace) => void,
): Promise<TraceSummary[]> {
  const missing: TraceSummary[] = []
  const read = async (summary: TraceSummary) => {
    const trace = await readTrace(source, summary)
    progress?.done(trace === undefined)
    if (trace === undefined) missing.push(summary)
    return trace
  }
  for await (const trace of inOrder(summaries, read, BOUNDS)) if (trace) add(trace)
  return missing
}

async function readTrace(source: TraceSource, summary: TraceSummary): Promise<Trace | undefined> {
  try {
    return await source.trace(parseSpanOrTraceId(idForTraceGet(summary)))
  } catch (error) {
    if (error instanceof Failure && error.code === 'not-found') return undefined
    throw error
  }
}
