import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject, jsonObject } from '../../../json-object.ts'
import { asCount, asInteger, hexId, textOrNumber } from '../../formats/foreign-json.ts'
import { knownMoment } from '../../formats/span-times.ts'
import {
  latestFirst,
  nextSecond,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../../search.ts'
import type { ApiAnswer, OnPage, Send } from '../trace-source.ts'
import { listInAnswer, readItems } from '../traces-in-answer.ts'
import { errorDetail, noSuchPath, startAndEnd } from './tempo-reader.ts'
import { bareQuery, extendedQuery, traceql } from './traceql.ts'

/** Page size: small, so that the first lines appear soon and no answer is huge. */
const PAGE = 100
/** So many traces one request asks for at most, unless the limit of the search is higher. */
const MOST_AT_ONCE = 10_000
/** How much more is asked for where an answer had too few of the time. */
const GROWTH = 4
/** The request for the whole time failed. */
const LATE = 'late traces may be missing, because Tempo searched in parts'

/**
 * `GET /api/search` with TraceQL. Tempo has no pagination cursor: where it returns the latest first, a page ends where
 * the previous one began. Where it does not, or may not (older versions, a query with hints of its own), everything is requested
 * at once, and so are the next ones of the run that `hint` belongs to.
 */
export async function searchTempo(
  filter: TraceFilter,
  ask: Send,
  onPage?: OnPage,
  hint: HintMemory = {},
): Promise<SearchResult> {
  const asked = filter.query ?? traceql(filter)
  const search: Search = { filter, asked, ask, onPage }
  if (hint.use === 'not heeded' || /\bwith\s*\(/.test(bareQuery(asked))) return searchAtOnce(search, asked)
  const q = extendedQuery(asked, LATEST)
  if (hint.use === 'unknown') return searchAtOnce(search, q)
  const limit = Math.min(PAGE, filter.limit)
  const answer = await requestPage(ask, { ...filter, limit }, q)
  if (answer.status === 400) {
    const result = await searchAtOnce(search, asked)
    // The query is good without it: a search that is followed need not ask twice each time.
    hint.use = 'not heeded'
    return result
  }
  const page = readSummaries(answer)
  // A page that is not full is all there is, whatever came first.
  if (page.length >= limit) hint.use ??= await hintUse(ask)
  if (page.length < limit || hint.use === 'heeded') return searchByPages(search, q, page)
  if (filter.limit > limit) return searchAtOnce(search, hint.use === 'unknown' ? q : asked)
  return allAtOnce(search, hint.use === 'unknown' ? q : asked, page)
}

/** One search: its filter, and the same as TraceQL without our hint. */
interface Search {
  readonly filter: TraceFilter
  readonly asked: string
  readonly ask: Send
  readonly onPage: OnPage | undefined
}

/** Of a Tempo that returns the latest first; `page`: its first page. */
async function searchByPages(search: Search, q: string, page: TraceSummary[]): Promise<SearchResult> {
  const { filter, asked, ask, onPage } = search
  const seen = new Map<string, TraceSummary>()
  const traces: TraceSummary[] = []
  const end = (truncated: boolean) => ({
    traces: latestFirst(traces),
    truncated,
    isLatest: true,
    endsInWholeSeconds: true,
    asked,
  })
  const rest = () =>
    addRest(search, q, seen, traces).then(end, (error) => {
      if (!(error instanceof Failure && error.exit === 6)) throw error
      return { ...end(true), notes: [`${LATE}: ${error.message}`], notesQuote: true }
    })
  let most = PAGE
  let isWhole = true
  for (let limit = Math.min(PAGE, filter.limit); ; ) {
    const fresh = page.filter(({ traceId }) => !seen.has(traceId as string))
    for (const trace of fresh) seen.set(trace.traceId as string, trace)
    const inTime = within(filter, fresh)
    const shown = inTime.slice(0, filter.limit - traces.length)
    traces.push(...shown)
    if (shown.length > 0) await onPage?.(shown)
    const isCut = shown.length < inTime.length
    // With an earlier end Tempo leaves out what arrived after it, whenever that began.
    if (page.length < limit) return isWhole || isCut ? end(isCut) : rest()
    const toMillis = Math.min(
      ...page.map(({ startNanos = 0n }) => Number(nextSecond(startNanos) / 1_000_000n)),
    )
    // No new trace: ends the loop for a server that repeats itself for ever.
    if (fresh.length === 0 || traces.length >= filter.limit) return end(true)
    // All others began before the time as well: no earlier end tells them apart.
    if (toMillis <= filter.fromMillis) return rest()
    isWhole = toMillis >= filter.toMillis
    // Times of this API are whole seconds, so a page repeats the traces of the previous page's last second.
    const repeated = [...seen.values()].filter((trace) => startMillis(trace) <= toMillis).length
    // Of those that are outside the time there may be many more, and each page would repeat all before it.
    most = inTime.length > 0 ? PAGE : Math.min(MOST_AT_ONCE, most * GROWTH)
    const missing = inTime.length < fresh.length ? most : filter.limit - traces.length
    limit = Math.min(most, missing) + repeated
    const answer = await requestPage(ask, { ...filter, toMillis, limit }, q)
    // So many was our wish, not that of the person.
    if (answer.status === 400 && most > PAGE) return end(true)
    if (answer.status === 400) throw searchRejected(answer, asked).withMoreHint(answer.tokenHint)
    page = readSummaries(answer)
  }
}

/**
 * Adds those that no page had, out of one answer over the whole time, and returns whether there may be more still: as many traces
 * as are asked for may have been running when the time began.
 */
async function addRest(
  search: Search,
  q: string,
  seen: ReadonlyMap<string, TraceSummary>,
  traces: TraceSummary[],
): Promise<boolean> {
  const { filter, ask, onPage } = search
  let { limit } = filter
  let answer = await requestPage(ask, filter, q)
  if (answer.status === 400) {
    // This Tempo has a limit of its own. With one that is no higher it would give those again.
    limit = mostAtOnce(answer) ?? 0
    if (limit <= seen.size) return true
    answer = await requestPage(ask, { ...filter, limit }, q)
    if (answer.status === 400) return true
  }
  const ofLimit = { ...search, filter: { ...filter, limit } }
  const { inTime, isFull } = await growing(ofLimit, q, readSummaries(answer))
  const unseen = inTime.filter(({ traceId }) => !seen.has(traceId as string))
  const shown = unseen.slice(0, filter.limit - traces.length)
  traces.push(...shown)
  if (shown.length > 0) await onPage?.(shown)
  return isFull || shown.length < unseen.length
}

const startMillis = ({ startNanos = 0n }: TraceSummary): number => Number(startNanos / 1_000_000n)

/**
 * The latest first, without those that are there only because Tempo takes the seconds at both ends of the time whole. It finds
 * what was going on in that time, and cuts durations to milliseconds.
 */
function within(filter: TraceFilter, traces: readonly TraceSummary[]): TraceSummary[] {
  const { fromMillis, toMillis } = filter
  const { start, end } = startAndEnd(fromMillis, toMillis)
  const isRounded = (trace: TraceSummary) => {
    const began = startMillis(trace)
    const ended = began + 1 + (trace.durationNanos ?? Number.POSITIVE_INFINITY) / 1e6
    const isBefore = ended < fromMillis && ended >= Number(start) * 1000
    return isBefore || (began > toMillis && began <= Number(end) * 1000)
  }
  return latestFirst(traces.filter((trace) => !isRounded(trace)))
}

/** Of a Tempo that may return any traces that match. */
async function searchAtOnce(search: Search, q: string): Promise<SearchResult> {
  const answer = await requestPage(search.ask, search.filter, q)
  if (answer.status === 400) throw searchRejected(answer, search.asked).withMoreHint(answer.tokenHint)
  return allAtOnce(search, q, readSummaries(answer))
}

/** `first`: the answer within the limit of the filter. */
async function allAtOnce(search: Search, q: string, first: TraceSummary[]): Promise<SearchResult> {
  const { filter, asked, onPage } = search
  const { inTime, isFull } = await growing(search, q, first)
  const traces = inTime.slice(0, filter.limit)
  await onPage?.(traces)
  return { traces, truncated: isFull || traces.length < inTime.length, asked }
}

/**
 * Those of the time, out of an answer with the limit of the filter. Those that are outside of it may be all of the answer: then
 * more is asked for. `isFull`: the last answer may not have been all.
 */
async function growing({ filter, ask }: Search, q: string, first: TraceSummary[]) {
  let [limit, all, inTime] = [filter.limit, first, within(filter, first)]
  while (all.length >= limit && inTime.length < filter.limit && limit < MOST_AT_ONCE) {
    const more = Math.min(MOST_AT_ONCE, limit * GROWTH)
    const answer = await requestPage(ask, { ...filter, limit: more }, q)
    // This Tempo has a limit of its own.
    if (answer.status === 400) break
    limit = more
    all = readSummaries(answer)
    inTime = within(filter, all)
  }
  return { inTime, isFull: all.length >= limit }
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

/** How many traces one search may ask for (`max_result_limit`), where that is what Tempo refuses. */
function mostAtOnce(answer: ApiAnswer): number | undefined {
  const most = /limit \d+ exceeds max limit (\d+)/.exec(errorDetail(answer).join(' '))?.[1]
  return most === undefined ? undefined : Number(most)
}

/**
 * Failure `usage` with Tempo's message: a syntax error with its position, and the query that it speaks of, or a limit (168 h,
 * traces of one search).
 */
function searchRejected(answer: ApiAnswer, asked: string): Failure {
  const detail = errorDetail(answer)
  const rejected = (hint: string, lines: readonly string[]) =>
    new Failure('usage', 'Tempo did not accept the search', { hint, detail: lines })
  const most = mostAtOnce(answer)
  if (most !== undefined) return rejected(`Request fewer traces: --limit ${most}.`, detail)
  return /exceeds/.test(detail.join(' '))
    ? rejected('Use a shorter time with --since, or --from and --to.', detail)
    : rejected('Check the query (TraceQL).', [...detail, asked])
}

/** A query hint: without it Tempo returns the first traces found, not the latest. */
const LATEST = 'with (most_recent=true)'

/**
 * What a Tempo does with {@link LATEST}. It is heeded since 2.8 (release notes, PR 4238). 2.4 to 2.7 read it and return any traces,
 * sorted by time as ever: no answer that is full tells whether they are the latest. `unknown`: it may be either.
 */
type HintUse = 'heeded' | 'not heeded' | 'unknown'

/** What the searches of one run have learnt about {@link LATEST}. */
export interface HintMemory {
  /** Undefined: it has not mattered yet. */
  use?: HintUse
}

/**
 * From the version that `GET /api/status/buildinfo` names. A build of somebody's own names none, and a gateway may not let this
 * path through: that is no failure.
 */
async function hintUse(ask: Send): Promise<HintUse> {
  const answer = await ask({ path: '/api/status/buildinfo', answers: [400, 403, 405] }).catch((error) => {
    if (error instanceof Failure) return undefined
    throw error
  })
  const { version } = (answer?.status === 200 ? jsonObject(Buffer.from(answer.body)) : undefined) ?? {}
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(String(version)) ?? []
  if (major === undefined) return 'unknown'
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 8) ? 'heeded' : 'not heeded'
}

/** The traces of one answer of `GET /api/search`. */
export function readSummaries(answer: ApiAnswer): TraceSummary[] {
  if (answer.status === 404) throw noSuchPath('has no search')
  return readItems(listInAnswer(answer.json(), ['traces'], 'Tempo'), 'Tempo', readSummary)
}

function readSummary(item: JsonObject): TraceSummary[] {
  const traceId = hexId(item.traceID, 32)
  if (traceId === undefined) return []
  const stats = isObject(item.serviceStats) ? Object.entries(item.serviceStats) : []
  const [spans, errors] = [sumOf(stats, 'spanCount'), sumOf(stats, 'errorCount')]
  const [rootService, rootName] = [rootText(item.rootServiceName), textOrNumber(item.rootTraceName)]
  const startNanos = knownMoment(asInteger(item.startTimeUnixNano))
  const summary: TraceSummary = {
    traceId,
    ...(rootService !== undefined && { rootService }),
    ...(rootName !== undefined && { rootName }),
    ...(startNanos !== undefined && { startNanos }),
    durationNanos: durationOf(item),
    isInMillis: true,
    ...(spans !== undefined && { spans }),
    ...(errors !== undefined && { errors }),
    services: stats.map(([name]) => name),
  }
  return [summary]
}

/** Of all services; undefined where one of them has no usable number, or there is none. */
function sumOf(stats: readonly (readonly [string, unknown])[], key: string): number | undefined {
  let total = stats.length > 0 ? 0 : Number.NaN
  for (const [, one] of stats) total += (isObject(one) ? asCount(one[key]) : undefined) ?? Number.NaN
  return Number.isNaN(total) ? undefined : total
}

/** Omitted for less than a millisecond. Undefined for what no trace can have, and the model cannot hold. */
function durationOf({ durationMs }: JsonObject): number | undefined {
  const nanos = Number(asInteger(durationMs ?? 0) ?? -1n) * 1e6
  return Number.isSafeInteger(nanos) && nanos >= 0 ? nanos : undefined
}

/** Tempo's own placeholder for a root it has not received (yet). */
function rootText(value: unknown): string | undefined {
  const text = textOrNumber(value)
  return text === '<root span not yet received>' ? undefined : text
}
