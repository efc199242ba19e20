import { Failure } from '../errors.ts'
import { safeJson, safeText } from '../safe-text.ts'
import { parseDuration } from '../settings/duration.ts'
import { isoTime } from '../trace/formats/iso-time.ts'
import { maskText } from '../trace/masking.ts'
import { parseNanos } from '../trace/nanos.ts'
import type { SearchResult, TraceFilter, TraceSummary } from '../trace/search.ts'
import { globals, type Invocation, printJson, tell } from './invocation.ts'
import { openBackend } from './trace-backend.ts'
import { readCount, readPairs } from './trace-view.ts'

const DEFAULT_SINCE_SECONDS = 3600
const DEFAULT_LIMIT = 20
/** Tempo's own largest page, and about what a person or a pipe still reads. */
const MOST_LIMIT = 10_000

/** `ls-auth trace search`: the traces that fit, as a list or as data. */
export async function traceSearch(invocation: Invocation): Promise<void> {
  const filter = readFilter(invocation.options, invocation.ports.clock.now())
  const backend = await openBackend(invocation)
  const result = await backend.search(filter)
  const hide = invocation.options.showSensitive === true ? (text: string) => text : maskText
  const traces = result.traces.map((trace) => ({
    ...trace,
    ...(trace.rootName !== undefined && { rootName: hide(trace.rootName) }),
  }))
  await write(invocation, { ...result, traces }, filter)
  if (result.truncated) {
    tell(
      invocation,
      `note: stopped at ${filter.limit} traces, there may be more: --limit ${Math.min(MOST_LIMIT, filter.limit * 5)}, or a shorter time with --since, --from, --to`,
    )
  }
}

async function write(invocation: Invocation, result: SearchResult, filter: TraceFilter): Promise<void> {
  const { terminal, clock } = invocation.ports
  const { output } = invocation.options
  const traces = result.traces.map(toJson)
  if (output === 'ndjson') {
    for (const trace of traces) await terminal.out(`${safeJson(trace)}\n`)
    return
  }
  if (globals(invocation).json || output === 'json') {
    const [from, to] = [filter.fromMillis, filter.toMillis].map((millis) => new Date(millis).toISOString())
    return printJson(invocation, { from, to, query: result.asked, truncated: result.truncated, traces })
  }
  const { renderTraceList } = await import('../trace/render/trace-list.ts')
  const lines = renderTraceList(result.traces, {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    now: clock.now(),
  })
  await terminal.out(`${lines.join('\n')}\n`)
}

/** One trace of `-o json` and `-o ndjson`. What the back end does not say is null. */
function toJson(trace: TraceSummary) {
  return {
    traceId: trace.traceId,
    rootService: trace.rootService ?? null,
    rootName: trace.rootName ?? null,
    startTime: isoTime(trace.startNanos),
    startTimeUnixNano: String(trace.startNanos),
    durationNanos: String(trace.durationNanos),
    spanCount: trace.spans ?? null,
    errorCount: trace.errors ?? null,
    services: trace.services,
  }
}

type Options = Readonly<Record<string, unknown>>

function readFilter(options: Options, now: number): TraceFilter {
  const { service, name, query, attr, min, max, limit } = options
  const filters = ['service', 'name', 'attr', 'min', 'max', 'error'].filter(
    (flag) => options[flag] !== undefined,
  )
  if (query !== undefined && filters.length > 0) {
    throw new Failure('usage', `--query and --${filters[0]} cannot be used together`, {
      hint: 'Put the condition into the query.',
    })
  }
  return {
    ...(typeof service === 'string' && { service }),
    ...(typeof name === 'string' && { name }),
    ...(typeof query === 'string' && { query }),
    ...(typeof min === 'string' && { minNanos: parseNanos(min, '--min') }),
    ...(typeof max === 'string' && { maxNanos: parseNanos(max, '--max') }),
    attributes: readPairs((attr as string[] | undefined) ?? []),
    errors: options.error === true,
    limit: typeof limit === 'string' ? readCount(limit, '--limit', MOST_LIMIT) : DEFAULT_LIMIT,
    ...readTimes(options, now),
  }
}

function readTimes(options: Options, now: number): { fromMillis: number; toMillis: number } {
  const { since, from, to } = options
  if (since !== undefined && from !== undefined) {
    throw new Failure('usage', '--since and --from cannot be used together')
  }
  const toMillis = typeof to === 'string' ? readTime(to, '--to') : now
  const seconds = typeof since === 'string' ? parseDuration(since, '--since') : DEFAULT_SINCE_SECONDS
  const fromMillis = typeof from === 'string' ? readTime(from, '--from') : toMillis - seconds * 1000
  if (fromMillis < toMillis) return { fromMillis, toMillis }
  throw new Failure('usage', 'the time to search in ends before it begins', {
    hint: 'Check --from and --to.',
  })
}

/** RFC 3339, a date, or seconds, milliseconds, microseconds or nanoseconds since the epoch by their size. */
function readTime(text: string, flag: string): number {
  if (/^\d{9,19}$/.test(text)) {
    const unit = [1000, 1, 1e-3, 1e-6][Math.floor((text.length - 9) / 3)] as number
    return Number(text) * unit
  }
  const millis = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(millis)) return millis
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a time`, {
    hint: 'Write it like 2026-11-24T10:00:00Z.',
  })
}
