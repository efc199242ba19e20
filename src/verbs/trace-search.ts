import { rememberServices } from '../commands/completion/services-seen.ts'
import { tell } from '../commands/invocation.ts'
import { notesOfNone } from '../commands/trace/found/none-found.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { namesTimes } from '../commands/trace/time-range.ts'
import { Failure } from '../errors.ts'
import { type Answer, drawnBlock, type Note, textBlock } from '../frame/answer.ts'
import { bool, choice, count, duration, text } from '../frame/flag.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import { foundLines } from '../trace/render/data-block.ts'
import { openFeed, renderTraceList } from '../trace/render/trace-list.ts'
import { MOST_LIMIT, type SearchResult, type TraceSummary } from '../trace/search.ts'
import type { OnPage } from '../trace/sources/trace-source.ts'
import { backendFlags, sensitiveFlag } from './flags.ts'
import { foundNotes, foundSteps, leadOf, maskSummary, summaryToJson } from './search-answer.ts'
import { conditionFlags, fileFlag, filterOf, timeFlags } from './search-flags.ts'

const INTERVAL_SECONDS = 5

/** `ls-auth trace search`: the matching traces as a list or as data; NDJSON is streamed. */
export const traceSearch = verb({
  ...ASKS_API,
  flags: {
    ...conditionFlags,
    error: bool('only failed spans', { alias: 'errors', short: 'e' }),
    query: text('<text>', "a query in the back end's own language instead (TraceQL)"),
    limit: count(
      'at most this many traces (20 when not given); with --follow, so many at the beginning',
      MOST_LIMIT,
      { short: 'n' },
    ),
    ...backendFlags,
    ...timeFlags,
    ...fileFlag,
    ...sensitiveFlag,
    output: choice('<format>', 'how to print it', LIST_FORMATS, { short: 'o' }),
    follow: bool('go on with new traces as they come, one a line, until Ctrl-C'),
    interval: duration('with --follow: the time between two looks (5s when not given)'),
  },
  formats: LIST_FORMATS,
  examples: [
    {
      does: 'what failed in the last quarter of an hour?',
      line: 'ls-auth trace search --service checkout --error --since 15m',
    },
    {
      does: 'slow requests of one customer',
      line: 'ls-auth trace search --attr customer.id=42 --min 500ms --limit 50',
    },
    {
      does: 'in the words of the back end (TraceQL)',
      line: "ls-auth trace search --query '{ span.http.response.status_code >= 500 }'",
    },
    { does: 'failures as they come', line: 'ls-auth trace search --service checkout --error --follow' },
  ],
  tools: [
    {
      name: 'search_traces',
      title: 'Find traces',
      asks: 'search',
      description:
        'Traces with a span that fits all that is given, the latest first: id, duration, spans, errors, start, root. Then get_trace with one of the ids.',
      takes: ['service', 'name', 'attr', 'error', 'min', 'max', 'since', 'from', 'to', 'query', 'limit'],
      most: { limit: 100 },
    },
  ],
  async run(
    invocation,
    { follow, interval, file, showSensitive, ...conditions },
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
      const { followTraces } = await import('../commands/trace/follow/follow.ts')
      const feed: Answer['feed'] = (pen) => {
        const { head, line } = openFeed(pen)
        return { head, line: (trace) => line(hide(trace)) }
      }
      const rows = followTraces(invocation, { filter, seconds, isText })
      return { data: { rows, row, whole: (traces) => ({ traces }) }, blocks: [], feed }
    }
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
    if (format === 'ndjson')
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
    const shown = result.traces.map(hide)
    return {
      data: { rows: result.traces, row, whole: (traces) => ({ from, to, query, truncated, traces }) },
      blocks: [
        textBlock(({ audience }) => (audience === 'agent' ? [leadOf(shown, from, to)] : [])),
        drawnBlock((pen) =>
          pen.audience === 'agent' ? foundLines(shown) : renderTraceList(shown, { ...pen, now }),
        ),
      ],
      notes,
      next: foundSteps(result, asked),
    }
  },
})

/** Seconds between two looks; undefined: the search is not followed. Failure `usage`. */
function secondsOf(
  follow: boolean,
  interval: number | undefined,
  format: string,
  { to, file }: Readonly<Record<string, unknown>>,
): number | undefined {
  const wrong = (message: string, hint: string) => new Failure('usage', message, { hint })
  if (!follow && interval !== undefined)
    throw wrong('--interval goes with --follow', 'Add --follow, or leave it out.')
  if (!follow) return undefined
  if (to !== undefined)
    throw wrong(
      '--follow has no end, and --to names one',
      'Leave one of them out: --from and --since say where it begins.',
    )
  if (file !== undefined)
    throw wrong(
      '--follow waits for new traces, and a file gets none',
      'Leave out --file to follow the back end of the profile, or --follow to search the file.',
    )
  if (format === 'agent')
    throw wrong(
      '--follow has no end, and -o agent is one text with a limit',
      'Leave one of them out, or write a line each: -o ndjson.',
    )
  if (interval !== undefined && interval < 1)
    throw wrong('--interval: at least 1s', 'Write it like 5s or 1m.')
  return interval ?? INTERVAL_SECONDS
}
