import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'
import { inLiveBlocks } from './trace/live-blocks.ts'
import { toOtlpDocument } from './trace/otlp.ts'
import { traceByIdResponse, tracesData } from './trace/protobuf.ts'
import { buildInfo, json, metrics, send, type TempoMode, tags, text } from './trace/tempo-answers.ts'
import { matches, UnknownQuery } from './trace/traceql-match.ts'
import { rootOf, type TraceData } from './trace-data.ts'

export type { TempoMode } from './trace/tempo-answers.ts'

/** One request as Tempo saw it. */
export interface TempoRequest {
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** What a proxy answers by itself. */
export interface ProxyAnswer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string | Buffer
}

/** What a Tempo is started with. */
export interface TempoOptions {
  /** Read at each request. */
  traces: readonly TraceData[]
  /** Path in front of `/api`, as behind Grafana's data-source proxy. */
  basePath?: string
  /** The tenants it knows; several make `X-Scope-OrgID` a must. */
  tenant?: string
  /** A key the caller must present; none: open to all. */
  apiKey?: string
  /** Ephemeral when absent. */
  port?: number
  /** Searches heed the conditions that the program's own flags compile to; false: every trace is found. */
  filters?: boolean
  /** `max_result_limit` of its settings: a search for more traces is refused. */
  maxLimit?: number
  /** When traces arrived, by id, in milliseconds since the epoch: then searches skip whole blocks, as its live store does. */
  arrivals?: ReadonlyMap<string, number>
}

/** A running Grafana Tempo. */
export interface TempoApi {
  /** With the base path. */
  readonly url: string
  readonly requests: readonly TempoRequest[]
  mode: TempoMode
  /** Its clock minus ours, as `Date` tells it; undefined: they are the same. */
  skewSeconds: number | undefined
  /** What a proxy in front says instead, by the number of the request (from 1); undefined lets it through. */
  inFront: ((n: number, path: string) => ProxyAnswer | undefined) | undefined
  close(): Promise<void>
}

/** Starts an emulation of Tempo's HTTP API on loopback: traces by id, search, tags and their values, metrics. */
export async function startTempoApi(options: TempoOptions): Promise<TempoApi> {
  const { basePath = '', tenant, apiKey } = options
  const requests: TempoRequest[] = []
  const server = httpServer((request, response) => {
    request.resume()
    const asked = new URL(request.url ?? '/', 'http://tempo')
    requests.push({ url: asked, headers: request.headers })
    const url = withoutComments(asked)
    const proxied = api.inFront?.(requests.length, url.pathname)
    if (api.skewSeconds !== undefined)
      response.setHeader('date', new Date(Date.now() + api.skewSeconds * 1000).toUTCString())
    if (proxied) return void response.writeHead(proxied.status, proxied.headers).end(proxied.body)
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      return text(response, 401, 'Unauthorized')
    }
    const path = url.pathname.slice(basePath.length)
    if (tenant !== undefined && path !== '/api/echo' && request.headers['x-scope-orgid'] !== tenant)
      return text(response, 401, 'no org id')
    if (!url.pathname.startsWith(basePath)) return text(response, 404, '404 page not found\n')
    const heeded = /^\/api\/(search|metrics\/query_range)$/.test(path) && options.filters
    const limit = Number(url.searchParams.get('limit') ?? 20)
    const { maxLimit = limit } = options
    if (path === '/api/search' && limit > maxLimit)
      return text(response, 400, `limit ${limit} exceeds max limit ${maxLimit}`)
    let { traces } = options
    if (path === '/api/search' && options.arrivals)
      traces = inLiveBlocks(traces, options.arrivals, url.searchParams)
    try {
      if (heeded) traces = traces.filter((trace) => matches(trace, url.searchParams.get('q') ?? '{}'))
      answer(api.mode, url, path, request.headers, response, traces)
    } catch (error) {
      if (!(error instanceof UnknownQuery)) throw error
      text(response, 400, `invalid TraceQL query: ${error.message}`)
    }
  })
  const listening = await listen(server, options.port)
  const api: TempoApi = {
    url: `http://127.0.0.1:${listening.port}${basePath}`,
    requests,
    mode: 'normal',
    skewSeconds: undefined,
    inFront: undefined,
    close: () => listening.close(),
  }
  return api
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
  if (hex !== undefined && !(version && mode.startsWith('v1-'))) {
    return traceById(mode, Boolean(version), hex, headers, response, traces)
  }
  if (path === '/api/echo' && mode !== 'no-echo') return text(response, 200, 'echo\n')
  if (path === '/api/status/buildinfo') return buildInfo(response)
  if (path === '/api/search') return search(url, response, traces)
  if (/^\/api(\/v2)?\/search\/tag/.test(path)) return tags(mode, url, path, response, traces)
  if (path === '/api/metrics/query_range') return metrics(mode, url, response, traces)
  text(response, 404, '404 page not found\n')
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
  if (mode === 'v2-too-large')
    return text(response, 422, 'trace exceeds max size (max bytes: 50000): 0af7651916cd43dd8448eb211c80319c')
  if (mode === 'too-large') return text(response, 500, 'response larger than the max (42610002 vs 16777216)')
  const trace = traces.find(({ traceId }) => traceId === hex.toLowerCase().padStart(32, '0'))
  if (!trace && !v2) return response.writeHead(404).end()
  const protobuf = String(headers.accept).includes('application/protobuf') && mode !== 'json-only'
  const document = toOtlpDocument(trace ? [trace] : [], protobuf ? 'hex' : 'base64')
  const partial = mode === 'partial' ? 'max size of trace (5000000) exceeded' : undefined
  const status = mode === 'v1-partial' ? 206 : 200
  if (protobuf) {
    const bytes = tracesData(document)
    return send(response, 'application/protobuf', v2 ? traceByIdResponse(bytes, partial) : bytes, status)
  }
  if (!v2) return json(response, { batches: document.resourceSpans }, status)
  const said = partial === undefined ? {} : { status: 'PARTIAL', message: partial }
  json(response, { trace: trace ? document : {}, metrics: {}, ...said })
}

const startOf = (trace: TraceData): number => Math.min(...trace.spans.map((span) => span.startMicros))
const endOf = (trace: TraceData): number => Math.max(...trace.spans.map((span) => span.endMicros))

/** Understands no TraceQL but `span:id`: it answers all traces, unless the query has a syntax error a test put there. */
function search(url: URL, response: ServerResponse, traces: readonly TraceData[]) {
  const q = url.searchParams.get('q') ?? ''
  const [start, end] = ['start', 'end'].map((name) => Number(url.searchParams.get(name)))
  if ((end as number) - (start as number) > 168 * 3600) {
    return text(
      response,
      400,
      `range specified by start and end exceeds 168h0m0s. received start=${start} end=${end}`,
    )
  }
  if (!q.startsWith('{')) {
    const what = 'parse error at line 1, col 3: syntax error: unexpected IDENTIFIER'
    return text(response, 400, `invalid TraceQL query: ${what}`)
  }
  const limit = Number(url.searchParams.get('limit') ?? 20)
  // Those that have some of their time in the range.
  const spanId = /^\{ span:id = "(\w+)" \}$/.exec(q)?.[1]
  const inRange = traces.filter(
    (trace) =>
      startOf(trace) / 1e6 <= (end as number) &&
      endOf(trace) / 1e6 >= (start as number) &&
      (spanId === undefined || trace.spans.some((span) => span.spanId === spanId)),
  )
  const latestFirst = (some: TraceData[]) => some.sort((a, b) => startOf(b) - startOf(a))
  if (q.includes('most_recent=true')) latestFirst(inRange)
  json(response, {
    // Also where they are any that were found first, the answer is sorted.
    traces: latestFirst(inRange.slice(0, limit)).map(found),
    metrics: { inspectedBytes: '1', completedJobs: 1, totalJobs: 1 },
  })
}

/** The address with a query without its comments: from `//` to the end of a line, but not in a string. */
function withoutComments(url: URL): URL {
  const read = new URL(url)
  const q = url.searchParams.get('q')
  const keep = (part: string) => (part.startsWith('"') ? part : '')
  if (q !== null) read.searchParams.set('q', q.replaceAll(/"(?:[^"\\]|\\.)*"|\/\/.*/g, keep).trim())
  return read
}

function found(trace: TraceData): unknown {
  const root = rootOf(trace)
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
