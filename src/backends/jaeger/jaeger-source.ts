import { brokeOff } from '../../trace/formats/jaeger-json.ts'
import type { Trace } from '../../trace/model.ts'
import { noSuchTrace, traceAmong, traceIdsOf } from '../trace-ids.ts'
import { type ApiAnswer, type BackendApi, type BackendSource, pageBase, type Send } from '../trace-source.ts'
import { addressCheck, tracesInAnswer } from '../traces-in-answer.ts'
import { jaeger } from './jaeger.ts'
import {
  askV3,
  errorInStream,
  failedJaeger,
  isJaeger,
  jaegerServices,
  noJaeger,
  requireNoErrorIn,
  searchJaeger,
} from './jaeger-requests.ts'

/** Jaeger: the stable `/api/v3`, with a fallback to the UI's `/api` (v1, VictoriaTraces). */
function jaegerSource(base: URL, jaegerSend: Send, ui = pageBase(base)): BackendSource {
  const { send, check } = addressCheck(jaegerSend, isJaeger, noJaeger)
  const memory = { hasSummaries: false }
  return {
    name: jaeger.name,
    capabilities: jaeger.capabilities,
    async trace(reference) {
      const ids = traceIdsOf(reference, jaeger.name)
      for (const id of ids) {
        const trace = await readTrace(send, id)
        if (trace) return trace
      }
      await check()
      throw noSuchTrace(reference, jaeger.name, 'Check the id; the trace may have expired from its storage.')
    },
    async search(filter, onPage) {
      const result = await searchJaeger(filter, send, onPage, memory)
      // Of v3 a 404 is the answer of a search that found nothing.
      if (result.traces.length === 0) await check()
      return result
    },
    services: () => jaegerServices(send),
    async probe() {
      await jaegerServices(send)
    },
    link: ({ traceId }) => ui && `${ui.href.replace(/\/$/, '')}/trace/${traceId}`,
  }
}

async function readTrace(send: Send, id: string): Promise<Trace | undefined> {
  const v3 = await askV3(send, { path: `/api/v3/traces/${id}` })
  if (v3?.status === 404) return undefined
  if (v3?.failure) throw v3.failure
  if (v3) return traceInStream(v3, id)
  // VictoriaTraces finds a 64-bit id only with all 32 digits.
  for (const digits of new Set([id, id.padStart(32, '0')])) {
    const answer = await send({ path: `/api/traces/${digits}` })
    if (answer.status === 404) continue
    const trace = traceAmong(tracesInAnswer(answer, jaeger.name), id, jaeger.name)
    if (trace) return trace
    requireNoErrorIn(answer.body)
  }
  return undefined
}

/** Of a stream that breaks off, the spans that came before are a part of the trace. */
function traceInStream(answer: ApiAnswer, id: string): Trace | undefined {
  const message = errorInStream(answer.body)
  if (message === undefined) return traceAmong(tracesInAnswer(answer, jaeger.name), id, jaeger.name)
  const trace = traceAmong(tracesBefore(answer), id, jaeger.name)
  if (trace !== undefined) {
    return { ...trace, partial: trace.partial ?? brokeOff(message) }
  }
  if (message.isMissing) return undefined
  throw failedJaeger(message)
}

/** None where there is nothing but the error, which says more than that no trace could be read. */
function tracesBefore(answer: ApiAnswer): Trace[] {
  try {
    return tracesInAnswer(answer, jaeger.name)
  } catch {
    return []
  }
}

export const jaegerApi: BackendApi = {
  open: ({ base, ui, send }) => jaegerSource(base, send, ui),
  gatewayProbe: () => ({
    reads: ['/api/v3/services', '/api/services'],
    // Archives one trace. No trace can have this id, so there is nothing to archive, whatever the storage.
    write: { method: 'POST', path: '/api/archive/not-a-trace-id' },
  }),
}
