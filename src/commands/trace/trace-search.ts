import { safeJson } from '../../safe-text.ts'
import { isoTime } from '../../trace/formats/iso-time.ts'
import { maskText } from '../../trace/masking.ts'
import { latestFirst, type SearchResult, type TraceFilter, type TraceSummary } from '../../trace/search.ts'
import { commandLine } from '../command-line.ts'
import { globals, type Invocation, printJson, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { MOST_LIMIT, readFilter } from './search-filter.ts'
import { namesTimes } from './time-range.ts'

/** `ls-auth trace search`: the traces that fit, as a list or as data; as NDJSON they are written while they come. */
export async function traceSearch(invocation: Invocation): Promise<void> {
  const { options, ports } = invocation
  const filter = readFilter(options, ports.clock.now())
  const backend = await openSource(invocation, 'search', invocation.options.file as string | undefined)
  const hide = options.showSensitive === true ? (trace: TraceSummary) => trace : maskSummary
  const streams = options.output === 'ndjson'
  let found = 0
  const result = await backend.search(filter, async (page) => {
    found += page.length
    if (streams) await ports.terminal.out(page.map((one) => `${safeJson(toJson(hide(one)))}\n`).join(''))
    // Somebody who looks on sees that it goes on.
    else if (ports.terminal.errIsTTY && found < filter.limit && found > page.length)
      tell(invocation, `${found} traces …`)
  })
  if (!streams) await write(invocation, { ...result, traces: result.traces.map(hide) }, filter)
  for (const note of result.notes ?? []) tell(invocation, `note: ${note}`)
  if (result.truncated) tell(invocation, restNote(invocation, result, filter))
}

function maskSummary(trace: TraceSummary): TraceSummary {
  const { rootName, span } = trace
  return {
    ...trace,
    ...(rootName !== undefined && { rootName: maskText(rootName) }),
    ...(span?.name !== undefined && { span: { ...span, name: maskText(span.name) } }),
  }
}

/** That there is more, and how to get it: more at once, or from where the list ends. */
function restNote(invocation: Invocation, { traces }: SearchResult, filter: TraceFilter): string {
  const more = `--limit ${Math.min(MOST_LIMIT, filter.limit * 5)}`
  const stopped = `note: stopped at ${filter.limit} traces, there may be more: ${more}`
  const first = latestFirst(traces).at(-1)?.startNanos
  // A query of the user's own comes in no order, so nothing is known to be older.
  if (filter.query !== undefined || first === undefined) return stopped
  // A trace that was still running when the range begins may itself have begun before.
  if (Number(first / 1_000_000n) <= filter.fromMillis) return stopped
  const from = namesTimes(invocation.options) || invocation.options.file === undefined
  const older = commandLine(invocation, {
    ...(from && { from: new Date(filter.fromMillis).toISOString() }),
    since: undefined,
    to: isoTime(first, 3),
  })
  return `${stopped}, or the older ones:\n  ${older}`
}

async function write(invocation: Invocation, result: SearchResult, filter: TraceFilter): Promise<void> {
  const { terminal, clock } = invocation.ports
  const { options } = invocation
  if (globals(invocation).json || options.output === 'json') {
    const whole = options.file !== undefined && !namesTimes(options)
    const time = (millis: number) => (whole ? null : new Date(millis).toISOString())
    return printJson(invocation, {
      from: time(filter.fromMillis),
      to: time(filter.toMillis),
      query: result.asked,
      truncated: result.truncated,
      traces: result.traces.map(toJson),
    })
  }
  const { renderTraceList } = await import('../../trace/render/trace-list.ts')
  const lines = renderTraceList(result.traces, {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    now: clock.now(),
  })
  await terminal.out(`${lines.join('\n')}\n`)
}

/** One trace of `-o json` and `-o ndjson`. What the back end does not say is null. */
function toJson({ traceId, rootService, rootName, span, startNanos, ...trace }: TraceSummary) {
  return {
    traceId: traceId ?? null,
    rootService: rootService ?? null,
    rootName: rootName ?? null,
    span: span ? { spanId: span.spanId, service: span.service ?? null, name: span.name ?? null } : null,
    startTime: startNanos === undefined ? null : isoTime(startNanos),
    startTimeUnixNano: startNanos === undefined ? null : String(startNanos),
    durationNanos: String(trace.durationNanos),
    spanCount: trace.spans ?? null,
    errorCount: trace.errors ?? null,
    services: trace.services,
  }
}
