import { Failure } from '../../../errors.ts'
import type { Trace } from '../../model.ts'
import { answeredList } from '../list-in-answer.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import type { Backend, Capabilities, Send } from '../trace-source.ts'
import { answeredTraces } from '../traces-in-answer.ts'
import { searchJaeger } from './jaeger-search.ts'
import { askV3 } from './jaeger-v3.ts'

const CAPABILITIES: Capabilities = {
  trace: true,
  search: true,
  services: true,
  attributes: {
    why: 'its API lists services and operations only',
    instead:
      'See those of one trace: ls-auth trace get ID -o json. Profiles of Lightstep and Tempo can list them.',
  },
  query: {
    why: 'it has no query language for time series',
    instead: 'Ask the metrics store its spans are counted in. Profiles of Lightstep and Tempo can query.',
  },
}

/** Jaeger: the stable `/api/v3` first, the UI's `/api` where that is not there (v1, VictoriaTraces). */
export function jaegerBackend(base: URL, send: Send): Backend {
  return {
    name: 'Jaeger',
    capabilities: CAPABILITIES,
    async trace(reference) {
      const ids = traceIdsOf(reference, 'Jaeger')
      for (const id of ids) {
        const trace = await readTrace(send, id)
        if (trace) return trace
      }
      throw noSuchTrace(
        ids[0] as string,
        'Jaeger',
        'Check the id; the trace may have expired from its storage.',
      )
    },
    search: (filter, onPage) => searchJaeger(filter, send, onPage),
    services: () => services(send),
    link: (trace) => `${base.href.replace(/\/$/, '')}/trace/${trace.traceId}`,
  }
}

async function readTrace(send: Send, id: string): Promise<Trace | undefined> {
  const v3 = await askV3(send, { path: `/api/v3/traces/${id}` })
  if (v3?.status === 404) return undefined
  if (v3?.failure) throw v3.failure
  const answer = v3 ?? (await send({ path: `/api/traces/${id}` }))
  if (answer.status === 404) return undefined
  return traceAmong(answeredTraces(answer, 'Jaeger'), id, 'Jaeger')
}

async function services(send: Send): Promise<string[]> {
  const v3 = await askV3(send, { path: '/api/v3/services' })
  if (v3?.failure) throw v3.failure
  const answer = v3 ?? (await send({ path: '/api/services' }))
  if (answer.status === 404) {
    throw new Failure('api-failed', 'there is no Jaeger API at this address', {
      hint: 'Check that api is the base URL of Jaeger’s query service, with its base path.',
    })
  }
  const names = answeredList(answer.json(), ['services', 'data'], 'Jaeger')
  return names.filter((name): name is string => typeof name === 'string').sort()
}
