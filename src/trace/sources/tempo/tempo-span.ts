import type { Send } from '../trace-source.ts'
import { startAndEnd } from './tempo-send.ts'
import { readSummaries } from './tempo-summaries.ts'

/** How far back a span is looked for by its id: Tempo reads every block of this time. */
const SPAN_MILLIS = 24 * 3_600_000

/** The id of the trace that holds a span. Undefined also for a Tempo before 2.6, which does not know `span:id`. */
export async function traceOfSpan(spanId: string, nowMillis: number, ask: Send): Promise<string | undefined> {
  const range = { fromMillis: nowMillis - SPAN_MILLIS, toMillis: nowMillis }
  const q = `{ span:id = "${spanId}" }`
  const query = { q, ...startAndEnd(range.fromMillis, range.toMillis), limit: '1', spss: '1' }
  const answer = await ask({ path: '/api/search', query, answers: [400] })
  return answer.status === 400 || answer.status === 404 ? undefined : readSummaries(answer)[0]?.traceId
}
