import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { SPAN_KIND, splitScope } from '../../trace/attributes.ts'
import {
  FILTER_FLAGS,
  isOfWholeTrace,
  latestFirst,
  matchesTrace,
  type SearchResult,
  summariseTrace,
  type TraceFilter,
} from '../../trace/search.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import {
  type BackendApi,
  type BackendSource,
  NO_JSON,
  type OnPage,
  pageBase,
  type Send,
} from '../trace-source.ts'
import { requireEqualAttributes, tracesInAnswer } from '../traces-in-answer.ts'
import { zipkin } from './zipkin.ts'

/** Zipkin's server, by v2 of its API. */
function zipkinSource(base: URL, send: Send, ui = pageBase(base)): BackendSource {
  const services = () => zipkinServices(send)
  return {
    name: zipkin.name,
    capabilities: zipkin.capabilities,
    async trace(reference) {
      for (const id of traceIdsOf(reference, zipkin.name)) {
        const answer = await send({ path: `/api/v2/trace/${id}` })
        if (answer.status === 404) continue
        const trace = traceAmong(tracesInAnswer(answer, zipkin.name), id, zipkin.name)
        if (trace) return trace
      }
      // Any server answers 404 to a path that it does not know.
      await services()
      throw noSuchTrace(reference, zipkin.name, 'Check the id; the trace may have expired from its storage.')
    },
    search: (filter, onPage) => search(filter, send, onPage),
    services,
    async probe() {
      await services()
    },
    link: ({ traceId }) => ui && `${ui.href.replace(/(?:\/zipkin)?\/?$/, '')}/zipkin/traces/${traceId}`,
  }
}

async function zipkinServices(send: Send): Promise<string[]> {
  const answer = await send({ path: '/api/v2/services' })
  const names = answer.status === 404 ? undefined : answer.json()
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names.sort()
  throw new Failure('api-failed', 'there is no Zipkin API at this address', {
    hint: 'Check that api is the base URL of Zipkin, without /zipkin and /api/v2.',
  })
}

/** Zipkin compares spans; for durations of whole traces ls-auth compares so many traces itself. */
const COMPARED = 1000

/** Zipkin finds traces in which each condition holds of some span. Those where no span meets all of them are dropped here. */
async function search(given: TraceFilter, send: Send, onPage?: OnPage): Promise<SearchResult> {
  if (given.query !== undefined)
    throw new Failure('cannot-do', 'Zipkin has no query language', { hint: `Use ${FILTER_FLAGS}.` })
  requireEqualAttributes(given, zipkin.name)
  const filter = inItsWords(given)
  const depth = isOfWholeTrace(filter) ? Math.max(filter.limit, COMPARED) : filter.limit
  const query = queryOf(filter, depth)
  const answer = await send({ path: '/api/v2/traces', query })
  if (answer.status === 404) await zipkinServices(send)
  const found = tracesInAnswer(answer, zipkin.name)
  const fit = found.flatMap((trace) => {
    const summary = summariseTrace(trace)
    return matchesTrace(trace, summary, filter) ? [summary] : []
  })
  const traces = latestFirst(fit).slice(0, filter.limit)
  // One page: the API has no cursor.
  await onPage?.(traces)
  const isCut = found.length >= depth
  const dropped = found.length - fit.length
  return {
    traces,
    truncated: isCut || fit.length > traces.length,
    asked: new URLSearchParams(query).toString(),
    ...(isCut && dropped > 0 && { notes: [note(found.length, dropped)] }),
  }
}

const note = (found: number, dropped: number): string =>
  `of the ${found} traces that Zipkin returned, ${dropped} did not fit. For others use a shorter time with --from and --to`

/** Service and span names are lower case in Zipkin, and attributes have no scope. */
function inItsWords(filter: TraceFilter): TraceFilter {
  const { service, name, attributes } = filter
  return {
    ...filter,
    ...(service !== undefined && { service: service.toLowerCase() }),
    ...(name !== undefined && { name: name.toLowerCase() }),
    attributes: attributes.map(([key, ...rest]) =>
      key === SPAN_KIND ? ([key, ...rest] as const) : ([splitScope(key).bare, ...rest] as const),
    ),
  }
}

/** The parameters of `/api/v2/traces` (`QueryRequest.java`): times in milliseconds, durations in microseconds. */
function queryOf(filter: TraceFilter, limit: number): Record<string, string> {
  const { service, name, minNanos = 0, maxNanos, fromMillis, toMillis } = filter
  const conditions = conditionsOf(filter)
  const ofSpans = !isOfWholeTrace(filter) && (minNanos > 0 || maxNanos !== undefined)
  const endTs = Math.ceil(toMillis)
  return {
    ...(service !== undefined && { serviceName: service }),
    ...(name !== undefined && { spanName: name }),
    ...(conditions.length > 0 && { annotationQuery: conditions.join(' and ') }),
    // A maximum is only taken beside a minimum, which is at least one.
    ...(ofSpans && { minDuration: String(Math.max(1, Math.floor(minNanos / 1000))) }),
    ...(ofSpans &&
      maxNanos !== undefined && { maxDuration: String(Math.max(1, Math.ceil(maxNanos / 1000))) }),
    endTs: String(endTs),
    lookback: String(Math.max(1, endTs - Math.floor(fromMillis))),
    limit: String(limit),
  }
}

/** `error and http.method=GET`; the kind isn't a tag, and is compared here. Failure `cannot-do` for what that form cannot hold. */
function conditionsOf({ attributes, errors }: TraceFilter): string[] {
  const tags = attributes.filter(([key]) => key !== SPAN_KIND)
  for (const [key, value] of tags)
    if (key.includes('=') || value === '' || / and /.test(`${key} ${value}`))
      throw new Failure('cannot-do', `Zipkin cannot search for ${safeText(`${key}=${value}`, 60)}`, {
        hint: 'Drop the condition. Zipkin takes no empty value and no " and " in a value.',
      })
  return [...tags.map(([key, value]) => `${key}=${value}`), ...(errors ? ['error'] : [])]
}

export const zipkinApi: BackendApi = {
  open: ({ base, ui, send }) => zipkinSource(base, send, ui),
  gatewayProbe: () => ({
    reads: ['/api/v2/services'],
    // Stores spans. The body is none, so there is nothing to store.
    write: { method: 'POST', path: '/api/v2/spans', body: NO_JSON },
  }),
}
