import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { asInteger } from '../../formats/integer.ts'
import { latestFirst, type SearchResult, type TraceFilter, type TraceSummary } from '../../search.ts'
import { listInAnswer } from '../list-in-answer.ts'
import type { ApiAnswer, OnPage, Send } from '../trace-source.ts'
import { errorDetail, noSuchPath, startAndEnd } from './tempo-send.ts'
import { traceql } from './traceql.ts'

/**
 * A query hint: without it Tempo returns the first traces found, not the latest; versions that do not know it answer
 * 400.
 */
const LATEST = 'with (most_recent=true)'
/** Strings of TraceQL, which may hold anything. */
const STRINGS = /"(?:[^"\\]|\\.)*"|`[^`]*`/g
/** Page size: small, so that the first lines appear soon and no answer is huge. */
const PAGE = 100

/**
 * `GET /api/search` with TraceQL. Tempo has no pagination cursor: where it returns the latest first, a page ends where
 * the previous one began. Where it does not (older versions, a query with hints of its own), everything is requested
 * at once.
 */
export async function searchTempo(filter: TraceFilter, ask: Send, onPage?: OnPage): Promise<SearchResult> {
  const asked = filter.query ?? traceql(filter)
  if (/\bwith\s*\(/.test(asked.replaceAll(STRINGS, ''))) return searchAtOnce(filter, asked, ask, onPage)
  const found = new Map<string, TraceSummary>()
  const end = (truncated: boolean) => ({
    traces: latestFirst([...found.values()]),
    truncated,
    isLatest: true,
    asked,
  })
  for (let toMillis = filter.toMillis; ; ) {
    const missing = filter.limit - found.size
    // Times of this API are whole seconds, so a page repeats the traces of the previous page's last second.
    const repeated = [...found.values()].filter((trace) => startMillis(trace) <= toMillis).length
    const limit = Math.min(PAGE, missing) + repeated
    const answer = await requestPage(ask, { ...filter, toMillis, limit }, `${asked} ${LATEST}`)
    if (answer.status === 400 && found.size === 0) return searchAtOnce(filter, asked, ask, onPage)
    if (answer.status === 400) throw searchRejected(answer, asked)
    const page = readPage(answer)
    const fresh = latestFirst(page.filter(({ traceId }) => !found.has(traceId as string))).slice(0, missing)
    for (const trace of fresh) found.set(trace.traceId as string, trace)
    if (fresh.length > 0) await onPage?.(fresh)
    if (page.length < limit) return end(false)
    toMillis = Math.ceil(Math.min(...page.map(startMillis)) / 1000) * 1000
    // No new trace: ends the loop for a server that repeats itself for ever.
    if (fresh.length === 0 || found.size >= filter.limit || toMillis <= filter.fromMillis) return end(true)
  }
}

const startMillis = ({ startNanos = 0n }: TraceSummary): number => Number(startNanos / 1_000_000n)

async function searchAtOnce(
  filter: TraceFilter,
  asked: string,
  ask: Send,
  onPage: OnPage | undefined,
): Promise<SearchResult> {
  const answer = await requestPage(ask, filter, asked)
  if (answer.status === 400) throw searchRejected(answer, asked)
  const traces = latestFirst(readPage(answer)).slice(0, filter.limit)
  await onPage?.(traces)
  return { traces, truncated: traces.length >= filter.limit, asked }
}

/** How far back a span is looked for by its id: Tempo reads every block of this time. */
const SPAN_MILLIS = 24 * 3_600_000

/** The id of the trace that holds a span. Undefined also for a Tempo before 2.6, which does not know `span:id`. */
export async function traceOfSpan(spanId: string, nowMillis: number, ask: Send): Promise<string | undefined> {
  const range = { fromMillis: nowMillis - SPAN_MILLIS, toMillis: nowMillis }
  const q = `{ span:id = "${spanId}" }`
  const query = { q, ...startAndEnd(range.fromMillis, range.toMillis), limit: '1', spss: '1' }
  const answer = await ask({ path: '/api/search', query, answers: [400] })
  return answer.status === 400 || answer.status === 404 ? undefined : readPage(answer)[0]?.traceId
}

function requestPage(ask: Send, filter: TraceFilter, q: string): Promise<ApiAnswer> {
  const query = {
    q,
    ...startAndEnd(filter.fromMillis, filter.toMillis),
    limit: String(filter.limit),
    // Spans per trace: the list shows none.
    spss: '1',
  }
  return ask({ path: '/api/search', query, answers: [400] })
}

function readPage(answer: ApiAnswer): TraceSummary[] {
  if (answer.status === 404) throw noSuchPath('has no search')
  return listInAnswer(answer.json(), ['traces'], 'Tempo').filter(isObject).flatMap(readSummary)
}

/** Failure `usage` with Tempo's message: a syntax error with its position, or a limit (168 h, spans per set). */
function searchRejected(answer: ApiAnswer, asked: string): Failure {
  const detail = errorDetail(answer)
  return new Failure('usage', 'Tempo did not accept the search', {
    hint: /exceeds/.test(detail.join(' '))
      ? 'Ask for a shorter time with --since, or --from and --to.'
      : 'Check the query (TraceQL).',
    detail: [...detail, asked],
  })
}

function readSummary(item: JsonObject): TraceSummary[] {
  const traceId = hexId(item.traceID, 32)
  if (traceId === undefined) return []
  const stats = isObject(item.serviceStats) ? Object.entries(item.serviceStats) : []
  const sum = (key: string) =>
    stats.reduce((total, [, one]) => total + (isObject(one) ? Number(one[key] ?? 0) : 0), 0)
  const [rootService, rootName] = [rootText(item.rootServiceName), textOrNumber(item.rootTraceName)]
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    startNanos: asInteger(item.startTimeUnixNano) ?? 0n,
    // Omitted for less than a millisecond.
    durationNanos: Number(item.durationMs ?? 0) * 1e6,
    isInMillis: true,
    ...(stats.length > 0 && { spans: sum('spanCount'), errors: sum('errorCount') }),
    services: stats.map(([name]) => name),
  }
  return [summary]
}

/** Tempo's own placeholder for a root it has not received (yet). */
function rootText(value: unknown): string | undefined {
  const text = textOrNumber(value)
  return text === '<root span not yet received>' ? undefined : text
}
