import type { ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'
import type { SpanData, TraceData } from './trace-data.ts'

/** A running Zipkin server. */
export interface ZipkinApi {
  /** With the base path. */
  readonly url: string
  readonly requests: readonly URL[]
  close(): Promise<void>
}

/**
 * Starts an emulation of Zipkin's HTTP API v2 on loopback: routes, parameters and answers as in openzipkin/zipkin
 * `ZipkinQueryApiV2.java` and `QueryRequest.java`, ids with all their digits (`STRICT_TRACE_ID`, its default).
 */
export async function startZipkinApi(options: {
  /** Read at each request. */
  traces: readonly TraceData[]
  basePath?: string
  port?: number
  /** Spans come as OpenTelemetry's Collector sends them: links and attributes of events as texts. */
  collector?: boolean
}): Promise<ZipkinApi> {
  const { basePath = '', traces, collector = false } = options
  const requests: URL[] = []
  const server = httpServer((request, response) => {
    request.resume()
    const url = new URL(request.url ?? '/', 'http://zipkin')
    requests.push(url)
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : 'elsewhere'
    answer(path, url.searchParams, traces, response, collector ? collectorSpan : zipkinSpan)
  })
  const listening = await listen(server, options.port)
  return { url: `http://127.0.0.1:${listening.port}${basePath}`, requests, close: () => listening.close() }
}

function answer(
  path: string,
  query: URLSearchParams,
  traces: readonly TraceData[],
  response: ServerResponse,
  write: typeof zipkinSpan,
) {
  const json = (body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const text = (status: number, words: string) =>
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(words)
  const id = /^\/api\/v2\/trace\/(.+)$/.exec(path)?.[1]
  if (id !== undefined) {
    const trace = traces.find(({ traceId }) => traceId === id)
    return trace === undefined
      ? text(404, `${id} not found`)
      : json(trace.spans.map((one) => write(trace, one)))
  }
  if (path === '/api/v2/services')
    return json([
      ...new Set(traces.flatMap(({ spans }) => spans.map(({ service }) => service.toLowerCase()))),
    ])
  if (path !== '/api/v2/traces') return text(404, '404 Not Found')
  const given = (name: string) => query.get(name) ?? undefined
  const number = (name: string) => (given(name) === undefined ? undefined : Number(given(name)))
  const [min, max] = [number('minDuration'), number('maxDuration')]
  const [endTs = Date.now(), lookback = 86_400_000, limit = 10] = ['endTs', 'lookback', 'limit'].map(number)
  if (max !== undefined && min === undefined) return text(400, 'maxDuration is only valid with minDuration')
  const asked = {
    service: given('serviceName')?.toLowerCase(),
    name: given('spanName')?.toLowerCase(),
    conditions: (given('annotationQuery') ?? '').split(' and ').filter((one) => one !== ''),
    min: min ?? 0,
    max: max ?? Number.POSITIVE_INFINITY,
  }
  const began = ({ spans }: TraceData) => Math.min(...spans.map(({ startMicros }) => startMicros)) / 1000
  const fit = traces
    .filter((trace) => began(trace) >= endTs - lookback && began(trace) <= endTs && fits(trace, asked))
    .sort((a, b) => began(b) - began(a))
    .slice(0, limit)
  json(fit.map((trace) => trace.spans.map((one) => write(trace, one))))
}

interface Asked {
  readonly service: string | undefined
  readonly name: string | undefined
  readonly conditions: readonly string[]
  readonly min: number
  readonly max: number
}

/** Each condition holds of a span of the service, and not all of the same one (`QueryRequest.test`). */
function fits({ spans }: TraceData, { service, name, conditions, min, max }: Asked): boolean {
  const ofService = spans.filter((span) => service === undefined || span.service.toLowerCase() === service)
  const some = (test: (span: SpanData) => boolean) => ofService.some(test)
  const micros = ({ startMicros, endMicros }: SpanData) => endMicros - startMicros
  return (
    ofService.length > 0 &&
    (name === undefined || some((span) => span.name.toLowerCase() === name)) &&
    some((span) => micros(span) >= min && micros(span) <= max) &&
    conditions.every((condition) => {
      const [key = '', ...rest] = condition.split('=')
      return some((span) => {
        const tag = tagsOf(span)[key]
        return rest.length === 0 ? tag !== undefined : tag === rest.join('=')
      })
    })
  )
}

const tagsOf = ({ tags, resource, error }: SpanData): Record<string, string> => ({
  ...Object.fromEntries(
    Object.entries({ ...resource, ...tags, 'span.kind': undefined }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  ),
  ...(error && { error: 'true' }),
})

/** As an exporter writes it: names in lower case, times in microseconds, every tag a text. */
function zipkinSpan({ traceId }: TraceData, span: SpanData) {
  const { spanId, parentId, name, service, kind, startMicros, endMicros, events = [] } = span
  return {
    traceId,
    id: spanId,
    ...(parentId !== undefined && { parentId }),
    ...(kind !== 'internal' && { kind: kind.toUpperCase() }),
    name: name.toLowerCase(),
    timestamp: startMicros,
    duration: Math.max(1, endMicros - startMicros),
    localEndpoint: { serviceName: service.toLowerCase() },
    tags: tagsOf(span),
    annotations: events.map((event) => ({ timestamp: startMicros, value: event.name })),
  }
}

/** As opentelemetry-collector-contrib, `pkg/translator/zipkin/zipkinv2/from_translator.go`, has it. */
function collectorSpan(trace: TraceData, span: SpanData) {
  const { events = [], links = [], startMicros } = span
  const written = links.map((link, i) => [
    `otlp.link.${i}`,
    `${link.traceId}|${link.spanId}||${JSON.stringify(link.tags ?? {})}|0`,
  ])
  const annotations = events.map(({ name, tags = {} }) => ({
    timestamp: startMicros,
    value: Object.keys(tags).length === 0 ? name : `${name}|${JSON.stringify(tags)}|0`,
  }))
  const one = zipkinSpan(trace, span)
  return { ...one, tags: { ...one.tags, ...Object.fromEntries(written) }, annotations }
}
