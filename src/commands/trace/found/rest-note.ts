import { isoMillis } from '../../../trace/formats/iso-time.ts'
import { FILTER_FLAGS, olderTo, type SearchResult, type TraceFilter } from '../../../trace/search.ts'
import { commandLine } from '../../command-line.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { largerLimit } from '../search-filter.ts'
import { counted, unitOf } from './found-words.ts'

/** What was asked for; `always`: no time range was given. */
interface Asked {
  readonly filter: TraceFilter
  readonly always: boolean
}

/** Tells that a search has stopped at its limit, and how to get more: a higher limit, or a time range before the oldest trace. */
export function tellRest(invocation: Invocation, result: SearchResult, asked: Asked): void {
  // Where nothing fits, the back end has said what stopped it.
  if (result.traces.length > 0) tell(invocation, restNote(invocation, result, asked))
}

function restNote(invocation: Invocation, result: SearchResult, { filter, always }: Asked): string {
  const found = result.traces.length
  // The latest, and fewer than were asked for: the back end has a limit of its own.
  const isLimitTheirs = result.isLatest === true && found < filter.limit
  const larger = isLimitTheirs ? undefined : largerLimit(filter.limit)
  const more = larger === undefined ? '' : `: --limit ${larger}`
  const stopped = `note: stopped at ${counted(found, unitOf(result.traces))}, there may be more${more}`
  // Where the back end gives any traces that match, those left out may be of any age.
  if (result.isLatest !== true && result.traces.some(({ startNanos }) => startNanos !== undefined))
    return `${stopped}${larger === undefined ? ':' : ', or'} a shorter time with --from and --to`
  const toMillis = olderTo(result)
  // A trace that was running at the start of the range may have begun before it.
  if (toMillis === undefined || toMillis <= filter.fromMillis)
    return larger === undefined ? `${stopped}: ${narrower(filter)}` : stopped
  const older = commandLine(invocation, {
    ...(!always && { from: new Date(filter.fromMillis).toISOString() }),
    since: undefined,
    to: isoMillis(toMillis),
  })
  // Whoever adds up the pages must know; an earlier end would leave traces out, and leaves out those that arrived after it.
  const again = result.endsInWholeSeconds
    ? ' (the last of these may be shown again, and traces that arrived late are left out)'
    : ''
  return `${stopped}, or the older ones${again}:\n  ${older}`
}

const narrower = ({ query }: TraceFilter): string =>
  query === undefined ? `narrow the search with ${FILTER_FLAGS}` : 'give a narrower --query'
