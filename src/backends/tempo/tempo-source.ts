import { Failure } from '../../errors.ts'
import { isObject, jsonObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'
import {
  type AttributeName,
  type AttributeValues,
  byName,
  byValue,
  SPAN_KIND,
} from '../../trace/attributes.ts'
import { textOrNumber } from '../../trace/formats/foreign-json.ts'
import type { TraceReference } from '../../trace/id.ts'
import type { Trace } from '../../trace/model.ts'
import type { SearchResult, TraceFilter } from '../../trace/search.ts'
import type { TimeRange } from '../../trace/series.ts'
import { gatewaySeen } from '../gateways.ts'
import { noSuchTrace, traceIdsOf } from '../trace-ids.ts'
import {
  type ApiAnswer,
  type BackendApi,
  type BackendSource,
  NO_JSON,
  type OnPage,
  pageBase,
  type Send,
} from '../trace-source.ts'
import { addressCheck, listInAnswer } from '../traces-in-answer.ts'
import { tempo } from './tempo.ts'
import { compareInTempo } from './tempo-compare.ts'
import { queryTempo } from './tempo-metrics.ts'
import { errorDetail, noSuchPath, noTempo, startAndEnd, tempoReader, tempoSend } from './tempo-reader.ts'
import { attributeField, quotedName, readSummaries, searchTempo } from './tempo-search.ts'

export interface TempoSettings {
  /** Its base URL; behind Grafana that of the data-source proxy. */
  readonly base: URL
  /** That of Grafana, where the profile says it. */
  readonly ui?: URL | undefined
  /** `X-Scope-OrgID` of a multi-tenant Tempo; several are joined with `|`. */
  readonly tenant: string | undefined
}

/** Tempo 3 leaves so much before now out of a search (seen on 3.0.3). */
const UNSEEN_MILLIS = 30_000
const UNSEEN = 'Tempo may miss the last 30 seconds; try very recent traces again a little later'
/** Tempo gave as many as it gives, and none of them is left. */
const OUTSIDE =
  'Tempo rounds times to seconds, and its traces were outside of this time; try times in whole seconds'
const EXPIRED = "Check the id; the trace may be older than Tempo's retention, or sampled out."

/** Grafana Tempo: v2 of the API, with a fallback to v1 (api_docs, and measured on 2.8.2). */
function tempoSource(settings: TempoSettings, send: Send, now: () => number): BackendSource {
  const withTenant = tempoSend(settings.tenant, send)
  const { send: ask, check } = addressCheck(withTenant, isTempo, noTempo)
  const orNoTempo = <T>(work: Promise<T>): Promise<T> =>
    work.catch(async (error) => {
      await check()
      throw error
    })
  const { filters = false } = gatewaySeen(settings.base) ?? {}
  const readTrace = tempoReader(ask, filters)
  return {
    name: tempo.name,
    capabilities: tempo.capabilities,
    trace: (reference) => orNoTempo(read(reference)),
    search: (filter, onPage) => orNoTempo(search(filter, onPage)),
    services: (range = lastHour(now())) => orNoTempo(tempoServices(ask, range)),
    servicesOfTime: true,
    attributes: (range) => orNoTempo(tempoAttributes(range, ask)),
    attributeValues: (name, range) => orNoTempo(tempoValues(name, range, ask)),
    query: (query) => orNoTempo(queryTempo(query, ask)),
    async compare(population, selected) {
      return orNoTempo(compareInTempo(population, selected, ask))
    },
    async probe() {
      if (!(await isTempo(ask))) throw noTempo()
    },
    link: (trace) => grafanaLink(settings, trace),
  }

  async function read(reference: TraceReference): Promise<Trace> {
    const readings = [reference, ...reference.alternatives]
    const ids = reference.kind === 'span' ? [] : traceIdsOf(reference, tempo.name)
    for (const id of ids) {
      const trace = await readTrace(id)
      if (trace) return trace
    }
    for (const { kind, spanId } of readings) {
      if (kind === 'trace' || spanId === undefined) continue
      const id = await traceOfSpan(spanId, now(), ask)
      const trace = id === undefined ? undefined : await readTrace(id)
      if (trace) return trace
    }
    throw noTrace(reference, ids[0])
  }

  async function search(filter: TraceFilter, onPage: OnPage | undefined): Promise<SearchResult> {
    // What began since the search did is welcome.
    const toMillis =
      filter.toMillis > now() - 1000 ? Math.ceil(filter.toMillis / 1000) * 1000 : filter.toMillis
    const result = await searchTempo({ ...filter, toMillis }, ask, onPage)
    if (result.traces.length > 0) return result
    if (result.truncated) return { ...result, notes: [OUTSIDE] }
    return filter.toMillis > now() - UNSEEN_MILLIS ? { ...result, notes: [UNSEEN] } : result
  }
}

const lastHour = (toMillis: number) => ({ fromMillis: toMillis - 3_600_000, toMillis })

function noTrace(reference: TraceReference, traceId: string | undefined): Failure {
  const { kind, spanId = '' } = reference
  if (kind === 'trace') return noSuchTrace(reference, tempo.name, EXPIRED)
  if (/^00/.test(spanId))
    return new Failure('not-found', 'Tempo does not find a span whose id begins with 00', {
      hint: 'Use the trace id (32 digits). This is a bug in Tempo. The span may exist.',
    })
  return new Failure('not-found', `Tempo has no trace ${traceId ?? `with the span ${spanId}`}`, {
    hint: "ls-auth searched the last 24 hours. Use the trace id (32 digits) for an older span, within Tempo's retention.",
  })
}

/**
 * Whether Tempo's API is here, by a path of it that answers. A gateway, or another program with that API, may have no
 * `/api/echo`, or keep it closed.
 */
async function isTempo(ask: Send): Promise<boolean> {
  for (const path of ['/api/echo', '/api/v2/search/tags', '/api/search/tags']) {
    const answer = await ask({ path, accept: '*/*', answers: [403] })
    if (answer.status === 403) await probeServices(ask, answer)
    if (answer.status === 404) continue
    // Any server may answer these paths, such as with the same JSON everywhere.
    const text = Buffer.from(answer.body).toString('utf8')
    if (answer.status === 403 || text.trim() === 'echo') return true
    const { scopes, tagNames } = jsonObject(text) ?? {}
    if (Array.isArray(scopes) || Array.isArray(tagNames)) return true
  }
  return false
}

/** A route that is closed to everybody has an empty answer (observatorium/api); if it is closed to a person, it has a reason. */
async function probeServices(ask: Send, { body, headers, failure }: ApiAnswer): Promise<void> {
  if (body.length > 0 || headers['www-authenticate'] !== undefined) throw failure
  await tempoServices(ask)
}

/** Minutes shown around a trace: Explore wants a window and finds nothing outside it. */
const MARGIN_MILLIS = 5 * 60_000

/**
 * The page of a trace in Grafana Explore (Tempo has no UI of its own). Grafana's data-source proxy has the uid in its address; of
 * another API it is `tempo`, as in Grafana's own examples.
 */
function grafanaLink({ base, ui }: TempoSettings, trace: Trace): string | undefined {
  const [, below, uid = 'tempo'] =
    /^(.*)\/api\/datasources\/proxy\/uid\/([\w-]+)\/?$/.exec(base.pathname) ?? []
  const page = ui ?? pageBase(base)
  const prefix = ui?.pathname.replace(/\/$/, '') ?? below
  if (page === undefined || prefix === undefined) return undefined
  const millis = Number(earliest(trace) / 1_000_000n)
  const panes = {
    a: {
      datasource: uid,
      queries: [
        {
          refId: 'A',
          datasource: { type: 'tempo', uid },
          queryType: 'traceql',
          query: trace.traceId,
        },
      ],
      range: { from: String(millis - MARGIN_MILLIS), to: String(millis + MARGIN_MILLIS) },
    },
  }
  const link = new URL(`${prefix}/explore`, page.origin)
  link.searchParams.set('schemaVersion', '1')
  link.searchParams.set('panes', JSON.stringify(panes))
  return link.href
}

function earliest(trace: Trace): bigint {
  let first: bigint | undefined
  for (const { startNanos } of trace.spans) {
    if (startNanos > 0n && (first === undefined || startNanos < first)) first = startNanos
  }
  return first ?? 0n
}

/** How far back a span is looked for by its id: Tempo reads every block of this time. */
const SPAN_MILLIS = 24 * 3_600_000

/** The id of the trace that holds a span. Undefined also for a Tempo before 2.6, which does not know `span:id`. */
async function traceOfSpan(spanId: string, nowMillis: number, ask: Send): Promise<string | undefined> {
  const range = { fromMillis: nowMillis - SPAN_MILLIS, toMillis: nowMillis }
  const q = `{ span:id = "${spanId}" }`
  const query = { q, ...startAndEnd(range.fromMillis, range.toMillis), limit: '1', spss: '1' }
  const answer = await ask({ path: '/api/search', query, answers: [400] })
  return answer.status === 400 || answer.status === 404 ? undefined : readSummaries(answer)[0]?.traceId
}

/** Scopes of TraceQL that hold its own fields (`trace:duration`), or look at another span (`parent.x`). */
const MORE_SCOPES = /^((span|resource|event|link|instrumentation|trace|parent):|(trace|parent)\.)/
/** Intrinsic fields of TraceQL, which stand without a dot (docs: traceql, intrinsic fields). */
const INTRINSICS = new Set([
  ...['duration', 'kind', 'name', 'rootName', 'rootServiceName', 'status', 'statusMessage', 'traceDuration'],
])

/** `GET /api/v2/search/tags`. */
async function tempoAttributes(range: TimeRange, ask: Send): Promise<AttributeName[]> {
  const query = startAndEnd(range.fromMillis, range.toMillis)
  const answer = await ask({ path: '/api/v2/search/tags', query })
  if (answer.status === 404) throw noSuchPath('does not list attributes')
  const scopes = listInAnswer(answer.json(), ['scopes'], 'Tempo').filter(isObject)
  return byName(scopes.flatMap((scope) => namesOf(textOrNumber(scope.name) ?? '', scope.tags)))
}

const scopeOf = (name: string) =>
  INTRINSICS.has(name) || /^[a-z]+:/.test(name) ? { scope: 'intrinsic' } : {}

function namesOf(scope: string, tags: unknown): AttributeName[] {
  const names = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : []
  return names.map((name) => ({
    name: scope === 'intrinsic' || scope === '' ? name : `${scope}.${quotedName(name)}`,
    scope,
  }))
}

/** `GET /api/v2/search/tag/…/values`, with the types. */
async function tempoValues(asked: string, range: TimeRange, ask: Send): Promise<AttributeValues> {
  const name = traceqlName(asked)
  const values = byValue(await valuesOf(name, startAndEnd(range.fromMillis, range.toMillis), ask))
  if (values.length > 0) return { name, values, ...scopeOf(name) }
  throw new Failure('not-found', `Tempo lists no values of ${safeText(asked, 80)} in this time`, {
    hint: 'See ls-auth attributes for the names, or look further back with --since.',
  })
}

/** Names of services; without a time range Tempo looks at what its ingesters hold only, about the last minutes. */
async function tempoServices(ask: Send, range?: TimeRange): Promise<string[]> {
  const query = range === undefined ? {} : startAndEnd(range.fromMillis, range.toMillis)
  const values = await valuesOf('resource.service.name', query, ask)
  return [...new Set(values.map(({ value }) => value))].sort()
}

/** A slash in a name is encoded within the path (`%2F`), which many gateways and Tempo before 2026 refuse (grafana/tempo#6212). */
async function valuesOf(name: string, query: Readonly<Record<string, string>>, ask: Send) {
  const path = `/api/v2/search/tag/${encodeURIComponent(name)}/values`
  const answer = await ask({ path, query, answers: /[/\\]/.test(name) ? [400, 404] : [400] })
  if (answer.status !== 200) {
    throw new Failure('usage', `Tempo does not take "${safeText(name, 80)}" as an attribute`, {
      hint: [answer.tokenHint, 'See: ls-auth attributes'].filter(Boolean).join(' '),
      detail: errorDetail(answer),
    })
  }
  return listInAnswer(answer.json(), ['tagValues'], 'Tempo').flatMap((item) => {
    const value = textOrNumber(isObject(item) ? item.value : item)
    const type = isObject(item) ? textOrNumber(item.type) : undefined
    return value === undefined ? [] : [{ value, ...(type !== undefined && { type }) }]
  })
}

/** A name as TraceQL writes it: with a scope, as an intrinsic, or with a dot, which looks in spans and resources. */
function traceqlName(name: string): string {
  if (name === SPAN_KIND) return 'kind'
  return MORE_SCOPES.test(name) || INTRINSICS.has(name) ? name : attributeField(name)
}

export const tempoApi: BackendApi = {
  open: ({ base, ui, place, send, now }) => tempoSource({ base, ui, tenant: place.tenant }, send, now),
  gatewayProbe: () => ({
    // Where observatorium/api filters by namespace, it closes all routes but the values to everybody.
    reads: [
      '/api/v2/search/tags',
      '/api/search/tags',
      '/api/v2/search/tag/resource.service.name/values',
      '/api/echo',
    ],
    // Sets the limits of a tenant. The body isn't JSON, and If-Match is missing, so the request changes nothing.
    write: { method: 'POST', path: '/api/overrides', body: NO_JSON },
    tenants: { header: tempo.tenantHeader, namesIn: tagsIn },
  }),
}

/** The scope of Tempo's own names, which exist without any data. */
const BUILT_IN = 'intrinsic'

/** Of either version of Tempo's API, or the values of one. Lists without items are left out there or null, but for the count of what was read. */
function tagsIn(body: Buffer): readonly string[] | undefined {
  const { scopes, tagNames, tagValues, ...rest } = jsonObject(body) ?? { none: true }
  if (Array.isArray(tagValues)) return tagValues.map((one) => JSON.stringify(one))
  if (scopes === undefined && tagNames === undefined)
    return Object.keys(rest).every((member) => member === 'metrics') ? [] : undefined
  if (scopes === undefined || scopes === null) {
    const names = tagNames ?? []
    return Array.isArray(names) ? names.map(String) : undefined
  }
  const lists = Array.isArray(scopes) ? scopes.map(tagsOfScope) : [undefined]
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

/** With the scope in front: `span.host`. */
function tagsOfScope(scope: unknown): readonly string[] | undefined {
  if (!isObject(scope)) return undefined
  const { name } = scope
  const tags = scope.tags ?? []
  if (!Array.isArray(tags)) return undefined
  return name === BUILT_IN ? [] : tags.map((tag) => `${name}.${tag}`)
}
