import type { OnPage } from '../backends/trace-source.ts'
import { commandLine } from '../commands/command-line.ts'
import { type Invocation, tell } from '../commands/invocation.ts'
import { rememberServices } from '../commands/known-names.ts'
import { followTraces } from '../commands/trace/follow.ts'
import { notesOfNone } from '../commands/trace/found/none-found.ts'
import { counted, unitOf } from '../commands/trace/found/open-search.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { namesTimes } from '../commands/trace/time-range.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, isPlain, type Note, type Step, textBlock } from '../frame/answer.ts'
import { bool, choice, count, duration, text } from '../frame/flag.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import { count as countOf } from '../text/count.ts'
import { isoMillis, isoTime } from '../trace/formats/span-times.ts'
import { maskText } from '../trace/masking.ts'
import { foundLines } from '../trace/render/data-block.ts'
import { openFeed, renderTraceList } from '../trace/render/trace-list.ts'
import {
  FILTER_FLAGS,
  idForTraceGet,
  largerLimit,
  latestFirst,
  MOST_LIMIT,
  olderTo,
  type SearchResult,
  slowestFirst,
  type TraceFilter,
  type TraceSummary,
} from '../trace/search.ts'
import { unfinishedText } from '../trace/tree/known-times.ts'
import { backendFlags, sensitiveFlag } from './flags.ts'
import { conditionFlags, fileFlag, filterOf, timeFlags } from './search-flags.ts'

const INTERVAL_SECONDS = 5

/** People type the words of the other flags: `--sort slowest`. */
const WORST = 'To read the slowest trace itself: ls-auth trace get --slowest'

const SORTS = ['start', 'duration', 'errors'] as const
const SORT: Readonly<Record<(typeof SORTS)[number], (traces: readonly TraceSummary[]) => TraceSummary[]>> = {
  start: latestFirst,
  duration: slowestFirst,
  errors: (traces) => [...traces].sort((a, b) => (b.errors ?? -1) - (a.errors ?? -1)),
}

/** `ls-auth trace search`: the matching traces as a list or as data; NDJSON is streamed. */
export const traceSearch = verb({
  summary: 'find traces by their spans',
  ...ASKS_API,
  flags: {
    ...conditionFlags,
    error: bool('only failed spans', { alias: 'errors', short: 'e' }),
    query: text('<text>', "a query in the back end's own language instead (TraceQL)"),
    limit: count('maximum number of traces (20); with --follow, the number to start with', MOST_LIMIT, {
      short: 'n',
    }),
    ...backendFlags,
    ...timeFlags,
    ...fileFlag,
    ...sensitiveFlag,
    output: choice('<format>', 'output format', LIST_FORMATS, { short: 'o' }),
    sort: choice('<by>', 'newest, slowest or most errors first', SORTS, { instead: WORST }),
    follow: bool('print new traces as they come, until Ctrl-C'),
    interval: duration('with --follow: time between two checks (5s)'),
  },
  formats: LIST_FORMATS,
  examples: [
    {
      does: 'failures of the last 15 minutes',
      line: 'ls-auth trace search --service checkout --error --since 15m',
    },
    {
      does: 'slow requests of one customer',
      line: 'ls-auth trace search --attr customer.id=42 --min 500ms --limit 50',
    },
    {
      does: "in the back end's query language (TraceQL)",
      line: "ls-auth trace search --query '{ span.http.response.status_code >= 500 }'",
    },
    { does: 'failures as they happen', line: 'ls-auth trace search --service checkout --error --follow' },
  ],
  tools: [
    {
      name: 'search_traces',
      title: 'Find traces',
      asks: 'search',
      description:
        'Traces with a span that matches all arguments, latest first: id, duration, spans, errors, start, root. Then call get_trace with an id.',
      takes: ['service', 'name', 'attr', 'error', 'min', 'max', 'since', 'from', 'to', 'query', 'limit'],
      most: { limit: 100 },
    },
  ],
  async run(
    invocation,
    { follow, interval, file, sort, showSensitive, ...conditions },
    format,
    now,
  ): Promise<Answer> {
    const { options, ports } = invocation
    const isText = format !== 'json' && format !== 'ndjson'
    const filter = filterOf(conditions, options, now, 20)
    const hide = showSensitive ? (trace: TraceSummary) => trace : maskSummary
    const row = (trace: TraceSummary) => summaryToJson(hide(trace))
    const seconds = secondsOf(follow, interval, format, options)
    if (seconds !== undefined) {
      const feed: Answer['feed'] = (pen) => {
        const { head, line } = openFeed(pen)
        return { head, line: (trace) => line(hide(trace)) }
      }
      const rows = followTraces(invocation, { filter, seconds, isText })
      return { data: { rows, row, whole: (traces) => ({ traces }) }, blocks: [], feed }
    }
    const inOrder = sort === undefined ? (traces: readonly TraceSummary[]) => traces : SORT[sort]
    const source = await openSource(invocation, 'search', file)
    const asked = { invocation, filter, isWhole: file !== undefined && !namesTimes(options) }
    const notes: Note[] = []
    const search = async (onPage: OnPage): Promise<SearchResult> => {
      const result = await source.search(filter, onPage)
      if (result.traces.length === 0) notes.push(...(await notesOfNone(invocation, source, filter, isText)))
      notes.push(...foundNotes(result, asked))
      const services = result.traces.flatMap((trace) => trace.services)
      if (file === undefined) await rememberServices(invocation, 'some', services)
      return result
    }
    if (format === 'ndjson' && sort === undefined)
      return { data: { rows: search, row, whole: (traces) => ({ traces }) }, blocks: [], notes }
    let found = 0
    const result = await search(async (page) => {
      found += page.length
      // Progress for a person at the terminal.
      if (ports.terminal.errIsTTY && found < filter.limit && found > page.length)
        tell(invocation, `${found} traces …`)
    })
    const isOfAnyTime = asked.isWhole || result.isOfAnyTime === true
    const [from, to] = [filter.fromMillis, filter.toMillis].map((millis) =>
      isOfAnyTime ? null : new Date(millis).toISOString(),
    )
    const { asked: query, truncated } = result
    const sorted = inOrder(result.traces)
    const shown = sorted.map(hide)
    return {
      data: { rows: sorted, row, whole: (traces) => ({ from, to, query, truncated, traces }) },
      blocks: [
        textBlock(({ audience }) => (audience === 'agent' ? [leadOf(shown, from, to)] : [])),
        drawnBlock((pen) =>
          pen.audience === 'agent' ? foundLines(shown) : renderTraceList(shown, { ...pen, now }),
        ),
      ],
      notes,
      next: foundSteps({ ...result, traces: sorted }, asked),
    }
  },
})

/** Seconds between two looks; undefined: the search is not followed. Failure `usage`. */
function secondsOf(
  follow: boolean,
  interval: number | undefined,
  format: string,
  { to, file, sort }: Readonly<Record<string, unknown>>,
): number | undefined {
  const wrong = (message: string, hint: string) => new Failure('usage', message, { hint })
  if (!follow && interval !== undefined)
    throw wrong('--interval needs --follow', 'Add --follow, or drop --interval.')
  if (!follow) return undefined
  if (sort !== undefined)
    throw wrong('--follow prints traces as they come, but --sort orders them', 'Drop one of them.')
  if (to !== undefined)
    throw wrong(
      '--follow has no end, but --to sets one',
      'Drop one of them. --from and --since set the start.',
    )
  if (file !== undefined)
    throw wrong(
      '--follow waits for new traces, but a file gets none',
      "Drop --file to follow the profile's back end, or --follow to search the file.",
    )
  if (format === 'agent')
    throw wrong(
      '--follow has no end, but -o agent is one bounded text',
      'Drop one of them, or print one line per trace: -o ndjson.',
    )
  if (interval !== undefined && interval < 1)
    throw wrong('--interval: at least 1s', 'Write it like 5s or 1m.')
  return interval ?? INTERVAL_SECONDS
}

/** The requested time; `isWhole`: of a file all, without a time. */
interface Asked {
  readonly invocation: Invocation
  readonly filter: TraceFilter
  readonly isWhole: boolean
}

/** For an agent: `2 traces, from 2026-11-24T09:00:00.000Z to 2026-11-24T10:00:00.000Z.` */
function leadOf(found: readonly TraceSummary[], from?: string | null, to?: string | null): string {
  const many = found.length === 0 ? 'No trace found' : countOf(found.length, unitOf(found))
  return `${many}${from == null ? '' : `, from ${from} to ${to}`}.`
}

/** A line of a list without what looks like a secret or like personal data. */
function maskSummary(trace: TraceSummary): TraceSummary {
  const { rootName, span } = trace
  return {
    ...trace,
    ...(rootName !== undefined && { rootName: maskText(rootName) }),
    ...(span?.name !== undefined && { span: { ...span, name: maskText(span.name) } }),
  }
}

/** One trace of `-o json` and `-o ndjson`. Unknown values are null. */
function summaryToJson({ traceId, rootService, rootName, span, startNanos, ...trace }: TraceSummary) {
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
function foundNotes(result: SearchResult, asked: Asked): Note[] {
  const { traces, notes = [], notesQuote, truncated } = result
  const unknown = traces.filter(({ durationNanos }) => durationNanos === undefined)
  const unfinished = unknown.filter((trace) => trace.unfinished !== undefined)
  const others = unknown.length - unfinished.length
  const ofOthers = `the duration of ${others} of ${counted(traces.length, unitOf(traces))} is not known`
  const ofUnfinished = unfinishedText(unfinished.length, traces.length)
  const without = (text: string): Note => ({ code: 'no-duration', text, forPerson: LEFT_OUT })
  return [
    ...(unfinished.length === 0 ? [] : [without(ofUnfinished)]),
    ...(others === 0 ? [] : [without(ofOthers)]),
    ...notes.map((text): Note => ({ code: 'back-end', text, ...(notesQuote && { quotes: true }) })),
    // If no trace fits, the back end has reported its limit.
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
  const again = endsInWholeSeconds ? ' (may repeat the last of these and miss late traces)' : ''
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
  query === undefined ? `narrow the search with ${FILTER_FLAGS}` : 'use a narrower --query'

/** How to look at the first one, and to get more of them; of nothing, a longer time. */
function foundSteps(result: SearchResult, asked: Asked): Step[] {
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
            label: 'open one:',
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
