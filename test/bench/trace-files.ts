import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { tracesData } from '../world/trace/protobuf.ts'
import { type BigTrace, EPOCH, SERVICES } from './big-trace.ts'

/** Spans of one service that stand together, as a collector sends them. */
const BATCH = 2_000

const NAMES = [
  'HTTP GET /api/cart',
  'oteldemo.CartService/GetCart',
  'SELECT orders',
  'redis GET',
  'POST /api/checkout',
]
const RESOURCE_KEYS = [
  'k8s.pod.name',
  'k8s.namespace.name',
  'k8s.node.name',
  'host.name',
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
  'service.version',
  'service.instance.id',
  'os.type',
  'process.pid',
]

/** Writes a trace as one document of OTLP/JSON, some 860 bytes a span. */
export async function writeOtlpJson(trace: BigTrace, path: string): Promise<void> {
  await pipeline(Readable.from(jsonPieces(trace)), createWriteStream(path))
}

/** Writes the same trace as OTLP protobuf, some 430 bytes a span; never more than a batch of it is in memory. */
export async function writeOtlpProtobuf(trace: BigTrace, path: string): Promise<void> {
  await pipeline(Readable.from(protobufPieces(trace)), createWriteStream(path))
}

function* jsonPieces(trace: BigTrace): Generator<string> {
  let before = '{"resourceSpans":['
  for (const batch of batches(trace)) {
    yield `${before}${JSON.stringify(batch)}`
    before = ','
  }
  yield ']}\n'
}

function* protobufPieces(trace: BigTrace): Generator<Buffer> {
  for (const batch of batches(trace)) yield tracesData({ resourceSpans: [batch] })
}

/** `ResourceSpans` of OTLP/JSON, service by service. */
function* batches(trace: BigTrace): Generator<object> {
  for (let service = 0; service < SERVICES; service++) {
    let spans: object[] = []
    for (let i = 0; i < trace.count; i++) {
      if (trace.services[i] !== service) continue
      spans.push(spanOf(trace, i))
      if (spans.length < BATCH) continue
      yield resourceSpans(service, spans)
      spans = []
    }
    if (spans.length > 0) yield resourceSpans(service, spans)
  }
}

function resourceSpans(service: number, spans: object[]): object {
  const attributes = [text('service.name', `service-${service}`)]
  for (const key of RESOURCE_KEYS) attributes.push(text(key, `${key}-value-${service}`))
  const scope = { name: '@opentelemetry/instrumentation-http', version: '0.57.0' }
  return { resource: { attributes }, scopeSpans: [{ scope, spans }] }
}

function spanOf(trace: BigTrace, i: number): object {
  const start = EPOCH + BigInt(trace.starts[i] as number)
  const duration = BigInt(trace.durations[i] as number)
  const failed = trace.errors[i] === 1
  const parent = trace.parents[i] as number
  return {
    traceId: trace.traceId,
    spanId: idOf(trace, i),
    parentSpanId: parent < 0 ? '' : idOf(trace, parent),
    flags: 257,
    name: NAMES[i % NAMES.length],
    kind: 1 + (i % 5),
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + duration),
    attributes: attributesOf(idOf(trace, i), failed),
    events: failed ? [exception(start + duration / 2n)] : [],
    status: failed ? { code: 2, message: 'internal' } : {},
  }
}

function idOf(trace: BigTrace, i: number): string {
  const digits = (half: number | undefined) => (half ?? 0).toString(16).padStart(8, '0')
  return digits(trace.high[i]) + digits(trace.low[i])
}

function attributesOf(id: string, failed: boolean): object[] {
  return [
    text('http.request.method', 'GET'),
    text('url.full', `http://frontend-proxy:8080/api/cart?sessionId=${id}`),
    integer('http.response.status_code', failed ? '500' : '200'),
    text('server.address', 'cart.default.svc.cluster.local'),
    integer('server.port', '8080'),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'),
    integer('thread.id', '42'),
  ]
}

function exception(time: bigint): object {
  return {
    timeUnixNano: String(time),
    name: 'exception',
    attributes: [text('exception.message', 'redis timeout')],
  }
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const integer = (key: string, intValue: string) => ({ key, value: { intValue } })
