import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { isObject } from '../formats/loose.ts'
import { readTraces } from '../formats/sniff.ts'
import type { Trace } from '../model.ts'
import { answeredList } from './answered-list.ts'
import type { ApiAnswer, ApiRequest, Backend, Send } from './backend.ts'
import { grafanaLink } from './grafana-link.ts'
import { searchTempo } from './tempo-search.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from './trace-ids.ts'

/** Where Tempo is and as whom it is asked. */
export interface TempoSettings {
  /** Its base URL; behind Grafana that of the data-source proxy. */
  readonly base: URL
  /** `X-Scope-OrgID` of a multi-tenant Tempo; several are joined with `|`. */
  readonly tenant: string | undefined
}

/** Protobuf is 3.6 times faster to make for the server and smaller; a proxy may still answer with JSON. */
const ACCEPT = 'application/protobuf, application/json;q=0.5'
const EXPIRED = 'Check the id; the trace may be older than Tempo’s retention, or sampled out.'

/** Grafana Tempo: v2 of the API first, v1 where that is not there (api_docs, and measured on 2.8.2). */
export function tempoBackend(settings: TempoSettings, send: Send): Backend {
  const ask = tenantSend(settings, send)
  return {
    name: 'Tempo',
    async trace(reference) {
      const ids = traceIdsOf(reference, 'Tempo')
      for (const id of ids) {
        const trace = await readTrace(ask, id)
        if (trace) return trace
      }
      throw noSuchTrace(ids[0] as string, 'Tempo', EXPIRED)
    },
    search: (filter) => searchTempo(filter, ask),
    services: () => services(ask),
    link: (trace) => grafanaLink(settings.base, trace),
  }
}

/** Adds the tenant, and turns what Tempo says in plain text into what to do about it. */
function tenantSend({ tenant }: TempoSettings, send: Send): Send {
  return async (request: ApiRequest) => {
    const headers = tenant === undefined ? {} : { 'x-scope-orgid': tenant }
    const answers = [...(request.answers ?? []), 401, 500]
    const answer = await send({ ...request, headers: { ...request.headers, ...headers }, answers })
    const says = plainText(answer)
    if (answer.status === 401 && /no org id/i.test(says)) throw noTenant()
    if (answer.status === 500 && /larger than the max/i.test(says)) throw tooLarge(says)
    if (answer.failure && !request.answers?.includes(answer.status)) throw answer.failure
    return answer
  }
}

function plainText(answer: ApiAnswer): string {
  return answer.status >= 400 ? Buffer.from(answer.body.subarray(0, 1000)).toString('utf8').trim() : ''
}

function noTenant(): Failure {
  return new Failure('settings', 'this Tempo serves several tenants and was not told which one', {
    hint: 'Set tenant in the profile (it is sent as X-Scope-OrgID).',
  })
}

function tooLarge(says: string): Failure {
  return new Failure('api-failed', 'the trace is larger than Tempo sends', {
    hint: 'Ask whoever runs Tempo to raise the gRPC message size limits of its querier and query frontend.',
    detail: [safeText(says, 300)],
  })
}

async function readTrace(ask: Send, id: string): Promise<Trace | undefined> {
  const v2 = await ask({ path: `/api/v2/traces/${id}`, accept: ACCEPT })
  if (v2.status !== 404) return traceIn(v2, id)
  const v1 = await ask({ path: `/api/traces/${id}`, accept: ACCEPT })
  return v1.status === 404 ? undefined : traceIn(v1, id)
}

/** v2 answers 200 with an empty trace for one it does not have; as protobuf that may be no byte at all. */
function traceIn(answer: ApiAnswer, id: string): Trace | undefined {
  return answer.body.length === 0 ? undefined : traceAmong(readTraces(answer.body), id)
}

async function services(ask: Send): Promise<string[]> {
  const v2 = await ask({ path: '/api/v2/search/tag/resource.service.name/values' })
  const answer = v2.status === 404 ? await ask({ path: '/api/search/tag/service.name/values' }) : v2
  if (answer.status === 404) {
    throw new Failure('api-failed', 'this Tempo does not list the values of tags', {
      hint: 'Check that api is the base URL of Tempo, without /api at its end.',
    })
  }
  const values = answeredList(answer.json(), ['tagValues'], 'Tempo')
  const names = values.map((value) => (isObject(value) ? value.value : value))
  return names.filter((name): name is string => typeof name === 'string').sort()
}
