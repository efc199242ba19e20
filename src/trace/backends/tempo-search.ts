import { Failure } from '../../errors.ts'
import { asInteger } from '../formats/integer.ts'
import { asText, hexId, isObject, type JsonObject } from '../formats/loose.ts'
import { latestFirst, type SearchResult, type TraceFilter, type TraceSummary } from '../search.ts'
import { answeredList } from './answered-list.ts'
import type { ApiAnswer, Send } from './backend.ts'
import { traceql } from './traceql.ts'

/** Without it Tempo gives the first that are found, not the latest; versions that do not know it answer 400. */
const LATEST = 'with (most_recent=true)'

/** `GET /api/search` with TraceQL: one page, since Tempo has no cursor. */
export async function searchTempo(filter: TraceFilter, ask: Send): Promise<SearchResult> {
  const asked = filter.query ?? traceql(filter)
  let answer = await attempt(ask, filter, filter.query === undefined ? `${asked} ${LATEST}` : asked)
  if (answer.status === 400 && filter.query === undefined) answer = await attempt(ask, filter, asked)
  if (answer.status === 400) throw refused(answer, asked)
  if (answer.status === 404) {
    throw new Failure('api-failed', 'there is no Tempo search at this address', {
      hint: 'Check that api is the base URL of Tempo, without /api at its end.',
    })
  }
  const list = answeredList(answer.json(), ['traces'], 'Tempo')
  const traces = list.filter(isObject).flatMap(readSummary)
  return { traces: latestFirst(traces), truncated: list.length >= filter.limit, asked }
}

function attempt(ask: Send, filter: TraceFilter, q: string): Promise<ApiAnswer> {
  const query = {
    q,
    start: String(Math.floor(filter.fromMillis / 1000)),
    end: String(Math.ceil(filter.toMillis / 1000)),
    limit: String(filter.limit),
    // Spans per trace: the list shows none.
    spss: '1',
  }
  return ask({ path: '/api/search', query, answers: [400] })
}

/** Tempo's own words: a syntax error with its place, or a limit (168 h, spans per set). */
function refused(answer: ApiAnswer, asked: string): Failure {
  const detail = answer.failure?.detail ?? []
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
  const [rootService, rootName] = [rootText(item.rootServiceName), asText(item.rootTraceName)]
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    startNanos: asInteger(item.startTimeUnixNano) ?? 0n,
    // Omitted for less than a millisecond.
    durationNanos: Number(item.durationMs ?? 0) * 1e6,
    ...(stats.length > 0 && { spans: sum('spanCount'), errors: sum('errorCount') }),
    services: stats.map(([name]) => name),
  }
  return [summary]
}

/** Tempo's own placeholder for a root it has not received (yet). */
function rootText(value: unknown): string | undefined {
  const text = asText(value)
  return text === '<root span not yet received>' ? undefined : text
}
