import { Failure } from '../../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import { SPAN_KIND, splitScope } from '../../trace/attributes.ts'
import { asCount, asInteger, hexId, textOrNumber } from '../../trace/formats/foreign-json.ts'
import { errorIn, type JaegerError, MOST_ERROR_BYTES } from '../../trace/formats/jaeger-json.ts'
import { isoTime, timesBetween } from '../../trace/formats/span-times.ts'
import {
  FILTER_FLAGS,
  hasDuration,
  isOfWholeTrace,
  latestFirst,
  type SearchResult,
  summariseTrace,
  type TraceFilter,
  type TraceSummary,
} from '../../trace/search.ts'
import type { ApiAnswer, ApiRequest, OnPage, Send } from '../trace-source.ts'
import { listInAnswer, readItems, requireEqualAttributes, tracesInAnswer } from '../traces-in-answer.ts'
import { jaeger } from './jaeger.ts'

interface SearchMemory {
  /** This Jaeger has answered a search for summaries, so it is none of the versions without them. */
  hasSummaries: boolean
  /** It answers paths that it does not know with a 400, as VictoriaTraces alone does. */
  isVictoria?: boolean
}

/**
 * Searches Jaeger: `/api/v3/trace-summaries` (from v2.19), else `/api/traces`, which has whole traces and exists up to v2.20.
 * Never `/api/v3/traces`: before v2.19 it ignores attributes.
 */
export async function searchJaeger(
  given: TraceFilter,
  send: Send,
  onPage?: OnPage,
  memory: SearchMemory = { hasSummaries: false },
): Promise<SearchResult> {
  if (given.query !== undefined) {
    throw new Failure('cannot-do', 'Jaeger has no query language', {
      hint: `Use ${FILTER_FLAGS}.`,
    })
  }
  requireEqualAttributes(given, 'Jaeger')
  const filter = withServiceName(given)
  if (filter === undefined) return { traces: [], truncated: false, asked: '', notes: [TWO_SERVICES] }
  requireOneValueEach(filter)
  const summaries = await findSummaries(filter, send, memory)
  if (summaries === undefined && memory.hasSummaries) throw await standIn(send)
  memory.hasSummaries ||= summaries !== undefined
  const { found, asked } = summaries ?? (await findTraces(filter, send, memory))
  const fit = isOfWholeTrace(filter) ? found.filter((trace) => hasDuration(trace, filter)) : found
  // Some storages ignore the limit (jaeger#6565).
  const traces = latestFirst(fit).slice(0, filter.limit)
  // One page: the API has no cursor for pagination, and no order by which the times of one page could begin the next.
  await onPage?.(traces)
  const isCut = found.length >= searchDepth(filter)
  const isNone = found.length === 0 && filter.service === undefined
  const note = isCut && isOfWholeTrace(filter) ? durationNote(found.length) : isNone ? NO_SERVICE : undefined
  return {
    traces,
    truncated: isCut || fit.length >= filter.limit,
    asked: new URLSearchParams(asked).toString(),
    ...(note !== undefined && { notes: [note] }),
  }
}

/** Something before Jaeger has answered a search in its place, as while it is down. Throws what still is in the way. */
async function standIn(send: Send): Promise<Failure> {
  await jaegerServices(send)
  return new Failure('api-failed', 'a server in front of Jaeger answered the search')
}

const TWO_SERVICES = 'service.name is the service, and every span has exactly one'

/** Cassandra looks for a service without a name then, and finds none (jaeger `cassandra/spanstore/reader.go`). */
const NO_SERVICE = 'some Jaeger storages (Cassandra) need --service'

const durationNote = (compared: number): string =>
  `Jaeger searches span durations; ls-auth compared whole traces in the ${compared} traces it returned. ` +
  'For others use a shorter time with --from and --to, or --service'

interface Found {
  readonly found: readonly TraceSummary[]
  readonly asked: Readonly<Record<string, string>>
}

/** Undefined when this Jaeger has no summaries. */
async function findSummaries(
  filter: TraceFilter,
  send: Send,
  memory: SearchMemory,
): Promise<Found | undefined> {
  const asked = v3Query(filter)
  const request = { path: '/api/v3/trace-summaries', query: asked, answers: [500] }
  const answer = await askV3(send, request, memory)
  if (answer === undefined) return undefined
  requireAccepted(answer)
  return { asked, found: answer.status === 404 ? [] : readSummaries(answer.json()) }
}

async function findTraces(filter: TraceFilter, send: Send, { isVictoria }: SearchMemory): Promise<Found> {
  const asked = v2Query(filter, isVictoria === true)
  const answer = await searchV2(filter, send, asked)
  const found = answer.status === 404 ? [] : tracesInAnswer(answer, 'Jaeger').map(summariseTrace)
  if (found.length === 0) requireNoErrorIn(answer.body)
  return { asked, found }
}

/** What Jaeger says is wrong: `{"errors":[{"msg":…}]}` of `/api`, `{"error":{"message":…}}` of v3, or plain text. */
function jaegerMessage(answer: ApiAnswer): readonly string[] {
  try {
    const words = errorIn(answer.json())?.words ?? ''
    return words === '' ? [] : [words]
  } catch {
    return answer.failure?.detail ?? []
  }
}

/** Failures: `usage` for a search that Jaeger refuses (HTTP 400; v3 may use 500), else that of the answer. */
function requireAccepted(answer: ApiAnswer): void {
  if (answer.status === 500) throw answer.failure?.withMoreHint(STORAGES)
  if (answer.status !== 400) return
  const failure = new Failure('usage', 'Jaeger did not accept the search', {
    hint: STORAGES,
    detail: jaegerMessage(answer),
  })
  throw failure.withMoreHint(answer.tokenHint)
}

/** Jaeger `cassandra/spanstore/reader.go`, `elasticsearch/.../reader.go`. */
const STORAGES =
  'Some storages need --service, a lower --limit, or no --min and --max beside --attr and --error.'

async function searchV2(filter: TraceFilter, send: Send, query: Found['asked']): Promise<ApiAnswer> {
  if (filter.service === undefined) {
    // Of a page or of another server it would be untrue, and the advice a dead end.
    await jaegerServices(send)
    throw new Failure('usage', 'this Jaeger only searches within one service', {
      hint: 'Add --service NAME. ls-auth services lists the names.',
    })
  }
  const answer = await send({ path: '/api/traces', query, answers: [400, 500] })
  requireAccepted(answer)
  return answer
}

function readSummaries(body: unknown): TraceSummary[] {
  const list = listInAnswer(body, ['summaries'], 'Jaeger')
  if (list.length === 0) requireNoError(body)
  return readItems(list, 'Jaeger', readSummary)
}

/** Members that are zero are left out by Jaeger. */
function readSummary(item: JsonObject): TraceSummary[] {
  const traceId = hexId(item.traceId, 32)
  if (traceId === undefined) return []
  const time = (key: string) => asInteger(item[key]) ?? 0n
  const { startNanos, durationNanos, marks } = timesBetween(
    time('minStartTimeUnixNano'),
    time('maxEndTimeUnixNano'),
  )
  const [spans, errors] = [asCount(item.spanCount), asCount(item.errorSpanCount)]
  const services = Array.isArray(item.services) ? (item.services as unknown[]).filter(isObject) : []
  const [rootService, rootName] = [textOrNumber(item.rootServiceName), textOrNumber(item.rootOperationName)]
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    ...(startNanos > 0n && { startNanos }),
    durationNanos: marks.length > 0 ? undefined : durationNanos,
    ...(spans !== undefined && { spans }),
    ...(errors !== undefined && { errors }),
    services: services.flatMap((service) => textOrNumber(service.name) ?? []),
  }
  return [summary]
}

/**
 * The filter with its conditions on `service.name`, all of them `=`, as the service. In Jaeger that is a field of the process,
 * and not a searchable tag. Undefined: it names two services, or an empty one, which no span has.
 */
function withServiceName(filter: TraceFilter): TraceFilter | undefined {
  const ofService = filter.attributes.filter(([key]) => isServiceName(key))
  if (ofService.length === 0) return filter
  const [service, another] = new Set([filter.service ?? [], ofService.map(([, value]) => value)].flat())
  if (!service || another !== undefined) return undefined
  return { ...filter, service, attributes: filter.attributes.filter(([key]) => !isServiceName(key)) }
}

function isServiceName(key: string): boolean {
  const { scope = 'resource', bare } = splitScope(key)
  return bare === 'service.name' && scope === 'resource'
}

/**
 * Traces that are compared when durations are those of whole traces: Jaeger itself compares spans only. Its storages
 * load each trace to summarise it, and its own UI offers at most 1500.
 */
const COMPARED = 1000

const searchDepth = (filter: TraceFilter): number =>
  isOfWholeTrace(filter) ? Math.max(filter.limit, COMPARED) : filter.limit

/** The query parameters of `/api/v3/trace-summaries`. */
function v3Query(filter: TraceFilter): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const time = (millis: number) => isoTime(BigInt(Math.round(millis)) * 1_000_000n)
  const values: Record<string, string | undefined> = {
    service_name: service,
    operation_name: name,
    attributes: tags(filter),
    start_time_min: time(filter.fromMillis),
    start_time_max: time(filter.toMillis),
    // A trace may be long without one long span, but a short trace has only short ones.
    duration_min: minNanos === undefined || isOfWholeTrace(filter) ? undefined : `${minNanos}ns`,
    duration_max: maxNanos === undefined ? undefined : `${maxNanos}ns`,
    search_depth: String(searchDepth(filter)),
  }
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(given.map(([key, value]) => [`query.${key}`, value]))
}

/**
 * The query parameters of `/api/traces`, times in microseconds (jaeger `query_parser.go`). VictoriaTraces has a prefix for
 * attributes of the resource (recorded in July 2025).
 */
export function v2Query(filter: TraceFilter, isVictoria: boolean): Record<string, string> {
  const { service, name, minNanos, maxNanos } = filter
  const attributes = tags(filter, isVictoria)
  return {
    ...(service !== undefined && { service }),
    ...(name !== undefined && { operation: name }),
    ...(attributes !== undefined && { tags: attributes }),
    start: String(Math.round(filter.fromMillis) * 1000),
    end: String(Math.round(filter.toMillis) * 1000),
    ...(minNanos !== undefined && minNanos > 0 && { minDuration: `${minNanos}ns` }),
    ...(maxNanos !== undefined && { maxDuration: `${maxNanos}ns` }),
    limit: String(filter.limit),
  }
}

/** Failure `cannot-do` for two values of one attribute: the API takes a map. */
function requireOneValueEach(filter: TraceFilter): void {
  const values = new Map<string, string>()
  for (const [key, value] of tagPairs(filter)) {
    if ((values.get(key) ?? value) !== value) {
      throw new Failure(
        'cannot-do',
        `Jaeger takes one value per attribute, but ${safeText(key, 60)} has two`,
        { hint: 'Drop one of them.' },
      )
    }
    values.set(key, value)
  }
}

/** Jaeger knows no scopes: it looks for a tag in the span, its process and its logs. */
function tagPairs(
  { attributes, errors }: TraceFilter,
  isVictoria = false,
): (readonly [key: string, value: string])[] {
  const pairs = attributes.map(([key, value]) => [tagOf(key, isVictoria), value] as const)
  return errors ? [...pairs, ['error', 'true'] as const] : pairs
}

function tagOf(key: string, isVictoria: boolean): string {
  const { scope, bare } = splitScope(key)
  if (key === SPAN_KIND) return key
  return isVictoria && scope === 'resource' ? `resource_attr:${bare}` : bare
}

function tags(filter: TraceFilter, isVictoria = false): string | undefined {
  const all = tagPairs(filter, isVictoria)
  return all.length === 0 ? undefined : JSON.stringify(Object.fromEntries(all))
}

const NEWLINE = 0x0a
const MARK = '{"error"'

/**
 * The error in a stream of documents, one a line, which has the status of its beginning: `{"error":{"code":13,"message":…}}`
 * in a line of its own. The lines before it may be long, and are not parsed.
 */
export function errorInStream(bytes: Uint8Array): JaegerError | undefined {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + 1)) {
    if (at > 0 && body[at - 1] !== NEWLINE) continue
    const newline = body.indexOf(NEWLINE, at)
    const to = newline < 0 ? body.length : newline
    const message = to - at > MOST_ERROR_BYTES ? undefined : errorIn(jsonObject(body.subarray(at, to)))
    if (message !== undefined) return message
  }
  return undefined
}

/** Throws what an answer without any items says went wrong: it must not read as "nothing found". */
function requireNoError(body: unknown): void {
  const reply = errorIn(body)
  if (reply !== undefined && !reply.isMissing) throw failedJaeger(reply)
}

/** The same of an answer whose traces were read, and are none. */
export const requireNoErrorIn = (bytes: Uint8Array): void =>
  bytes.length > MOST_ERROR_BYTES ? undefined : requireNoError(jsonObject(Buffer.from(bytes)))

/** Of a request that Jaeger did not carry out, whatever its status. */
export const failedJaeger = ({ words }: JaegerError): Failure =>
  new Failure('api-failed', 'Jaeger answered with an error', {
    hint: 'Try again. If it keeps failing, ask whoever runs Jaeger or its storage.',
    detail: words === '' ? [] : [`server: ${words}`],
  })

/**
 * Sends a request to v3; undefined when this Jaeger has no such path. Versions without it answer unknown paths with their UI's
 * web page or a 404 that is not v3's. Only a request to the older API can distinguish that from a login page. VictoriaTraces
 * answers them with a 400, `unsupported path requested`: `memory` keeps that.
 */
export async function askV3(
  send: Send,
  request: ApiRequest,
  memory: { isVictoria?: boolean } = {},
): Promise<ApiAnswer | undefined> {
  try {
    const answer = await send({ ...request, answers: [400, 405, 501, ...(request.answers ?? [])] })
    if (answer.status === 500 && !isV3Error(answer)) throw answer.failure
    if (answer.status === 405 || answer.status === 501) return undefined
    if (answer.status < 400 || isV3Error(answer)) return answer
    memory.isVictoria = answer.status === 400
    return undefined
  } catch (error) {
    const page = error instanceof Failure && (error.code === 'login-page' || error.code === 'not-found')
    if (page) return undefined
    throw error
  }
}

/** `{"error":{"httpCode":404,"message":"No traces found"}}`. */
function isV3Error(answer: ApiAnswer): boolean {
  try {
    const body = answer.json()
    return isObject(body) && isObject(body.error)
  } catch {
    return false
  }
}

/** The services that Jaeger knows, by v3 of its API, else by v2. Failure `api-failed`: there is no Jaeger. */
export async function jaegerServices(send: Send): Promise<string[]> {
  const services = await servicesAnswered(send)
  if (services === undefined) throw noJaeger()
  return services
}

/** Whether Jaeger's API is here. Throws what is in the way of an answer. */
export const isJaeger = async (send: Send): Promise<boolean> => (await servicesAnswered(send)) !== undefined

/** Where v3 and v2 have the list. */
const LISTS = ['services', 'data']

async function servicesAnswered(send: Send): Promise<string[] | undefined> {
  const v3 = await askV3(send, { path: '/api/v3/services' })
  if (v3?.failure) throw v3.failure
  const answer = v3 ?? (await send({ path: '/api/services' }))
  if (answer.status === 404) return undefined
  const body = answer.json()
  const names = listInAnswer(body, LISTS, jaeger.name)
  if (names.length === 0) requireNoError(body)
  // Jaeger without a service answers {} by v3. Another program answers the same JSON everywhere.
  const members = Object.keys(body as object)
  if (members.length > 0 && !LISTS.some((name) => members.includes(name))) return undefined
  return names.filter((name): name is string => typeof name === 'string').sort()
}

/** Another program answers at this address. */
export const noJaeger = (): Failure =>
  new Failure('api-failed', 'there is no Jaeger API at this address', {
    hint: "Check that api is the base URL of Jaeger's query service, with its base path. Without a back end set, ls-auth asks the API which it is.",
  })
