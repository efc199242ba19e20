import { Failure } from '../../errors.ts'
import { isObject, type JsonObject } from '../../json-object.ts'
import { splitScope, textField } from '../../trace/attributes.ts'
import { isoTime } from '../../trace/formats/span-times.ts'
import { groupBy } from '../../trace/group.ts'
import type { Trace } from '../../trace/model.ts'
import {
  FILTER_FLAGS,
  isOfWholeTrace,
  latestFirst,
  matchesTrace,
  type SearchResult,
  summariseTrace,
  type TraceFilter,
} from '../../trace/search.ts'
import type { TimeRange } from '../../trace/series.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import type { BackendApi, BackendSource, OnPage, Send } from '../trace-source.ts'
import { foreignList, listInAnswer, tracesInAnswer } from '../traces-in-answer.ts'
import { dash0 } from './dash0.ts'

/** `dataset`: that of the token's organization; its default one when absent. */
interface Dash0Settings {
  readonly base: URL
  readonly ui: URL | undefined
  readonly dataset: string | undefined
}

/** Dash0. */
function dash0Source(
  { base, ui, dataset }: Dash0Settings,
  plainSend: Send,
  now: () => number,
): BackendSource {
  const ask = async (path: string, asked: JsonObject, traceId?: string): Promise<Page> => {
    const body = JSON.stringify({ ...asked, ...(dataset !== undefined && { dataset }) })
    const answer = await plainSend({
      method: 'POST',
      path,
      body,
      ...(traceId !== undefined && { reads: () => traceId }),
    })
    if (answer.status === 404 && traceId === undefined)
      throw new Failure('api-failed', 'there is no Dash0 API at this address', {
        hint: 'Check that api is the base URL of the API, https://api.REGION.CLOUD.dash0.com.',
      })
    return { answer: answer.status === 404 ? {} : answer.json(), maxBytes: answer.maxBytes }
  }
  const lastDay = (): TimeRange => ({ fromMillis: now() - 24 * HOUR, toMillis: now() })
  return {
    name: dash0.name,
    capabilities: dash0.capabilities,
    servicesOfTime: true,
    async trace(reference) {
      for (const traceId of traceIdsOf(reference, dash0.name)) {
        const found = tracesIn([await ask('/api/trace/details', { traceId }, traceId)])
        const trace = traceAmong(found, traceId, dash0.name)
        if (trace) return trace
      }
      throw noSuchTrace(reference, dash0.name, 'Check the id and the dataset; the trace may have expired.')
    },
    search: (filter, onPage) => search(filter, ask, onPage),
    async services(range = lastDay()) {
      const sampling = { mode: 'adaptive', timeRange: timeRange(range) }
      const page = await ask('/api/spans', {
        timeRange: timeRange(range),
        sampling,
        pagination: { limit: MOST_SPANS },
      })
      return [...new Set(tracesIn([page]).flatMap(({ spans }) => spans.map(({ service }) => service)))].sort()
    },
    async probe() {
      await ask('/api/spans', { timeRange: timeRange(lastDay()), pagination: { limit: 1 } })
    },
    // The address that Dash0's own tools give for a trace.
    link({ traceId }) {
      const app = base.hostname.endsWith(`.${dash0.apiHost}`)
        ? new URL(`https://app.${dash0.apiHost}`)
        : undefined
      const page = ui ?? app
      if (page === undefined) return undefined
      const asked = new URLSearchParams({ ...(dataset !== undefined && { dataset }), trace_id: traceId })
      return `${page.href.replace(/\/$/, '')}/goto/traces/explorer?${asked}`
    },
  }
}

/** One answer, parsed: OTLP's `resourceSpans`, perhaps `resourceLogs`. */
interface Page {
  readonly answer: unknown
  readonly maxBytes: number
}

type Ask = (path: string, asked: JsonObject) => Promise<Page>

/** The API's own maximum for a page. */
const MOST_SPANS = 200
/** Pages of one question. */
const MOST_PAGES = 25
/** Traces whose spans are asked for at once. */
const AT_ONCE = 50
const HOUR = 3_600_000

const timeRange = ({ fromMillis, toMillis }: TimeRange) => ({
  from: isoTime(BigInt(Math.floor(fromMillis)) * 1_000_000n),
  to: isoTime(BigInt(Math.ceil(toMillis)) * 1_000_000n),
})

/** The traces of these pages. Records of logs stand among the events of their spans. */
function tracesIn(pages: readonly Page[]): Trace[] {
  const members = (name: string) => pages.flatMap(({ answer }) => listInAnswer(answer, [name], dash0.name))
  const resourceSpans = members('resourceSpans')
  if (resourceSpans.length === 0) return []
  const logs = members('resourceLogs')
  addLogs(resourceSpans, logs)
  const maxBytes = Math.max(...pages.map((page) => page.maxBytes))
  const traces = tracesInAnswer(
    { body: Buffer.from(JSON.stringify({ resourceSpans })), maxBytes },
    dash0.name,
  )
  if (traces.every(({ traceId }) => /^0*$/.test(traceId))) throw foreignList(dash0.name)
  return logs.length === 0 ? traces : traces.map((trace) => ({ ...trace, hasLogs: true }))
}

const objects = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? (value as unknown[]).filter(isObject) : []

function addLogs(resourceSpans: readonly unknown[], resourceLogs: readonly unknown[]): void {
  const logs = objects(resourceLogs).flatMap(({ scopeLogs }) =>
    objects(scopeLogs).flatMap(({ logRecords }) => objects(logRecords)),
  )
  const ofSpan = groupBy(logs, ({ spanId }) => spanId)
  for (const { scopeSpans } of objects(resourceSpans)) {
    for (const { spans } of objects(scopeSpans)) {
      for (const span of objects(spans)) {
        const own = ofSpan.get(span.spanId) ?? []
        if (own.length > 0) Object.assign(span, { events: [...objects(span.events), ...own.map(eventOf)] })
      }
    }
  }
}

/** A record with `EventName` (OpenTelemetry's logs) is an event, and keeps its text as an attribute: it may be content of a model. */
function eventOf({
  timeUnixNano,
  observedTimeUnixNano,
  severityText,
  eventName,
  body,
  attributes,
}: JsonObject): JsonObject {
  const own = objects(attributes)
  const inList = own.find(({ key }) => key === 'event.name')?.value
  const named = eventName ?? (isObject(inList) ? inList.stringValue : undefined)
  const isNamed = typeof named === 'string' && named !== ''
  const text = isObject(body) && typeof body.stringValue === 'string' ? body.stringValue : 'log'
  const severity =
    typeof severityText === 'string' ? [{ key: 'log.severity', value: { stringValue: severityText } }] : []
  return {
    timeUnixNano: timeUnixNano ?? observedTimeUnixNano,
    name: isNamed ? named : text,
    ...(!isNamed && { isLog: true }),
    attributes: [...severity, ...own, ...(isNamed && isObject(body) ? [{ key: 'body', value: body }] : [])],
  }
}

/** The spans of a question, page by page, until `isEnough`. `isCut`: there may be more. */
async function pagesOf(ask: Ask, asked: JsonObject, isEnough: (pages: readonly Page[]) => boolean) {
  const pages: Page[] = []
  const ordering = [{ key: 'otel.span.start_time', direction: 'descending' }]
  const common = { ...asked, ordering, sampling: { mode: 'disabled' } }
  let cursor: unknown
  do {
    const pagination = { limit: MOST_SPANS, ...(cursor !== undefined && { cursor }) }
    const page = await ask('/api/spans', { ...common, pagination })
    pages.push(page)
    const next =
      isObject(page.answer) && isObject(page.answer.cursors) ? page.answer.cursors.after : undefined
    // The same cursor again would never end.
    cursor = typeof next === 'string' && next !== '' && next !== cursor ? next : undefined
  } while (cursor !== undefined && pages.length < MOST_PAGES && !isEnough(pages))
  return { pages, isCut: cursor !== undefined }
}

/** Finds spans, newest first, then reads their traces whole; those that do not fit after all are dropped. */
async function search(filter: TraceFilter, ask: Ask, onPage?: OnPage): Promise<SearchResult> {
  const filters = filtersOf(filter)
  const range = timeRange(filter)
  const idsIn = (pages: readonly Page[]) => [...new Set(tracesIn(pages).map(({ traceId }) => traceId))]
  const isEnough = (pages: readonly Page[]) => !hasDuration(filter) && idsIn(pages).length >= filter.limit
  const matching = await pagesOf(ask, { timeRange: range, filter: filters }, isEnough)
  const ids = idsIn(matching.pages)
  // Those that have no limit of time are the first of the newest; else all that the pages hold are compared.
  const wanted = hasDuration(filter) ? ids : ids.slice(0, filter.limit)
  const wider = { fromMillis: filter.fromMillis - HOUR, toMillis: filter.toMillis + HOUR }
  const fit = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const values = wanted.slice(at, at + AT_ONCE)
    const whole = await pagesOf(
      ask,
      { timeRange: timeRange(wider), filter: [{ key: 'otel.trace.id', operator: 'is_one_of', values }] },
      () => false,
    )
    for (const trace of tracesIn(whole.pages)) {
      const summary = summariseTrace(trace)
      if (matchesTrace(trace, summary, unscoped(filter)))
        fit.push(whole.isCut ? withoutCounts(summary) : summary)
    }
  }
  const traces = latestFirst(fit).slice(0, filter.limit)
  await onPage?.(traces)
  return {
    traces,
    truncated: matching.isCut || fit.length > traces.length || ids.length > wanted.length,
    asked: JSON.stringify(filters),
    ...(matching.isCut && hasDuration(filter) && { notes: [DURATIONS] }),
  }
}

const DURATIONS = `ls-auth compared durations in the newest ${MOST_PAGES * MOST_SPANS} spans. For older ones use --from and --to`

/** Of a part of the spans, counts would be wrong. */
const withoutCounts = ({ spans: _, errors: __, ...rest }: ReturnType<typeof summariseTrace>) => rest

/** Which unit `otel.span.duration` is compared in is not documented, so durations are compared here. */
const hasDuration = (filter: TraceFilter): boolean =>
  isOfWholeTrace(filter) || filter.minNanos !== undefined || filter.maxNanos !== undefined

/** Dash0 looks for an attribute in span and resource alike. */
const unscoped = (filter: TraceFilter): TraceFilter => ({
  ...filter,
  attributes: filter.attributes.map(([key, ...rest]) => [splitScope(key).bare, ...rest] as const),
})

const OPERATORS = {
  '=': 'is',
  '!=': 'is_not',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '=~': 'matches',
  '!~': 'does_not_match',
}

/** Failure `cannot-do` for what isn't an attribute, and for a query: Dash0 has none. */
function filtersOf({ service, name, errors, attributes, query }: TraceFilter): JsonObject[] {
  if (query !== undefined)
    throw new Failure('cannot-do', 'Dash0 has no query language for spans', { hint: `Use ${FILTER_FLAGS}.` })
  const [field] = attributes.find(([key]) => textField(key) !== undefined) ?? []
  if (field !== undefined)
    throw new Failure('cannot-do', `Dash0 does not search by ${field}, which is not an attribute`, {
      hint: 'Drop it. trace get supports it, for the spans of one trace.',
    })
  const is = (key: string, value: string | undefined) =>
    value === undefined ? [] : [{ key, operator: 'is', value }]
  return [
    ...is('service.name', service),
    ...is('otel.span.name', name),
    ...is('otel.span.status.code', errors ? 'ERROR' : undefined),
    ...attributes.map(([key, value, operator = '=']) => ({
      key: splitScope(key).bare,
      operator: OPERATORS[operator],
      value,
    })),
  ]
}

export const dash0Api: BackendApi = {
  open: ({ base, ui, place, send, now }) => dash0Source({ base, ui, dataset: place.dataset }, send, now),
}
