import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { SpanData, TraceData } from '../trace-data.ts'
import { compareSeries } from './tempo-compare.ts'
import { metricsSeries } from './tempo-series.ts'

/** How this Tempo answers; the answers are those of 2.8.2 and 3.0.3 (test/world-tests/recorded-answers.ts). */
export type TempoMode =
  | 'normal'
  /** Before v2 of the trace API and the search of tag values. */
  | 'v1-only'
  /** The same; some of its blocks cannot be read (`tolerate_failed_blocks`): the rest of a trace comes with status 206. */
  | 'v1-partial'
  /** A gateway or an imitation of Tempo that has no `/api/echo`. */
  | 'no-echo'
  /** Answers JSON whatever is asked. */
  | 'json-only'
  | 'partial'
  | 'too-large'
  /** A trace above `max_bytes_per_trace`, without partial answers. */
  | 'v2-too-large'
  /** No metrics-generator: what 2.8.2 says without one. */
  | 'no-metrics'
  /** Its metrics count only server and root spans: `filter_server_spans` of the local-blocks processor, the default. */
  | 'server-spans'
  /** Lists the values of a time; without one those of the last quarter of an hour, which its ingesters hold. */
  | 'lists-by-time'
  | 'html'
  | 'busy'

/** Errors of Tempo are plain text. */
export function text(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(body)
}

/** What `/api/status/buildinfo` says. */
export function buildInfo(response: ServerResponse) {
  const version = '3.0.3'
  const rest = { revision: '', branch: '', buildUser: '', buildDate: '', goVersion: 'go1.24.4' }
  json(response, { version, ...rest })
}

/** A good answer, compressed when the caller takes gzip, as Tempo does. */
export function send(response: ServerResponse, type: string, body: Buffer | string, status = 200) {
  const zipped = /\bgzip\b/.test(String(response.req.headers['accept-encoding'] ?? ''))
  response.writeHead(status, { 'content-type': type, ...(zipped && { 'content-encoding': 'gzip' }) })
  response.end(zipped ? gzipSync(body) : body)
}

/** The same for JSON. */
export function json(response: ServerResponse, body: unknown, status = 200) {
  send(response, 'application/json', JSON.stringify(body), status)
}

/** As Tempo 3.0.3 answers for `status`, whatever spans there are. */
const STATUSES = ['error', 'unset', 'ok']
const INTRINSICS = ['duration', 'kind', 'name', 'rootName', 'rootServiceName', 'status', 'traceDuration']

/** An attribute as TraceQL's lexer reads it: blanks and signs of its own only in quotes. */
const NAME = /^(?:span|resource|)\.(?:([^\s{}()=~!<>&|^,"]+)|"((?:[^"\\]|\\["\\])+)")$/

/** Names by scope and values by name; v1 knows no scopes. */
export function tags(
  mode: TempoMode,
  url: URL,
  path: string,
  response: ServerResponse,
  all: readonly TraceData[],
) {
  const now = Date.now() / 1000
  const from = Number(url.searchParams.get('start') ?? now - 900) * 1e6
  const to = Number(url.searchParams.get('end') ?? now) * 1e6
  const isIn = ({ startMicros }: SpanData) => startMicros >= from && startMicros <= to
  const traces = mode === 'lists-by-time' ? all.filter(({ spans }) => spans.some(isIn)) : all
  const v2 = path.startsWith('/api/v2/')
  if (v2 && mode === 'v1-only') return text(response, 404, '404 page not found\n')
  const spans = traces.flatMap((trace) => trace.spans)
  const keys = [...new Set(spans.flatMap((span) => Object.keys(span.tags)))]
  if (/\/search\/tags$/.test(path)) {
    if (!v2) return json(response, { tagNames: ['service.name', ...keys] })
    const scopes = [
      { name: 'span', tags: keys },
      { name: 'resource', tags: ['service.name'] },
      { name: 'intrinsic', tags: INTRINSICS },
    ]
    return json(response, { scopes, metrics: { inspectedBytes: '1' } })
  }
  const asked = decodeURIComponent(/\/search\/tag\/([^/]+)\/values$/.exec(path)?.[1] ?? '')
  const [, unquoted, quoted] = NAME.exec(asked) ?? []
  if (v2 && unquoted === undefined && quoted === undefined && !INTRINSICS.includes(asked)) {
    return text(response, 400, `failed to parse tag name: ${asked}`)
  }
  const key = v2 ? (unquoted ?? quoted?.replace(/\\(.)/g, '$1') ?? asked) : asked
  const values = spans.map((span) => {
    if (asked === 'kind') return span.kind
    if (asked === 'name') return span.name
    return key === 'service.name' ? span.service : span.tags[key]
  })
  const found = asked === 'status' ? STATUSES : [...new Set(values.filter((value) => value !== undefined))]
  if (!v2) return json(response, { tagValues: found.map(String) })
  const type = (value: unknown) =>
    asked === 'status' ? 'keyword' : typeof value === 'number' ? 'int' : 'string'
  json(response, {
    tagValues: found.map((value) => ({ type: type(value), value: String(value) })),
    metrics: { inspectedBytes: '1' },
  })
}

const isCounted = (mode: TempoMode, { kind, parentId }: SpanData): boolean =>
  mode !== 'server-spans' || kind === 'server' || parentId === undefined

/** Series of a metrics query over what started in the time asked for. */
export function metrics(mode: TempoMode, url: URL, response: ServerResponse, traces: readonly TraceData[]) {
  if (mode === 'no-metrics') {
    return text(response, 500, 'error finding generators in Querier.queryRangeRecent: empty ring')
  }
  if (mode === 'v1-only') return text(response, 404, '404 page not found\n')
  const [q, start, end, step] = ['q', 'start', 'end', 'step'].map((name) => url.searchParams.get(name) ?? '')
  if (!/^\{.*\}\s*\|\s*\w+\(/.test(q as string)) {
    return text(response, 400, 'not a metrics query')
  }
  if (/\)\s*\|\s*compare\(/.test(q as string)) {
    return text(
      response,
      400,
      'invalid TraceQL query: parse error at line 1, col 12: syntax error: unexpected |',
    )
  }
  const seconds = Number(/^(\d+)s$/.exec(step as string)?.[1])
  const times = samplesOf(Number(start), Number(end), seconds)
  const isAsked = (micros: number) => micros >= Number(start) * 1e6 && micros < Number(end) * 1e6
  const inTime = traces.map((trace) => ({
    ...trace,
    spans: trace.spans.filter((span) => isAsked(span.startMicros) && isCounted(mode, span)),
  }))
  const counted = compareSeries(q as string, times, inTime)
  const series = counted ?? metricsSeries(q as string, times, seconds * 1000, inTime)
  const jobs = { completedJobs: 1, totalJobs: 1 }
  const whole = { series, metrics: counted ? jobs : { inspectedTraces: 1, ...jobs } }
  if (mode !== 'partial') return json(response, whole)
  const message =
    'Response exceeds maximum series limit of 1, a partial response is returned. Ask joe@example.com.'
  // What `trace why` asks for is cut far later than at one series.
  const most = counted || /histogram_over_time/.test(q as string) ? series.length : 1
  json(response, { ...whole, series: series.slice(0, most), status: 'PARTIAL', message })
}

/** The times of the samples in milliseconds, as 2.10 gives them: whole steps around what was asked for. Units: seconds. */
function samplesOf(start: number, end: number, step: number): number[] {
  const first = Math.floor(start / step)
  const count = Math.min(Math.ceil(end / step) - first + 1, 12_000)
  return Array.from({ length: count }, (_, i) => (first + i) * step * 1000)
}
