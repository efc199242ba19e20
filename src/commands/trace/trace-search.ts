import type { AgentListFormat, ListFormat } from '../../trace/formats/output-choices.ts'
import type { SearchResult, TraceFilter, TraceSummary } from '../../trace/search.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { rememberServices } from '../completion/services-seen.ts'
import { type Invocation, tell } from '../invocation.ts'
import { readFollow } from './follow/read-follow.ts'
import { maskSummary, summaryToJson } from './found/summary.ts'
import { tellNoRoom } from './no-room.ts'
import { openSource } from './open-source.ts'
import { ndjson, printData, readFormat } from './print-rows.ts'
import { readFilter } from './search-filter.ts'
import { namesTimes } from './time-range.ts'

interface TraceSearchOptions {
  readonly filter: TraceFilter
  /** Search all of a file: no time range was given, and "the last hour" makes no sense for a file. */
  readonly always: boolean
  /** Instead of the profile's back end. */
  readonly file: string | undefined
  readonly format: AgentListFormat
  readonly showSensitive: boolean
  /** New traces as they come, looked for so often; undefined: those there are now. */
  readonly followSeconds: number | undefined
}

/** `ls-auth trace search`: the matching traces as a list or as data; NDJSON is streamed. */
export const traceSearch: CliCommand<TraceSearchOptions> = { read, run }

function read(typed: Typed): TraceSearchOptions {
  const { flags, now } = typed
  const always = flags.file !== undefined && !namesTimes(flags)
  const format = readFormat<AgentListFormat>(typed, 'list')
  return {
    filter: readFilter(flags, now, always),
    always,
    file: flags.file as string | undefined,
    format,
    showSensitive: flags.showSensitive === true,
    followSeconds: readFollow(flags, format),
  }
}

async function run(invocation: Invocation, options: TraceSearchOptions): Promise<void> {
  const { filter, file, format, showSensitive, followSeconds } = options
  const { terminal } = invocation.ports
  if (followSeconds !== undefined && format !== 'agent')
    return (await import('./follow/follow.ts')).follow(invocation, { ...options, format, followSeconds })
  const source = await openSource(invocation, 'search', file)
  const hide = showSensitive ? (trace: TraceSummary) => trace : maskSummary
  let found = 0
  const result = await source.search(filter, async (page) => {
    found += page.length
    if (format === 'ndjson') await terminal.out(ndjson(page.map((one) => summaryToJson(hide(one)))))
    // Progress for a person at the terminal.
    else if (terminal.errIsTTY && found < filter.limit && found > page.length)
      tell(invocation, `${found} traces …`)
  })
  const isText = format === 'list' || format === 'agent'
  const none =
    result.traces.length === 0
      ? await (await import('./found/none-found.ts')).notesOfNone(invocation, source, filter, isText)
      : undefined
  const shown = { ...result, traces: result.traces.map(hide) }
  if (format === 'agent')
    await terminal.out((await import('./for-agent/found-text.ts')).foundForAgent(shown, options, none))
  else await print(invocation, shown, { ...options, format }, none)
  if (file === undefined) await rememberServices(invocation, 'some', servicesOf(result.traces))
}

/** Prints what is not for an agent; `none`: why nothing may have been found. NDJSON is out already. */
async function print(
  invocation: Invocation,
  result: SearchResult,
  options: TraceSearchOptions & { readonly format: ListFormat },
  none: readonly string[] | undefined,
): Promise<void> {
  const { format } = options
  if (format !== 'ndjson') await write(invocation, result, options, format)
  if (format === 'list') await tellNoDuration(invocation, result.traces)
  if (none) for (const note of none) tell(invocation, note)
  else if (format === 'list') (await import('./next-steps.ts')).tellStepFromList(invocation, result.traces)
  for (const note of result.notes ?? []) tell(invocation, `note: ${note}`)
  if (result.truncated) (await import('./found/rest-note.ts')).tellRest(invocation, result, options)
}

/**
 * In JSON they have no duration; below a list it is said what the percentiles are of. Where the back end gives no usable number,
 * nobody knows why, and nothing is said of an end.
 */
async function tellNoDuration(invocation: Invocation, traces: readonly TraceSummary[]): Promise<void> {
  const found = traces.filter(({ durationNanos }) => durationNanos === undefined)
  if (found.length === 0) return
  const unfinished = found.filter((trace) => trace.unfinished !== undefined)
  const unknown = found.length - unfinished.length
  if (unfinished.length > 0) {
    const rootless = unfinished.filter(({ rootName }) => rootName === undefined).length
    const { unfinishedText } = await import('../../trace/tree/unfinished.ts')
    const which = unfinishedText({ unfinished: unfinished.length, rootless, all: traces.length })
    tell(invocation, `note: ${which}: ${LEFT_OUT}`)
  }
  if (unknown === 0) return
  const { counted, unitOf } = await import('./found/found-words.ts')
  const which = `${unknown} of ${counted(traces.length, unitOf(traces))}`
  tell(invocation, `note: the duration of ${which} is not known: ${LEFT_OUT}`)
}

const LEFT_OUT = 'left out of p50, p99 and the histogram'

const servicesOf = (traces: readonly TraceSummary[]): string[] => traces.flatMap(({ services }) => services)

async function write(
  invocation: Invocation,
  result: SearchResult,
  { filter, always }: TraceSearchOptions,
  format: 'list' | 'json',
): Promise<void> {
  const { terminal, clock } = invocation.ports
  if (format === 'json') {
    const isOfAnyTime = always || result.isOfAnyTime === true
    const time = (millis: number) => (isOfAnyTime ? null : new Date(millis).toISOString())
    return printData(invocation, format, {
      rows: result.traces,
      toJson: summaryToJson,
      whole: (traces) => ({
        from: time(filter.fromMillis),
        to: time(filter.toMillis),
        query: result.asked,
        truncated: result.truncated,
        traces,
      }),
    })
  }
  const { renderTraceList } = await import('../../trace/render/trace-list.ts')
  const leftOut: string[] = []
  const lines = renderTraceList(result.traces, {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    now: clock.now(),
    leftOut,
  })
  await terminal.page(lines, '\n')
  tellNoRoom(invocation, leftOut)
}
