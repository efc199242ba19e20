import { tempo } from '../../../backends/tempo.ts'
import { Failure } from '../../../errors.ts'
import type { TraceReference } from '../../id.ts'
import type { Trace } from '../../model.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import type { ApiAnswer, BackendSource, Send } from '../trace-source.ts'
import { tracesInAnswer } from '../traces-in-answer.ts'
import { grafanaLink } from './grafana-link.ts'
import { tempoAttributes, tempoServices, tempoValues } from './tempo-attributes.ts'
import { queryTempo } from './tempo-metrics.ts'
import { searchTempo } from './tempo-search.ts'
import { plainText, tempoSend } from './tempo-send.ts'
import { traceOfSpan } from './tempo-span.ts'

/** The base URL of Tempo, and the tenant. */
export interface TempoSettings {
  /** Its base URL; behind Grafana that of the data-source proxy. */
  readonly base: URL
  /** `X-Scope-OrgID` of a multi-tenant Tempo; several are joined with `|`. */
  readonly tenant: string | undefined
}

/** Protobuf is 3.6 times faster to encode for the server, and smaller; a proxy may still answer with JSON. */
const ACCEPT = 'application/protobuf, application/json;q=0.5'
/** Tempo 3 leaves so much before now out of a search (seen on 3.0.3). */
const UNSEEN_MILLIS = 30_000
const UNSEEN = 'Tempo may leave out the last 30 seconds: a trace of just now is found a little later'
const EXPIRED = "Check the id; the trace may be older than Tempo's retention, or sampled out."

/** Grafana Tempo: v2 of the API, with a fallback to v1 (api_docs, and measured on 2.8.2). */
export function tempoSource(settings: TempoSettings, send: Send, now: () => number): BackendSource {
  const ask = tempoSend(settings.tenant, send)
  return {
    name: tempo.name,
    capabilities: tempo.capabilities,
    async trace(reference) {
      const readings = [reference, ...reference.alternatives]
      const ids = reference.kind === 'span' ? [] : traceIdsOf(reference, tempo.name)
      for (const id of ids) {
        const trace = await readTrace(ask, id)
        if (trace) return trace
      }
      for (const { kind, spanId } of readings) {
        if (kind === 'trace' || spanId === undefined) continue
        const id = await traceOfSpan(spanId, now(), ask)
        const trace = id === undefined ? undefined : await readTrace(ask, id)
        if (trace) return trace
      }
      throw noTrace(reference, ids[0])
    },
    async search(filter, onPage) {
      const result = await searchTempo(filter, ask, onPage)
      const isRecent = filter.toMillis > now() - UNSEEN_MILLIS
      return result.traces.length === 0 && isRecent ? { ...result, notes: [UNSEEN] } : result
    },
    services: () => tempoServices(ask),
    attributes: (range) => tempoAttributes(range, ask),
    attributeValues: (name, range) => tempoValues(name, range, ask),
    query: (query) => queryTempo(query, ask),
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

async function readTrace(ask: Send, id: string): Promise<Trace | undefined> {
  const v2 = await ask({ path: `/api/v2/traces/${id}`, accept: ACCEPT })
  if (v2.status !== 404) return traceIn(v2, id)
  const v1 = await ask({ path: `/api/traces/${id}`, accept: ACCEPT })
  if (v1.status !== 404) return traceIn(v1, id)
  if (isNoApi(v1)) throw noApi(v1)
  return undefined
}

/** A gateway, or another program with Tempo's API, may have no `/api/echo`. */
async function probe(ask: Send): Promise<void> {
  for (const path of ['/api/echo', '/api/v2/search/tags', '/api/search/tags']) {
    const answer = await ask({ path, accept: '*/*' })
    if (answer.status !== 404) return
    if (path === '/api/search/tags') throw noApi(answer)
  }
}

/** v2 answers 200 with an empty trace for a missing one; as protobuf that may be an empty body. */
function traceIn(answer: ApiAnswer, id: string): Trace | undefined {
  return answer.body.length === 0 ? undefined : traceAmong(tracesInAnswer(answer, tempo.name), id, tempo.name)
}

/** For a missing trace v1 answers 404 with an empty body; the 404 of a router or of Grafana's proxy has text. */
function isNoApi(answer: ApiAnswer): boolean {
  const says = plainText(answer)
  return /page not found|data ?source/i.test(says) || says.includes('"message":"Not found"')
}

function noApi(answer: ApiAnswer): Failure {
  const says = plainText(answer)
  const grafana = /data ?source/i.test(says)
  return new Failure(
    'not-found',
    grafana ? 'Grafana knows no such data source' : 'there is no Tempo at this address',
    {
      hint: grafana
        ? 'Check the uid in api: https://GRAFANA/api/datasources/proxy/uid/UID.'
        : 'Check that api is the base URL of Tempo, without /api at its end.',
    },
  )
}
