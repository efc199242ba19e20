import { commandLine } from '../commands/command-line.ts'
import type { Invocation } from '../commands/invocation.ts'
import { counted, unitOf } from '../commands/trace/found/found-words.ts'
import { isPlain, type Note, type Step } from '../frame/answer.ts'
import { count } from '../text/count.ts'
import { isoMillis, isoTime } from '../trace/formats/span-times.ts'
import { maskText } from '../trace/masking.ts'
import {
  FILTER_FLAGS,
  idForTraceGet,
  largerLimit,
  olderTo,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../trace/search.ts'
import { unfinishedText } from '../trace/tree/known-times.ts'

/** What was asked for; `isWhole`: of a file all, without a time. */
interface Asked {
  readonly invocation: Invocation
  readonly filter: TraceFilter
  readonly isWhole: boolean
}

/** For an agent: `2 traces, from 2026-11-24T09:00:00.000Z to 2026-11-24T10:00:00.000Z.` */
export function leadOf(found: readonly TraceSummary[], from?: string | null, to?: string | null): string {
  const many = found.length === 0 ? 'No trace found' : count(found.length, unitOf(found))
  return `${many}${from == null ? '' : `, from ${from} to ${to}`}.`
}

/** A line of a list without what looks like a secret or like personal data. */
export function maskSummary(trace: TraceSummary): TraceSummary {
  const { rootName, span } = trace
  return {
    ...trace,
    ...(rootName !== undefined && { rootName: maskText(rootName) }),
    ...(span?.name !== undefined && { span: { ...span, name: maskText(span.name) } }),
  }
}

/** One trace of `-o json` and `-o ndjson`. Unknown values are null. */
export function summaryToJson({ traceId, rootService, rootName, span, startNanos, ...trace }: TraceSummary) {
  return {
    traceId: traceId ?? null,
    rootService: rootService ?? null,
    rootName: rootName ?? null,
    span: span ? { spanId: span.spanId, service: span.service ?? null, name: span.name ?? null } : null,
    startTime: startNanos === undefined ? null : isoTime(startNanos),
    startTimeUnixNano: startNanos === undefined ? null : String(startNanos),
    durationNanos: trace.durationNanos === undefined ? null : String(trace.durationNanos),
    spanCount: trace.spans ?? null,
    errorCount: trace.errors ?? null,
    services: trace.services,
  }
}

const LEFT_OUT = ': left out of p50, p99 and the histogram'

/** What to know of what was found. */
export function foundNotes(result: SearchResult, asked: Asked): Note[] {
  const { traces, notes = [], truncated } = result
  const unknown = traces.filter(({ durationNanos }) => durationNanos === undefined)
  const unfinished = unknown.filter((trace) => trace.unfinished !== undefined)
  const rootless = unfinished.filter(({ rootName }) => rootName === undefined).length
  const others = unknown.length - unfinished.length
  const ofOthers = `the duration of ${others} of ${counted(traces.length, unitOf(traces))} is not known`
  const ofUnfinished = unfinishedText({ unfinished: unfinished.length, rootless, all: traces.length })
  const without = (text: string): Note => ({ code: 'no-duration', text, forPerson: LEFT_OUT })
  return [
    ...(unfinished.length === 0 ? [] : [without(ofUnfinished)]),
    ...(others === 0 ? [] : [without(ofOthers)]),
    ...notes.map((text): Note => ({ code: 'back-end', text, quotes: true })),
    // Where nothing fits, the back end has said what stopped it.
    ...(truncated && traces.length > 0 ? [restNote(result, asked)] : []),
  ]
}

/** That a search has stopped at its limit, and how to get more: a higher limit, or a time range before the oldest trace. */
function restNote(result: SearchResult, asked: Asked): Note {
  const { traces, isLatest, endsInWholeSeconds } = result
  const { invocation, filter } = asked
  const larger = largerOf(result, filter)
  const more = larger === undefined ? '' : `: --limit ${larger}`
  const stopped = `stopped at ${counted(traces.length, unitOf(traces))}, there may be more${more}`
  const code = 'truncated'
  // Where the back end gives any traces that match, those left out may be of any age.
  if (isLatest !== true && traces.some(({ startNanos }) => startNanos !== undefined))
    return { code, text: `${stopped}${more === '' ? ':' : ', or'} a shorter time with --from and --to` }
  const older = olderThan(result, asked)
  if (older === undefined) return { code, text: more === '' ? `${stopped}: ${narrower(filter)}` : stopped }
  // Whoever adds up the pages must know; an earlier end would leave traces out, and leaves out those that arrived after it.
  const again = endsInWholeSeconds
    ? ' (the last of these may be shown again, and traces that arrived late are left out)'
    : ''
  return {
    code,
    text: stopped,
    forPerson: `, or the older ones${again}:\n  ${commandLine(invocation, older)}`,
  }
}

/** A limit that finds more. The latest, and fewer than were asked for: the back end has a limit of its own. */
const largerOf = ({ traces, isLatest }: SearchResult, { limit }: TraceFilter): number | undefined =>
  isLatest === true && traces.length < limit ? undefined : largerLimit(limit)

/** The flags that find those that are older. A trace that was running at the start of the range may have begun before it. */
function olderThan(result: SearchResult, { filter, isWhole }: Asked): Step['flags'] {
  const toMillis = olderTo(result)
  if (result.isLatest !== true || toMillis === undefined || toMillis <= filter.fromMillis) return undefined
  const from = isWhole ? {} : { from: new Date(filter.fromMillis).toISOString() }
  return { ...from, since: undefined, to: isoMillis(toMillis) }
}

const narrower = ({ query }: TraceFilter): string =>
  query === undefined ? `narrow the search with ${FILTER_FLAGS}` : 'give a narrower --query'

/** How to look at the first one, and to get more of them; of nothing, a longer time. */
export function foundSteps(result: SearchResult, asked: Asked): Step[] {
  const { invocation, filter, isWhole } = asked
  const { file, since, from, to } = invocation.options
  const [first] = result.traces
  const again = (flags: NonNullable<Step['flags']>): Step => ({ verb: 'trace search', flags, keeps: 'all' })
  if (first === undefined) {
    const isAnyTime = isWhole || result.isOfAnyTime === true
    return isAnyTime || since !== undefined || from !== undefined || to !== undefined
      ? []
      : [again({ since: '1d' })]
  }
  const id = idForTraceGet(first)
  const larger = largerOf(result, filter)
  const older = olderThan(result, asked)
  return [
    ...(id === ''
      ? []
      : [
          {
            verb: 'trace get',
            label: 'look at one:',
            atTerminal: true as const,
            ...(isPlain(id) ? {} : { quotes: true as const }),
            args: [typeof file === 'string' ? file : id],
            flags: { file: undefined, ...(typeof file === 'string' && { trace: id }) },
            keeps: ['color', 'timeout'],
          },
        ]),
    ...(result.truncated && larger !== undefined ? [again({ limit: larger })] : []),
    ...(result.truncated && older !== undefined ? [again(older)] : []),
  ]
}
