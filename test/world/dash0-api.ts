import type { ServerResponse } from 'node:http'
import { httpServer, listen } from './loopback-server.ts'
import { toOtlpDocument } from './trace/otlp.ts'
import type { LogLine, SpanData, TraceData } from './trace-data.ts'

/** One request as the API saw it. */
export interface Dash0Request {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Record<string, unknown>
}

/** A running Dash0 API. */
export interface Dash0Api {
  readonly url: string
  readonly requests: readonly Dash0Request[]
  close(): Promise<void>
}

/**
 * Starts an emulation of Dash0's API on loopback: requests, filters, paging by cursors, ids in base64 and errors as its OpenAPI
 * document and its Go client (`dash0-api-client-go`) have them. `page`: spans of one page (200 there).
 */
export async function startDash0Api(options: {
  traces: readonly TraceData[]
  token: string
  logs?: readonly LogLine[]
  page?: number
}): Promise<Dash0Api> {
  const requests: Dash0Request[] = []
  const server = httpServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const { authorization } = request.headers
      const path = request.url ?? '/'
      const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>
      requests.push({ path, authorization, body })
      if (authorization !== `Bearer ${options.token}`) return error(response, 401, 'Unauthorized')
      if (request.method !== 'POST') return error(response, 404, 'Not Found')
      if (body.dataset !== undefined && body.dataset !== 'prod')
        return error(response, 403, 'no access to the dataset')
      if (path === '/api/trace/details') return details(options, body, response)
      if (path === '/api/spans') return spans(options, body, response)
      error(response, 404, 'Not Found')
    })
  })
  const listening = await listen(server)
  return { url: `http://127.0.0.1:${listening.port}`, requests, close: () => listening.close() }
}

type Options = Parameters<typeof startDash0Api>[0]

const json = (response: ServerResponse, status: number, body: unknown) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const error = (response: ServerResponse, code: number, message: string) =>
  json(response, code, { error: { code, message } })

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

/** Its enums are numbers, and its ids `format: byte`. */
function document(traces: readonly TraceData[]) {
  const whole = JSON.stringify(toOtlpDocument(traces, 'hex'))
  return JSON.parse(
    whole.replace(
      /"(traceId|spanId|parentSpanId)":"([0-9a-f]+)"/g,
      (_, name, hex) => `"${name}":"${base64(hex)}"`,
    ),
  ) as { resourceSpans: unknown[] }
}

function details({ traces, logs = [] }: Options, body: Record<string, unknown>, response: ServerResponse) {
  const trace = traces.find(({ traceId }) => traceId === body.traceId)
  if (trace === undefined) return json(response, 200, { resourceSpans: [] })
  const logRecords = logs.map(({ spanId, text, severity, eventName }) => ({
    timeUnixNano: '1790000000000000000',
    severityText: severity,
    ...(eventName !== undefined && { eventName }),
    body: { stringValue: text },
    traceId: base64(trace.traceId),
    spanId: base64(spanId),
    attributes: [],
  }))
  json(response, 200, { ...document([trace]), resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
}

interface Filter {
  readonly key: string
  readonly operator: string
  readonly value?: string
  readonly values?: readonly string[]
}

function spans({ traces, page = 200 }: Options, body: Record<string, unknown>, response: ServerResponse) {
  const {
    timeRange,
    filter = [],
    pagination = {},
  } = body as {
    timeRange?: { from: string; to: string }
    filter?: readonly Filter[]
    pagination?: { limit?: number; cursor?: string }
  }
  const [from, to] = [Date.parse(timeRange?.from ?? ''), Date.parse(timeRange?.to ?? '')]
  if (Number.isNaN(from + to)) return error(response, 400, 'timeRange is required')
  if ((pagination.limit ?? 0) > 200) return error(response, 400, 'limit must be at most 200')
  const all = traces
    .flatMap((trace) => trace.spans.map((span) => ({ trace, span })))
    .filter(({ span }) => span.startMicros / 1000 >= from && span.startMicros / 1000 <= to)
    .filter(({ trace, span }) => filter.every((one) => fits(one, trace, span)))
    .sort((a, b) => b.span.startMicros - a.span.startMicros)
  const at = Number(pagination.cursor ?? 0)
  const until = at + Math.min(page, pagination.limit ?? 200)
  const picked = all.slice(at, until)
  json(response, 200, {
    ...document(picked.map(({ trace, span }) => ({ ...trace, spans: [span] }))),
    cursors: until < all.length ? { after: String(until) } : {},
  })
}

function fits({ key, operator, value, values }: Filter, { traceId }: TraceData, span: SpanData): boolean {
  const known: Record<string, string | undefined> = {
    'service.name': span.service,
    'otel.trace.id': traceId,
    'otel.span.name': span.name,
    'otel.span.status.code': span.error ? 'ERROR' : undefined,
  }
  const own = key in known ? known[key] : span.tags[key] === undefined ? undefined : String(span.tags[key])
  if (operator === 'is_not') return own !== value
  if (own === undefined) return false
  if (operator === 'is') return own === value
  if (operator === 'is_one_of') return values?.includes(own) === true
  if (operator === 'gte') return Number(own) >= Number(value)
  throw new Error(`the double does not know ${operator}`)
}
