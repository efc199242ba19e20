import { openPacing } from '../../../api/pacing.ts'
import { type CapableSource, requireCapability } from '../../../backends/capability.ts'
import { isOfSpans, type TraceSummary } from '../../../trace/search.ts'
import { type Invocation, loadProfile, tell } from '../../invocation.ts'
import type { ReadSource } from '../batch/trace-reader.ts'
import { openProfile } from '../open-source.ts'
import { openFile } from '../trace-file.ts'

/** The source of a search and of the traces that it finds. All their requests keep one pace. */
export interface OpenSearch {
  readonly searched: CapableSource<'search'>
  readonly readFrom: ReadSource
  /** Ends every wait for a turn: its reason is thrown. */
  readonly stop: AbortController
  /** Called with the milliseconds when all requests wait for a limit: a note, until the screen shows it in another way. */
  onLimit: (milliseconds: number) => void
}

/** An agent's client gives a call up after a minute (the MCP SDK's default), and the agent can ask again later. */
const AGENT_PATIENCE_MILLISECONDS = 20_000

/**
 * Opens a file, or the back end of the profile for many requests. Failures: `cannot-do`, before any request, when it has no
 * search; those of opening it.
 */
export async function openSearch(invocation: Invocation, file: string | undefined): Promise<OpenSearch> {
  const stop = new AbortController()
  const { cancelled } = invocation
  cancelled?.addEventListener('abort', () => stop.abort(cancelled.reason))
  if (file !== undefined) {
    const searched = requireCapability(await openFile(invocation, file), 'search')
    return { searched, readFrom: searched, stop, onLimit: () => {} }
  }
  const { profile } = await loadProfile(invocation)
  const { clock } = invocation.ports
  const pacing = openPacing({
    clock,
    signal: stop.signal,
    onLimit: (wait) => search.onLimit(wait),
    ...(invocation.caller !== undefined && { patienceMilliseconds: AGENT_PATIENCE_MILLISECONDS }),
  })
  const run = { pacing, isLong: true }
  const source = await openProfile(invocation, profile, run)
  const searched = requireCapability(source, 'search')
  // Consent to spend a snapshot on the search is none for each trace.
  const options = { ...invocation.options, snapshot: undefined }
  const readFrom =
    invocation.options.snapshot === true
      ? await openProfile({ ...invocation, options }, profile, run)
      : source
  const onLimit = (wait: number) => {
    if (invocation.caller === undefined)
      tell(invocation, `note: waiting ${Math.ceil(wait / 1000)}s for the limit of the API`)
  }
  const search: OpenSearch = { searched, readFrom, stop, onLimit }
  return search
}

/** What a search has found is counted in: examples of spans are spans, since several may be of one trace. */
export const unitOf = (found: readonly TraceSummary[]): 'span' | 'trace' =>
  isOfSpans(found) ? 'span' : 'trace'

/** `none of the 7 traces that were found could be read`, `the trace of the span that was found could not be read`. */
export function noneRead(found: readonly TraceSummary[]): string {
  const unit = unitOf(found)
  if (found.length === 1)
    return `the ${unit === 'span' ? 'trace of the span' : unit} that was found could not be read`
  const traces = unit === 'span' ? 'traces of the ' : ''
  return `none of the ${traces}${counted(found.length, unit)} that were found could be read`
}

/** `2 of 7 traces that were found`, `the trace of 1 of 7 spans that were found`. */
export function someFound(few: number, found: readonly TraceSummary[]): string {
  const unit = unitOf(found)
  const some = `${few} of ${counted(found.length, unit)} that were found`
  return unit === 'span' ? `the ${few === 1 ? 'trace' : 'traces'} of ${some}` : some
}

/** `1 trace`, `20 spans`. */
export const counted = (n: number, unit: 'span' | 'trace'): string => `${n} ${unit}${n === 1 ? '' : 's'}`
