import { Failure } from '../../../errors.ts'
import {
  latestFirst,
  nextSecond,
  type SearchResult,
  type TraceFilter,
  type TraceSummary,
} from '../../search.ts'
import type { ApiAnswer, OnPage, Send } from '../trace-source.ts'
import { errorDetail, startAndEnd } from './tempo-send.ts'
import { readSummaries } from './tempo-summaries.ts'
import { STRINGS, traceql } from './traceql.ts'

/**
 * A query hint: without it Tempo returns the first traces found, not the latest; versions that do not know it answer
 * 400.
 */
const LATEST = 'with (most_recent=true)'
/** What the searches of one run have learnt about {@link LATEST}. */
export interface HintMemory {
  /** This Tempo, or the gateway in front of it, does not take it. */
  isRefused: boolean
}
/** Page size: small, so that the first lines appear soon and no answer is huge. */
const PAGE = 100

/**
 * `GET /api/search` with TraceQL. Tempo has no pagination cursor: where it returns the latest first, a page ends where
 * the previous one began. Where it does not (older versions, a query with hints of its own), everything is requested
 * at once, and so are the next ones of the run that `hint` belongs to.
 */
export async function searchTempo(
  filter: TraceFilter,
  ask: Send,
  onPage?: OnPage,
  hint: HintMemory = { isRefused: false },
): Promise<SearchResult> {
  const asked = filter.query ?? traceql(filter)
  if (hint.isRefused || /\bwith\s*\(/.test(asked.replaceAll(STRINGS, '')))
    return searchAtOnce(filter, asked, ask, onPage)
  const found = new Map<string, TraceSummary>()
  const end = (truncated: boolean) => ({
    traces: latestFirst([...found.values()]),
    truncated,
    isLatest: true,
    endsInWholeSeconds: true,
    asked,
  })
  for (let toMillis = filter.toMillis; ; ) {
    const missing = filter.limit - found.size
    // Times of this API are whole seconds, so a page repeats the traces of the previous page's last second.
    const repeated = [...found.values()].filter((trace) => startMillis(trace) <= toMillis).length
    const limit = Math.min(PAGE, missing) + repeated
    const answer = await requestPage(ask, { ...filter, toMillis, limit }, `${asked} ${LATEST}`)
    if (answer.status === 400 && found.size === 0) {
      const result = await searchAtOnce(filter, asked, ask, onPage)
      // The query is good without it: a search that is followed need not ask twice each time.
      hint.isRefused = true
      return result
    }
    if (answer.status === 400) throw searchRejected(answer, asked)
    const page = readSummaries(answer)
    const fresh = latestFirst(page.filter(({ traceId }) => !found.has(traceId as string))).slice(0, missing)
    for (const trace of fresh) found.set(trace.traceId as string, trace)
    if (fresh.length > 0) await onPage?.(fresh)
    if (page.length < limit) return end(false)
    toMillis = Math.min(...page.map(({ startNanos = 0n }) => Number(nextSecond(startNanos) / 1_000_000n)))
    // No new trace: ends the loop for a server that repeats itself for ever.
    if (fresh.length === 0 || found.size >= filter.limit || toMillis <= filter.fromMillis) return end(true)
  }
}

const startMillis = ({ startNanos = 0n }: TraceSummary): number => Number(startNanos / 1_000_000n)

async function searchAtOnce(
  filter: TraceFilter,
  asked: string,
  ask: Send,
  onPage: OnPage | undefined,
): Promise<SearchResult> {
  const answer = await requestPage(ask, filter, asked)
  if (answer.status === 400) throw searchRejected(answer, asked)
  const traces = latestFirst(readSummaries(answer)).slice(0, filter.limit)
  await onPage?.(traces)
  return { traces, truncated: traces.length >= filter.limit, asked }
}

function requestPage(ask: Send, filter: TraceFilter, q: string): Promise<ApiAnswer> {
  const query = {
    q,
    ...startAndEnd(filter.fromMillis, filter.toMillis),
    limit: String(filter.limit),
    // Spans per trace: the list shows none.
    spss: '1',
  }
  return ask({ path: '/api/search', query, answers: [400] })
}

/**
 * Failure `usage` with Tempo's message: a syntax error with its position, and the query that it speaks of, or a limit (168 h,
 * traces of one search).
 */
function searchRejected(answer: ApiAnswer, asked: string): Failure {
  const detail = errorDetail(answer)
  const said = detail.join(' ')
  const rejected = (hint: string, lines: readonly string[]) =>
    new Failure('usage', 'Tempo did not accept the search', { hint, detail: lines })
  const most = /limit \d+ exceeds max limit (\d+)/.exec(said)?.[1]
  if (most !== undefined) return rejected(`Ask for fewer traces: --limit ${most}.`, detail)
  return /exceeds/.test(said)
    ? rejected('Ask for a shorter time with --since, or --from and --to.', detail)
    : rejected('Check the query (TraceQL).', [...detail, asked])
}
