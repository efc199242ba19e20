import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { httpServer, listen } from './loopback-server.ts'
import { toOtlpDocument } from './trace/otlp.ts'
import { traceByIdResponse, tracesData } from './trace/protobuf.ts'
import type { TraceData } from './trace-data.ts'

/** How this Tempo answers; the answers are those a real 2.8.2 gave. */
export type TempoMode =
  | 'normal'
  /** Before v2 of the trace API and the search of tag values. */
  | 'v1-only'
  /** Answers JSON whatever is asked. */
  | 'json-only'
  | 'partial'
  | 'too-large'
  /** Does not know `with (most_recent=true)`. */
  | 'no-hints'
  | 'html'
  | 'busy'

/** One request as Tempo saw it. */
export interface TempoRequest {
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** What a Tempo is started with. */
export interface TempoOptions {
  traces: readonly TraceData[]
  /** Path in front of `/api`, as behind Grafana's data-source proxy. */
  basePath?: string
  /** The tenants it knows; several make `X-Scope-OrgID` a must. */
  tenant?: string
  /** A key the caller must present; none: open to all. */
  apiKey?: string
}

/** A running Grafana Tempo. */
export interface TempoApi {
  /** With the base path. */
  readonly url: string
  readonly requests: readonly TempoRequest[]
  mode: TempoMode
  close(): Promise<void>
}

/** Starts an emulation of Tempo's HTTP API on loopback: traces by id, search, values of a tag. */
export async function startTempoApi(options: TempoOptions): Promise<TempoApi> {
  const { basePath = '', tenant, apiKey } = options
  const requests: TempoRequest[] = []
  const server = httpServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://tempo')
    requests.push({ url, headers: request.headers })
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      return text(response, 401, 'Unauthorized')
    }
    if (tenant !== undefined && request.headers['x-scope-orgid'] !== tenant)
      return text(response, 401, 'no org id')
    if (!url.pathname.startsWith(basePath)) return text(response, 404, '404 page not found')
    answer(api.mode, url, url.pathname.slice(basePath.length), request.headers, response, options.traces)
  })
  const listening = await listen(server)
  const api: TempoApi = {
    url: `http://127.0.0.1:${listening.port}${basePath}`,
    requests,
    mode: 'normal',
    close: () => listening.close(),
  }
  return api
}

function text(response: ServerResponse, status: number, body: string) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(body)
}

function send(response: ServerResponse, type: string, body: Buffer | string) {
  response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' })
  response.end(gzipSync(body))
}

function json(response: ServerResponse, body: unknown) {
  send(response, 'application/json', JSON.stringify(body))
}

function answer(
  mode: TempoMode,
  url: URL,
  path: string,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
  traces: readonly TraceData[],
) {
  if (mode === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' })
    return response.end('<!doctype html><title>Sign in</title>')
  }
  if (mode === 'busy') return text(response, 429, 'job queue full')
  const [, version, hex] = /^\/api(\/v2)?\/traces\/([^/]+)$/.exec(path) ?? []
  if (hex !== undefined && !(version && mode === 'v1-only')) {
    return traceById(mode, Boolean(version), hex, headers, response, traces)
  }
  if (path === '/api/search') return search(mode, url, response, traces)
  const names = [...new Set(traces.flatMap(({ spans }) => spans.map((span) => span.service)))]
  if (path === '/api/v2/search/tag/resource.service.name/values' && mode !== 'v1-only') {
    return json(response, { tagValues: names.map((value) => ({ type: 'string', value })), metrics: {} })
  }
  if (path === '/api/search/tag/service.name/values') return json(response, { tagValues: names })
  text(response, 404, '404 page not found')
}

function traceById(
  mode: TempoMode,
  v2: boolean,
  hex: string,
  headers: IncomingHttpHeaders,
  response: ServerResponse,
  traces: readonly TraceData[],
) {
  const bad = /[^\da-f]/i.exec(hex)
  if (bad) {
    const where = `invalid character '${bad[0]}' at position ${bad.index + 1}`
    return text(response, 400, `trace IDs can only contain hex characters: ${where}`)
  }
  if (mode === 'too-large') return text(response, 500, 'response larger than the max (42610002 vs 16777216)')
  const trace = traces.find(({ traceId }) => traceId === hex.toLowerCase().padStart(32, '0'))
  if (!trace && !v2) return text(response, 404, '')
  const protobuf = String(headers.accept).includes('application/protobuf') && mode !== 'json-only'
  const document = toOtlpDocument(trace ? [trace] : [], protobuf ? 'hex' : 'base64')
  const partial = mode === 'partial' ? 'max size of trace (5000000) exceeded' : undefined
  if (protobuf) {
    const bytes = tracesData(document)
    return send(response, 'application/protobuf', v2 ? traceByIdResponse(bytes, partial) : bytes)
  }
  if (!v2) return json(response, { batches: document.resourceSpans })
  const status = partial === undefined ? {} : { status: 'PARTIAL', message: partial }
  json(response, { trace: trace ? document : {}, metrics: {}, ...status })
}

/** Understands no TraceQL: it answers all traces, unless the query has a syntax error a test put there. */
function search(mode: TempoMode, url: URL, response: ServerResponse, traces: readonly TraceData[]) {
  const q = url.searchParams.get('q') ?? ''
  const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)))
  if ((end as number) - (start as number) > 168 * 3600) {
    return text(
      response,
      400,
      `range specified by start and end exceeds 168h0m0s. received start=${start} end=${end}`,
    )
  }
  if (!q.startsWith('{') || (mode === 'no-hints' && q.includes('with ('))) {
    const what = 'parse error at line 1, col 3: syntax error: unexpected IDENTIFIER'
    return text(response, 400, `invalid TraceQL query: ${what}`)
  }
  const limit = Number(url.searchParams.get('limit') ?? 20)
  json(response, {
    traces: traces.slice(0, limit).map(found),
    metrics: { inspectedBytes: '1', totalJobs: 1 },
  })
}

function found(trace: TraceData): unknown {
  const root = trace.spans.find((span) => span.parentId === undefined)
  const start = Math.min(...trace.spans.map((span) => span.startMicros))
  const end = Math.max(...trace.spans.map((span) => span.endMicros))
  const stats: Record<string, { spanCount: number; errorCount?: number }> = {}
  for (const { service, error } of trace.spans) {
    const one = stats[service] ?? { spanCount: 0 }
    stats[service] = one
    one.spanCount++
    if (error) one.errorCount = (one.errorCount ?? 0) + 1
  }
  return {
    traceID: trace.traceId.replace(/^0+/, ''),
    rootServiceName: root?.service,
    rootTraceName: root?.name,
    startTimeUnixNano: `${start}000`,
    durationMs: Math.floor((end - start) / 1000),
    spanSets: [{ spans: [], matched: trace.spans.length }],
    serviceStats: stats,
  }
}
