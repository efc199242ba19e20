import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'
import { toJaegerTrace } from './trace/jaeger-trace.ts'
import { toOtlpDocument } from './trace/otlp.ts'
import { rootOf, type TraceData } from './trace-data.ts'

/** Which Jaeger this is. */
export type JaegerMode =
  /** v2.21 and later: the old search and lists are gone. */
  | 'v3'
  /** v2.19 and v2.20: both APIs whole. */
  | 'v3-2.20'
  /** A version that takes camelCase only. */
  /**
   * v1.60 to v2.18: no trace-summaries; `/api/v3/traces` wants `num_traces` and ignores attributes (recorded on
   * 2.18.0); `/api/traces` filters.
   */
  | 'v3-no-summaries'
  /** v1: any unknown path is the UI's page. */
  | 'v2'
  /**
   * VictoriaTraces: the old API only, 400 for any other path, 200 for a missing trace, ids of 32 digits only, every tag a string;
   * attributes of resources by a prefix, durations without their limits, at most 1000 traces.
   */
  | 'victoria'
  | 'html'

/** One request as Jaeger saw it. */
export interface JaegerRequest {
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** A running Jaeger query service. */
export interface JaegerApi {
  /** With the base path. */
  readonly url: string
  readonly requests: readonly JaegerRequest[]
  mode: JaegerMode
  /** Its `max_trace_size`: a larger trace is cut, with a warning in its first span. */
  maxTraceSize: number | undefined
  /** What a proxy in front says instead of every answer. */
  inFront: { status: number; headers?: Record<string, string>; body?: string } | undefined
  close(): Promise<void>
}

/** Starts an emulation of Jaeger's HTTP APIs on loopback: `/api/v3` (grpc-gateway's JSON) and the UI's `/api`. */
export async function startJaegerApi(options: {
  /** Read at each request. */
  traces: readonly TraceData[]
  basePath?: string
  /** Ephemeral when absent. */
  port?: number
}): Promise<JaegerApi> {
  const { basePath = '' } = options
  const requests: JaegerRequest[] = []
  const server = httpServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://jaeger')
    requests.push({ url, headers: request.headers })
    const { inFront } = api
    if (inFront) return void response.writeHead(inFront.status, inFront.headers).end(inFront.body)
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : 'elsewhere'
    // Its page is what unknown paths get (jaegertracing/jaeger: cmd/query/app/static_handler.go).
    if (api.mode === 'html' || path.startsWith('/.well-known/')) return page(response)
    const v3 = path.startsWith('/api/v3/') && api.mode.startsWith('v3')
    const sized = options.traces.map((trace) => cutTo(api.maxTraceSize, trace))
    if (v3) answerV3(api.mode, path.slice('/api/v3'.length), url, response, sized)
    else answerV2(api.mode, path, url, response, sized)
  })
  const listening = await listen(server, options.port)
  const api: JaegerApi = {
    url: `http://127.0.0.1:${listening.port}${basePath}`,
    requests,
    mode: 'v3',
    maxTraceSize: undefined,
    inFront: undefined,
    close: () => listening.close(),
  }
  return api
}

/** As `querysvc` does it (jaeger `jptrace/aggregator.go`). */
function cutTo(most: number | undefined, trace: TraceData): TraceData {
  const [first, ...rest] = trace.spans
  if (most === undefined || trace.spans.length <= most || first === undefined) return trace
  const warnings = [`trace has more than ${most} spans, showing first ${most} spans only`]
  return { ...trace, spans: [{ ...first, warnings }, ...rest.slice(0, most - 1)] }
}

function page(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end('<!doctype html><title>Jaeger UI</title>')
}

/** Go's `http.Error` calls every error plain text, JSON or not. */
function json(response: ServerResponse, status: number, body: unknown, type = 'application/json') {
  response.writeHead(status, { 'content-type': status < 400 ? type : 'text/plain; charset=utf-8' })
  response.end(JSON.stringify(body))
}

const v3Error = (response: ServerResponse, httpCode: number, message: string) =>
  json(response, httpCode, { error: { httpCode, message } })

const servicesOf = (traces: readonly TraceData[]): string[] => [
  ...new Set(traces.flatMap(({ spans }) => spans.map((span) => span.service))),
]

function answerV3(
  mode: JaegerMode,
  path: string,
  url: URL,
  response: ServerResponse,
  traces: readonly TraceData[],
) {
  // v2.18 does not say what its good answers are.
  const type = mode === 'v3-no-summaries' ? 'text/plain; charset=utf-8' : 'application/json'
  if (path === '/services') return json(response, 200, { services: servicesOf(traces) }, type)
  const id = /^\/traces\/(.+)$/.exec(path)?.[1]
  if (id !== undefined) {
    const trace = traces.find(({ traceId }) => traceId === id.padStart(32, '0'))
    if (!trace) return v3Error(response, 404, 'No traces found')
    return json(response, 200, { result: toOtlpDocument([trace], 'hex') }, type)
  }
  const summaries = path === '/trace-summaries' && mode !== 'v3-no-summaries'
  if (!summaries && path !== '/traces') {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    return response.end('404 page not found\n')
  }
  const given = (name: string) => url.searchParams.get(`query.${name}`)
  if (!/^\d{4}-.*Z$/.test(given('start_time_min') ?? '')) {
    return v3Error(response, 400, 'query.startTimeMin and query.startTimeMax are required')
  }
  if (mode === 'v3-no-summaries' && !(Number(given('num_traces')) > 0)) {
    return v3Error(response, 500, 'search depth must be greater than 0 and less than max traces')
  }
  const asked = {
    service: given('service_name'),
    operation: given('operation_name'),
    tags: mode === 'v3-no-summaries' ? null : given('attributes'),
    min: given('duration_min'),
    max: given('duration_max'),
    from: Date.parse(given('start_time_min') ?? '') * 1000,
    to: Date.parse(given('start_time_max') ?? '') * 1000,
  }
  const fit = traces.filter((trace) => hasSpan(trace, asked))
  if (!summaries && fit.length === 0) return v3Error(response, 404, 'No traces found')
  if (!summaries) return json(response, 200, { result: toOtlpDocument(fit, 'hex') }, type)
  json(response, 200, { summaries: fit.map(summary) })
}

interface Asked {
  readonly service: string | null
  readonly operation: string | null
  /** A JSON object. */
  readonly tags: string | null
  readonly min: string | null
  readonly max: string | null
  /** When a span begins, at the earliest and at the latest, in microseconds since the epoch. */
  readonly from: number
  readonly to: number
}

/** Whether one span of the trace meets all conditions, as Jaeger's memory storage decides; a limit is not heeded. */
function hasSpan(
  trace: TraceData,
  { service, operation, tags, min, max, from, to }: Asked,
  isVictoria = false,
): boolean {
  const wanted = Object.entries(JSON.parse(tags ?? '{}') as Record<string, string>)
  const micros = (text: string | null) => (text === null ? undefined : Number.parseInt(text, 10) / 1000)
  const [least = 0, most = Number.POSITIVE_INFINITY] = [micros(min), micros(max)]
  return trace.spans.some((span) => {
    const prefix = isVictoria ? 'resource_attr:' : ''
    const ofResource = Object.entries(span.resource ?? {}).map(([key, value]) => [prefix + key, value])
    const carried: Record<string, unknown> = {
      ...Object.fromEntries(ofResource),
      'span.kind': span.kind,
      ...span.tags,
      ...(span.error && { error: true }),
    }
    const took = span.endMicros - span.startMicros
    return (
      (service === null || span.service === service) &&
      (operation === null || span.name === operation) &&
      wanted.every(([key, value]) => carried[key] !== undefined && String(carried[key]) === value) &&
      (isVictoria ? took > least || min === null : took >= least) &&
      (isVictoria ? took < most : took <= most) &&
      span.startMicros >= from &&
      span.startMicros <= to
    )
  })
}

/** Zero members are left out, as protobuf's JSON does. */
function summary(trace: TraceData): unknown {
  const root = rootOf(trace)
  const errors = trace.spans.filter((span) => span.error).length
  return {
    traceId: trace.traceId,
    rootServiceName: root?.service,
    rootOperationName: root?.name,
    minStartTimeUnixNano: `${Math.min(...trace.spans.map((span) => span.startMicros))}000`,
    maxEndTimeUnixNano: `${Math.max(...trace.spans.map((span) => span.endMicros))}000`,
    spanCount: trace.spans.length,
    ...(errors > 0 && { errorSpanCount: errors }),
    services: servicesOf([trace]).map((name) => ({ name, spanCount: 1 })),
  }
}

function answerV2(
  mode: JaegerMode,
  path: string,
  url: URL,
  response: ServerResponse,
  traces: readonly TraceData[],
) {
  const envelope = (data: unknown, errors: unknown = null) => ({
    data,
    total: 0,
    limit: 0,
    offset: 0,
    errors,
  })
  const id = /^\/api\/traces\/(.+)$/.exec(path)?.[1]
  if (id !== undefined) {
    const whole = mode === 'victoria' ? id : id.padStart(32, '0')
    const trace = traces.find(({ traceId }) => traceId === whole)
    if (trace) return json(response, 200, envelope([toJaegerTrace(trace, mode === 'victoria')]))
    if (mode === 'victoria') return json(response, 200, envelope([]))
    return json(response, 404, envelope(null, [{ code: 404, msg: 'trace not found' }]))
  }
  // From v2.21 on the old search and lists are gone.
  if (mode !== 'v3') {
    if (path === '/api/services') return json(response, 200, envelope(servicesOf(traces)))
    if (path === '/api/traces') {
      const given = (name: string) => url.searchParams.get(name)
      const bad = (msg: string) => json(response, 400, envelope(null, [{ code: 400, msg }]))
      if (given('service') === null) return bad("parameter 'service' is required")
      if (mode === 'victoria' && Number(given('limit')) > 1000)
        return response
          .writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
          .end('incorrect trace query params: limit should be not higher than 1000')
      const asked = {
        service: given('service'),
        operation: given('operation'),
        tags: given('tags'),
        min: given('minDuration'),
        max: given('maxDuration'),
        from: Number(given('start') ?? 0),
        to: Number(given('end') ?? Number.POSITIVE_INFINITY),
      }
      const fit = traces.filter((trace) => hasSpan(trace, asked, mode === 'victoria'))
      return json(response, 200, envelope(fit.map((trace) => toJaegerTrace(trace, mode === 'victoria'))))
    }
    if (mode === 'v2') return page(response)
    if (mode === 'victoria') {
      return response.writeHead(400).end(`unsupported path requested: "${path}"`)
    }
  }
  response.writeHead(404, { 'content-type': 'text/plain' })
  response.end('404 page not found\n')
}
