import { gatewaySeen } from '../../../backends/gateways/known.ts'
import { tempo } from '../../../backends/tempo.ts'
import { Failure } from '../../../errors.ts'
import type { TraceReference } from '../../id.ts'
import { noSuchTrace, traceIdsOf } from '../trace-ids.ts'
import type { ApiAnswer, BackendSource, Send } from '../trace-source.ts'
import { grafanaLink } from './grafana-link.ts'
import { tempoAttributes, tempoServices, tempoValues } from './tempo-attributes.ts'
import { comparisonOfQuery } from './tempo-comparison.ts'
import { queryTempo } from './tempo-metrics.ts'
import { noApi, tempoReader } from './tempo-reader.ts'
import { searchTempo } from './tempo-search.ts'
import { tempoSend } from './tempo-send.ts'
import { traceOfSpan } from './tempo-span.ts'

/** The base URL of Tempo, and the tenant. */
export interface TempoSettings {
  /** Its base URL; behind Grafana that of the data-source proxy. */
  readonly base: URL
  /** `X-Scope-OrgID` of a multi-tenant Tempo; several are joined with `|`. */
  readonly tenant: string | undefined
}

/** Tempo 3 leaves so much before now out of a search (seen on 3.0.3). */
const UNSEEN_MILLIS = 30_000
const UNSEEN = 'Tempo may leave out the last 30 seconds: a trace of just now is found a little later'
const EXPIRED = "Check the id; the trace may be older than Tempo's retention, or sampled out."

/** Grafana Tempo: v2 of the API, with a fallback to v1 (api_docs, and measured on 2.8.2). */
export function tempoSource(settings: TempoSettings, send: Send, now: () => number): BackendSource {
  const ask = tempoSend(settings.tenant, send)
  const { filters = false } = gatewaySeen(settings.base) ?? {}
  const readTrace = tempoReader(ask, filters)
  const hint = { isRefused: false }
  return {
    name: tempo.name,
    capabilities: tempo.capabilities,
    async trace(reference) {
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
    },
    async search(filter, onPage) {
      const result = await searchTempo(filter, ask, onPage, hint)
      const isRecent = filter.toMillis > now() - UNSEEN_MILLIS
      return result.traces.length === 0 && isRecent ? { ...result, notes: [UNSEEN] } : result
    },
    services: () => tempoServices(ask),
    attributes: (range) => tempoAttributes(range, ask),
    attributeValues: (name, range) => tempoValues(name, range, ask),
    async query(query) {
      const result = await queryTempo(query, ask)
      const comparison = comparisonOfQuery(query.text, result.series)
      return comparison === undefined ? result : { ...result, comparison }
    },
    async compare(population, selected) {
      const { compareInTempo } = await import('./tempo-compare.ts')
      return compareInTempo(population, selected, ask)
    },
    probe: () => probe(ask),
    link: (trace) => grafanaLink(settings.base, trace),
  }
}

function noTrace({ kind, spanId = '' }: TraceReference, traceId: string | undefined): Failure {
  if (kind === 'trace') return noSuchTrace(traceId ?? '', tempo.name, EXPIRED)
  return new Failure('not-found', `Tempo has no trace ${traceId ?? `with the span ${spanId}`}`, {
    hint: "Spans were looked for in the last 24 hours. The trace id (32 digits) finds an older one, until Tempo's retention ends.",
  })
}

/** A gateway, or another program with Tempo's API, may have no `/api/echo`, or keep it closed. */
async function probe(ask: Send): Promise<void> {
  for (const path of ['/api/echo', '/api/v2/search/tags', '/api/search/tags']) {
    const answer = await ask({ path, accept: '*/*', answers: [403] })
    if (answer.status === 403) return probeServices(ask, answer)
    if (answer.status !== 404) return
    if (path === '/api/search/tags') throw noApi()
  }
}

/** A route that is closed to everybody says nothing (observatorium/api); one that is closed to a person gives a reason. */
async function probeServices(ask: Send, { body, headers, failure }: ApiAnswer): Promise<void> {
  if (body.length > 0 || headers['www-authenticate'] !== undefined) throw failure
  await tempoServices(ask)
}
