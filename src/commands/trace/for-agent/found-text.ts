import { foundLines } from '../../../trace/render/agent/found-lines.ts'
import { listing } from '../../../trace/render/agent/listing.ts'
import { isOfSpans, type SearchResult, type TraceFilter } from '../../../trace/search.ts'
import { largerLimit } from '../search-filter.ts'
import { AS_TYPED, diffCommand, getCommand, type Words } from './words.ts'

/** What was asked for. */
interface Asked {
  readonly filter: Pick<TraceFilter, 'fromMillis' | 'toMillis'>
  /** No time range was given, or heeded. */
  readonly isOfAnyTime: boolean
  readonly file: unknown
  /** The flag that finds more. Undefined: there is none. */
  readonly larger: string | undefined
}

/** What a search found, masked, as bounded text. `notes`: lines about it, which may quote a server. */
export function foundText(
  { traces, truncated }: Pick<SearchResult, 'traces' | 'truncated'>,
  { filter, isOfAnyTime, file, larger }: Asked,
  notes: readonly string[],
  words: Words,
): string {
  const range = isOfAnyTime ? [] : [`From ${iso(filter.fromMillis)} to ${iso(filter.toMillis)}.`]
  const ways = [larger, isOfAnyTime ? undefined : 'a shorter time'].filter((way) => way !== undefined)
  const rest = truncated ? [`There may be more: ${ways.join(', or ') || 'add a condition'}.`] : []
  const searched = [...range, ...rest].join(' ')
  const next = traces.length === 0 ? ofNone(isOfAnyTime) : ofSome(file)
  const steps = [...(searched === '' ? [] : [searched]), next]
  return listing(isOfSpans(traces) ? 'span' : 'trace', foundLines(traces), steps.map(words), notes)
}

/** The same for who types commands; `noneNotes`: why nothing may have been found. */
export function foundForAgent(
  result: SearchResult,
  {
    filter,
    always,
    file,
  }: { readonly filter: TraceFilter; readonly always: boolean; readonly file: unknown },
  noneNotes: readonly string[] = [],
): string {
  const isOfAnyTime = always || result.isOfAnyTime === true
  const limit = largerLimit(filter.limit)
  const larger = limit === undefined ? undefined : `--limit ${limit}`
  const notes = [...noneNotes, ...(result.notes ?? []).map((note) => `note: ${note}`)]
  return foundText(result, { filter, isOfAnyTime, file, larger }, notes, AS_TYPED)
}

const ofSome = (file: unknown): string =>
  `More: ${getCommand(file)} (where errors began, what the answer waited for); ${diffCommand(file)} of a usual one and a slow one.`
const ofNone = (isOfAnyTime: boolean): string =>
  `More: fewer conditions${isOfAnyTime ? '' : ', or a longer time (--since)'}.`

const iso = (millis: number): string => new Date(millis).toISOString()
