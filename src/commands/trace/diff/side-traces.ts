import { Failure, type FailureCode } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { maskText, maskTrace } from '../../../trace/masking.ts'
import type { Trace } from '../../../trace/model.ts'
import { isOfSpans, type SearchResult, type TraceSummary } from '../../../trace/search.ts'
import { redeliveredText } from '../../../trace/tree/redelivered.ts'
import { buildTree, type TraceTree } from '../../../trace/tree/trace-tree.ts'
import { commandLine } from '../../command-line.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { Clocks } from '../clocks.ts'
import { findTrace } from '../find-trace.ts'
import { readFoundTraces } from '../found/found-traces.ts'
import { counted, noneRead, someFound, unitOf } from '../found/found-words.ts'
import { openSearch } from '../found/open-search.ts'
import { largerLimit } from '../search-filter.ts'
import { namesTimes } from '../time-range.ts'
import type { SearchSide, Side, TraceSide } from './read-sides.ts'
import { ofSide } from './side-failure.ts'

/** How traces are read before they are compared. */
export interface Reading {
  readonly showSensitive: boolean
  /** Correct for clock skew. */
  readonly skew: boolean
}

/** What a side was. */
export interface SideTold {
  /** In words, safe for a terminal. */
  readonly name: string
  /** Of one trace. */
  readonly traceId: string | undefined
  /** How many names were masked. */
  readonly masked: number
}

/** Gives each trace of a side to `use`, as a tree. Failure `not-found`: there is none. */
export async function tracesOf(
  invocation: Invocation,
  side: Side,
  reading: Reading,
  use: (tree: TraceTree) => void,
): Promise<SideTold> {
  let masked = 0
  let redelivered = 0
  const clocks = new Clocks(reading.skew)
  const add = (trace: Trace) => {
    const shown = reading.showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
    const tree = buildTree(shown.trace)
    use(clocks.add(tree))
    masked += shown.masked()
    redelivered += tree.trace.redelivered ?? 0
  }
  const told =
    'filter' in side ? await ofSearch(invocation, side, add) : await ofTrace(invocation, side, reading, add)
  const again = redeliveredText(redelivered)
  const letter = side.letter.toUpperCase()
  if (again !== undefined) tell(invocation, `note: ${letter}: ${again}`)
  clocks.tell(invocation, `${letter}: `)
  return { ...told, masked }
}

async function ofTrace(
  invocation: Invocation,
  { argument, wanted, letter }: TraceSide,
  { showSensitive }: Reading,
  add: (trace: Trace) => void,
): Promise<Omit<SideTold, 'masked'>> {
  const { trace, name } = await findTrace(invocation, argument, wanted, `--trace-${letter}`)
  if (trace.spans.length === 0) throw new Failure('not-found', `${letter.toUpperCase()} has no spans`)
  add(trace)
  const { partial } = trace
  if (partial !== undefined) {
    const why = safeText(showSensitive ? partial : maskText(partial), 300)
    tell(invocation, `note: ${letter.toUpperCase()} is only a part of its trace: ${why}`)
  }
  return { name: `trace ${trace.traceId} of ${name}`, traceId: trace.traceId }
}

/** Of the words of a side, or of its file: the others are of the whole command, such as not being signed in. */
const OF_SIDE: readonly FailureCode[] = ['usage', 'cannot-do', 'not-found']

async function ofSearch(
  invocation: Invocation,
  side: SearchSide,
  add: (trace: Trace) => void,
): Promise<Omit<SideTold, 'masked'>> {
  const { filter } = side
  const letter = side.letter.toUpperCase()
  const text = safeText(maskText(side.text), 200)
  const { name, result, unknownService, read, lost } = await readSearch(invocation, side, add).catch(
    (error: unknown) => {
      const isOfSide = error instanceof Failure && OF_SIDE.includes(error.code)
      throw isOfSide ? ofSide(letter, error) : error
    },
  )
  const { traces: found, truncated, notes = [] } = result
  for (const note of notes) tell(invocation, `note: ${letter}: ${note}`)
  if (read === 0) {
    const none = nothingFound(invocation, side, text, result)
    throw (await import('../found/none-found.ts')).namingService(none, unknownService)
  }
  if (lost.length > 0) tell(invocation, `note: ${letter}: ${someFound(lost.length, found)} could not be read`)
  if (truncated) tell(invocation, `note: ${letter}: ${stoppedAt(filter.limit, found, read)}`)
  const isFile = side.file !== undefined && side.file !== '-'
  return {
    // Its own words name a file already.
    name: `${counted(read, 'trace')}${isFile ? '' : ` of ${name}`}: ${text}`,
    traceId: undefined,
  }
}

/** Searches, and gives each trace that is found to `add`. Where none is, it asks whether there is such a service. */
async function readSearch(invocation: Invocation, { filter, file }: SearchSide, add: (trace: Trace) => void) {
  const search = await openSearch(invocation, file)
  const { searched } = search
  const result = await searched.search(filter)
  const none = result.traces.length > 0 ? undefined : await import('../found/none-found.ts')
  const unknownService = await none?.unknownService(invocation, searched, filter, file)
  const reading = await readFoundTraces(invocation, search, result, 'all or nothing', add)
  return { ...reading, name: searched.name, result, unknownService }
}

function stoppedAt(limit: number, found: readonly TraceSummary[], read: number): string {
  const larger = largerLimit(limit)
  const those = isOfSpans(found) ? ` of ${counted(read, 'trace')}` : ''
  return `stopped at ${counted(limit, unitOf(found))}${those}, there may be more${larger === undefined ? '' : `: limit=${larger}`}`
}

function nothingFound(
  { options: { snapshot }, ports }: Invocation,
  { letter, flags, file }: SearchSide,
  text: string,
  { traces: found, isOfAnyTime }: SearchResult,
): Failure {
  const side = letter.toUpperCase()
  const message =
    found.length > 0 ? `${side}: ${noneRead(found)}: ${text}` : `${side}: no trace was found: ${text}`
  const isOfLastHour = file === undefined && !isOfAnyTime && !namesTimes(flags)
  const ofLastHour = isOfLastHour ? 'Without since= that is the last hour. ' : ''
  const search = commandLine({ command: 'trace search', args: [], options: { ...flags, snapshot }, ports })
  return new Failure('not-found', message, { hint: `${ofLastHour}Look for them alone: ${search}` })
}
