import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import { hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { asInteger } from '../../formats/integer.ts'
import { isoTime } from '../../formats/iso-time.ts'
import {
  FILTER_FLAGS,
  latestFirst,
  type SearchResult,
  summariseTrace,
  type TraceFilter,
  type TraceSummary,
} from '../../search.ts'
import { listInAnswer } from '../list-in-answer.ts'
import type { ApiAnswer, OnPage, Send } from '../trace-source.ts'
import { tracesInAnswer } from '../traces-in-answer.ts'
import { askV3 } from './jaeger-v3.ts'

/**
 * Searches Jaeger: `/api/v3/trace-summaries` (from v2.19), else `/api/v3/traces`, else `/api/traces` of older
 * versions, both of which send whole traces.
 */
export async function searchJaeger(filter: TraceFilter, send: Send, onPage?: OnPage): Promise<SearchResult> {
  if (filter.query !== undefined) {
    throw new Failure('cannot-do', 'Jaeger has no query language', {
      hint: `Use ${FILTER_FLAGS}.`,
    })
  }
  const found = latestFirst(await findTraces(filter, send))
  // Some storages ignore the limit (jaeger#6565).
  const traces = found.slice(0, filter.limit)
  // One page: the API has no cursor for pagination, and no order by which the times of one page could begin the next.
  await onPage?.(traces)
  const asked = new URLSearchParams(v2Query(filter)).toString()
  return { traces, truncated: found.length >= filter.limit, asked }
}

async function findTraces(filter: TraceFilter, send: Send): Promise<readonly TraceSummary[]> {
  const summaries = await searchV3(filter, send, '/api/v3/trace-summaries')
  if (summaries) return summaries.status === 404 ? [] : readSummaries(summaries.json())
  const whole = (await searchV3(filter, send, '/api/v3/traces')) ?? (await searchV2(filter, send))
  return whole.status === 404 ? [] : tracesInAnswer(whole, 'Jaeger').map(summariseTrace)
}

/**
 * Versions before 2.19 know only snake_case; a later one may want camelCase, and then answers that the required ones
 * are missing.
 */
async function searchV3(filter: TraceFilter, send: Send, path: string): Promise<ApiAnswer | undefined> {
  const snake = await askV3(send, { path, query: v3Query(filter, (name) => name) })
  if (snake?.status !== 400) return snake
  const camel = await askV3(send, { path, query: v3Query(filter, camelCase) })
  if (camel?.status !== 400) return camel
  throw jaegerSearchRejected(camel)
}

function jaegerSearchRejected(answer: ApiAnswer): Failure {
  return new Failure('usage', 'Jaeger did not accept the search', {
    hint: 'Most storages of Jaeger want --service.',
    detail: answer.failure?.detail ?? [],
  })
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function tags(filter: TraceFilter): Record<string, string> {
  return Object.fromEntries([...filter.attributes, ...(filter.errors ? [['error', 'true'] as const] : [])])
}

function v3Query(filter: TraceFilter, spell: (name: string) => string): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const attributes = tags(filter)
  const time = (millis: number) => isoTime(BigInt(Math.round(millis)) * 1_000_000n)
  const values: Record<string, string | undefined> = {
    service_name: service,
    operation_name: name,
    attributes: Object.keys(attributes).length > 0 ? JSON.stringify(attributes) : undefined,
    start_time_min: time(filter.fromMillis),
    start_time_max: time(filter.toMillis),
    duration_min: minNanos === undefined ? undefined : `${minNanos}ns`,
    duration_max: maxNanos === undefined ? undefined : `${maxNanos}ns`,
    search_depth: String(filter.limit),
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(given.map(([key, value]) => [`query.${spell(key)}`, value]))
}

async function searchV2(filter: TraceFilter, send: Send): Promise<ApiAnswer> {
  if (filter.service === undefined) {
    throw new Failure('usage', 'this Jaeger searches within one service', {
      hint: 'Add --service NAME; ls-auth services lists them.',
    })
  }
  const answer = await send({ path: '/api/traces', query: v2Query(filter), answers: [400] })
  if (answer.status === 400) throw jaegerSearchRejected(answer)
  return answer
}

/** Times in microseconds (jaeger `query_parser.go`). */
function v2Query(filter: TraceFilter): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const attributes = tags(filter)
  return {
    ...(service !== undefined && { service }),
    ...(name !== undefined && { operation: name }),
    ...(Object.keys(attributes).length > 0 && { tags: JSON.stringify(attributes) }),
    start: String(Math.round(filter.fromMillis) * 1000),
    end: String(Math.round(filter.toMillis) * 1000),
    ...(minNanos !== undefined && { minDuration: `${minNanos}ns` }),
    ...(maxNanos !== undefined && { maxDuration: `${maxNanos}ns` }),
    limit: String(filter.limit),
  }
}

function readSummaries(body: unknown): TraceSummary[] {
  const list = listInAnswer(body, ['summaries'], 'Jaeger')
  return list.filter(isObject).flatMap(readSummary)
}

/** Members that are zero are left out by Jaeger. */
function readSummary(item: JsonObject): TraceSummary[] {
  const traceId = hexId(item.traceId, 32)
  if (traceId === undefined) return []
  const start = asInteger(item.minStartTimeUnixNano) ?? 0n
  const end = asInteger(item.maxEndTimeUnixNano) ?? start
  const services = Array.isArray(item.services) ? (item.services as unknown[]).filter(isObject) : []
  const [rootService, rootName] = [textOrNumber(item.rootServiceName), textOrNumber(item.rootOperationName)]
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    startNanos: start,
    durationNanos: end > start ? Number(end - start) : 0,
    spans: Number(item.spanCount ?? 0),
    errors: Number(item.errorSpanCount ?? 0),
    services: services.flatMap((service) => textOrNumber(service.name) ?? []),
  }
  return [summary]
}
