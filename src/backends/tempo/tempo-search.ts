import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import {
  type AttributeCondition,
  kindsOf,
  SPAN_KIND,
  splitScope,
  THE_KINDS,
  textField,
  wrongKind,
} from '../../trace/attributes.ts'
import { asCount, asInteger, hexId, textOrNumber } from '../../trace/formats/foreign-json.ts'
import { knownMoment } from '../../trace/formats/span-times.ts'
import { latestFirst, type SearchResult, type TraceFilter, type TraceSummary } from '../../trace/search.ts'
import type { ApiAnswer, OnPage, Send } from '../trace-source.ts'
import { listInAnswer, readItems } from '../traces-in-answer.ts'
import { errorDetail, noSuchPath, startAndEnd } from './tempo-reader.ts'

/**
 * `GET /api/search` with TraceQL, in one request: Tempo has no cursor for pages, and with an earlier end it leaves out later
 * arrivals, whenever they began. The latest come first (Tempo 2.8 and later), unless the query has hints of its own.
 */
export async function searchTempo(filter: TraceFilter, ask: Send, onPage?: OnPage): Promise<SearchResult> {
  const asked = filter.query ?? traceql(filter)
  const isLatest = !/\bwith\s*\(/.test(bareQuery(asked))
  const query = {
    q: isLatest ? extendedQuery(asked, LATEST) : asked,
    ...startAndEnd(filter.fromMillis, filter.toMillis),
    limit: String(filter.limit),
    // Spans per trace: the list shows none.
    spss: '1',
  }
  const answer = await ask({ path: '/api/search', query, answers: [400] })
  if (answer.status === 400) throw searchRejected(answer, asked).withMoreHint(answer.tokenHint)
  const all = readSummaries(answer)
  const traces = within(filter, all)
  await onPage?.(traces)
  return {
    traces,
    truncated: all.length >= filter.limit,
    ...(isLatest && { isLatest, endsInWholeSeconds: true }),
    asked,
  }
}

const startMillis = ({ startNanos = 0n }: TraceSummary): number => Number(startNanos / 1_000_000n)

/**
 * The latest first, without those that come only because Tempo takes the seconds at both ends of the time whole. It finds
 * traces that ran in that time, and cuts durations to milliseconds.
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

/**
 * Failure `usage` with Tempo's message: a syntax error with its position and its query, or a limit (168 h, traces of one
 * search).
 */
function searchRejected(answer: ApiAnswer, asked: string): Failure {
  const detail = errorDetail(answer)
  const rejected = (hint: string, lines: readonly string[]) =>
    new Failure('usage', 'Tempo did not accept the search', { hint, detail: lines })
  const most = /limit \d+ exceeds max limit (\d+)/.exec(detail.join(' '))?.[1]
  if (most !== undefined) return rejected(`Request fewer traces: --limit ${most}.`, detail)
  return /exceeds/.test(detail.join(' '))
    ? rejected('Use a shorter time with --since, or --from and --to.', detail)
    : rejected('Check the query (TraceQL).', [...detail, asked])
}

/** A query hint: without it Tempo returns the first traces found, not the latest. */
const LATEST = 'with (most_recent=true)'

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

/** Strings of TraceQL, which may hold anything. */
export const STRINGS = /"(?:[^"\\]|\\.)*"|`[^`]*`/g

/**
 * The conditions of a filter in TraceQL (docs: traceql/construct-traceql-queries). They describe one span; durations alone
 * apply to the whole trace, since nearly every trace has a short span somewhere. `ofSpan`: one more condition on the span,
 * which leaves the others unchanged. Failure `usage`: there is no such kind.
 */
export function traceql(filter: TraceFilter, ofSpan?: string): string {
  const conditions: string[] = []
  if (filter.service !== undefined)
    conditions.push(`resource.service.name = ${traceqlString(filter.service)}`)
  if (filter.name !== undefined) conditions.push(`name = ${traceqlString(filter.name)}`)
  for (const condition of filter.attributes) {
    conditions.push(condition[0] === SPAN_KIND ? ofKind(condition) : comparison(condition))
  }
  if (filter.errors) conditions.push('status = error')
  const duration = conditions.length > 0 ? 'duration' : 'traceDuration'
  if (filter.minNanos !== undefined) conditions.push(`${duration} >= ${filter.minNanos}ns`)
  if (filter.maxNanos !== undefined) conditions.push(`${duration} <= ${filter.maxNanos}ns`)
  if (ofSpan !== undefined) conditions.push(ofSpan)
  return conditions.length === 0 ? '{}' : `{ ${conditions.join(' && ')} }`
}

/**
 * TraceQL does not compare numbers with strings, and the flag does not give the type of the attribute: both are tried.
 * A comparison of different types is false, `!=` too.
 */
function comparison([key, value, operator = '=']: AttributeCondition): string {
  const field = attributeField(key)
  if (/^[<>]/.test(operator)) return `${field} ${operator} ${value}`
  // Before 2.7 Tempo looks for a part of the value (release notes).
  if (operator.includes('~')) return `${field} ${operator} ${traceqlString(`^(?:${value})$`)}`
  const text = `${field} ${operator} ${traceqlString(value)}`
  const bare = isNumber(value) || value === 'true' || value === 'false'
  // Tempo refuses to compare a field of text with anything else.
  return bare && textField(key) === undefined ? `(${text} || ${field} ${operator} ${value})` : text
}

/** TraceQL's field for the kind of a span: its values are keywords, which know no regular expressions. */
function ofKind(condition: AttributeCondition): string {
  const wrong = wrongKind(condition)
  if (wrong !== undefined) throw new Failure('usage', `--attr: ${wrong}`, { hint: THE_KINDS })
  const [, value, operator] = condition
  if (operator === '!=') return `kind != ${value}`
  const kinds = kindsOf(condition)
  const anyOf = kinds.map((kind) => `kind = ${kind}`).join(' || ')
  return kinds.length === 1 ? anyOf : `(${anyOf})`
}

/** Whether TraceQL reads the value as a number: a whole one of 64 bits, or a decimal one. */
function isNumber(value: string): boolean {
  // The sign is an operator of its own, so the least number of 64 bits cannot be written.
  if (/^-?(0|[1-9]\d{0,18})$/.test(value)) return BigInt(value.replace('-', '')) < 1n << 63n
  return /^-?(0|[1-9]\d{0,14})\.\d+$/.test(value)
}

/** `span.` and `resource.` say where to look; without, Tempo looks in both. */
export function attributeField(key: string): string {
  if (textField(key) !== undefined) return key
  const { scope = '', bare } = splitScope(key)
  return `${scope}.${quotedName(bare)}`
}

/** The name of an attribute, in quotes where signs of TraceQL or blanks in it would end it (Tempo's lexer: `isAttributeRune`). */
export const quotedName = (bare: string): string =>
  /^[A-Za-z_][\w./\\-]*$/.test(bare) ? bare : traceqlString(bare)

function traceqlString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** A comment of TraceQL ends with its line. */
const COMMENTS = /\/\/.*/g

/** A query that continues: on a line of its own, where the query may end in a comment. */
export const extendedQuery = (query: string, rest: string): string =>
  query.includes('//') ? `${query}\n${rest}` : `${query} ${rest}`

/** A query without what its strings and comments hold, which may look like a part of it. */
const bareQuery = (query: string): string =>
  query.replaceAll(new RegExp(`${STRINGS.source}|${COMMENTS.source}`, 'g'), (part) =>
    part.startsWith('//') ? '' : '""',
  )
