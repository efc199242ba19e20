import { isoTime } from '../../../trace/formats/iso-time.ts'
import { formatDuration } from '../../../trace/render/format-duration.ts'
import { withoutDuration } from '../../../trace/render/span-duration.ts'
import { count } from '../../../trace/render/waterfall/header.ts'
import { idForTraceGet, latestFirst, type TraceSummary } from '../../../trace/search.ts'
import { unitOf } from '../../trace/found/found-words.ts'
import { notesOfNone } from '../../trace/found/none-found.ts'
import { maskSummary } from '../../trace/found/summary.ts'
import { openSource } from '../../trace/open-source.ts'
import { readFilter } from '../../trace/search-filter.ts'
import { inWordsOf } from '../arguments.ts'
import type { AnswerTool } from '../tool.ts'
import { SEARCH, SEARCH_ARGUMENTS } from '../tool-arguments.ts'
import { listing } from './listing.ts'
import { withMoments } from './times.ts'
import { toldTo } from './told.ts'

/** Answers search_traces. */
export const searchAnswer: AnswerTool = async (invocation, _, flags) => {
  const now = invocation.ports.clock.now()
  const filter = readFilter({ limit: String(SEARCH.usual), ...withMoments(flags) }, now, false)
  const told: string[] = []
  const source = await openSource(toldTo(told, invocation), 'search')
  const { traces, truncated, isOfAnyTime = false, notes = [] } = await source.search(filter)
  const found = latestFirst(traces).map((trace) => lineOf(maskSummary(trace)))
  const noneNotes = found.length === 0 ? await notesOfNone(invocation, source, filter) : []
  const range = isOfAnyTime ? [] : [`From ${iso(filter.fromMillis)} to ${iso(filter.toMillis)}.`]
  const rest = truncated
    ? [`There may be more: search_depth (at most ${SEARCH.most})${isOfAnyTime ? '' : ', or a shorter time'}.`]
    : []
  const searched = [...range, ...rest].join(' ')
  return listing(
    unitOf(traces),
    found,
    [...(searched === '' ? [] : [searched]), found.length === 0 ? ofNone(isOfAnyTime) : OF_SOME],
    [
      ...noneNotes.map((note) => inWordsOf({ arguments: SEARCH_ARGUMENTS }, note)),
      ...notes.map((note) => `note: ${note}`),
      ...told,
    ],
  )
}

const OF_SOME =
  'More: get_trace with trace_id (where errors began, what the answer waited for); diff_traces of a slow one and a usual one.'
const ofNone = (isOfAnyTime: boolean): string =>
  `More: fewer conditions${isOfAnyTime ? '' : ', or a longer time (start_time_min)'}.`

const iso = (millis: number): string => new Date(millis).toISOString()

function lineOf(trace: TraceSummary): string {
  const { rootService, rootName, span, spans, errors, startNanos } = trace
  const root = [rootService ?? span?.service, rootName ?? span?.name].filter(Boolean).join(': ')
  const facts = [
    idForTraceGet(trace),
    durationText(trace),
    ...(spans === undefined ? [] : [count(spans, 'span')]),
    ...(errors === undefined ? [] : [count(errors, 'error')]),
    ...(startNanos === undefined ? [] : [isoTime(startNanos, 3)]),
    root === '' ? '(root not known)' : root,
  ]
  return facts.join('  ')
}

function durationText({ durationNanos, unfinished, leastNanos }: TraceSummary): string {
  if (durationNanos !== undefined) return formatDuration(durationNanos, 'us')
  if (leastNanos === undefined) return 'duration unknown'
  return `at least ${formatDuration(leastNanos, 'us')} (${withoutDuration(unfinished)})`
}
