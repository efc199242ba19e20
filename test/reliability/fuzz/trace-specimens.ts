import { toJsonText, toNdjson } from '../../../src/trace/formats/json-export.ts'
import { readTraces } from '../../../src/trace/formats/sniff.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { toJaegerTrace } from '../../world/trace/jaeger-trace.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { traceByIdResponse, tracesData } from '../../world/trace/protobuf.ts'
import {
  makeTrace,
  type SpanData,
  type TraceData,
  toStoredTraces,
  withHostileText,
} from '../../world/trace-data.ts'

/** A sound input to begin with. */
export interface Specimen {
  readonly format: string
  readonly bytes: Buffer
}

/** One trace in every format that is read, its texts full of terminal tricks. */
export function specimens(seed: number): Specimen[] {
  const trace = withHostileText(makeTrace({ seed }))
  const json = (format: string, value: unknown) => ({ format, bytes: Buffer.from(JSON.stringify(value)) })
  const hex = toOtlpDocument([trace], 'hex')
  const base64 = toOtlpDocument([trace], 'base64')
  const [own] = readTraces(Buffer.from(JSON.stringify(hex))) as [Trace]
  const lines = hex.resourceSpans.map((item) => JSON.stringify({ resourceSpans: [item] }))
  return [
    json('OTLP/JSON', hex),
    json('OTLP/JSON of Tempo', {
      trace: { batches: base64.resourceSpans },
      status: 'PARTIAL',
      message: 'too large',
    }),
    json('OTLP/JSON of Jaeger', { result: hex }),
    { format: 'OTLP lines', bytes: Buffer.from(lines.join('\n')) },
    { format: 'OTLP protobuf', bytes: tracesData(hex) },
    { format: 'protobuf of Tempo v2', bytes: traceByIdResponse(tracesData(hex), 'partial') },
    json('Jaeger', { data: [toJaegerTrace(trace, false)], errors: null }),
    json('Jaeger, bare', toJaegerTrace(trace, true)),
    json(
      'Zipkin',
      trace.spans.map((span) => toZipkin(trace, span)),
    ),
    json('Lightstep', toStoredTraces(trace, trace.spans[0]?.spanId ?? '')),
    { format: 'our JSON', bytes: Buffer.from([...toJsonText(own, JSON.stringify)].join('')) },
    { format: 'our lines', bytes: Buffer.from([...toNdjson(own, JSON.stringify)].join('')) },
  ]
}

function toZipkin({ traceId }: TraceData, span: SpanData): unknown {
  return {
    traceId,
    id: span.spanId,
    ...(span.parentId !== undefined && { parentId: span.parentId }),
    name: span.name,
    ...(span.kind !== 'internal' && { kind: span.kind.toUpperCase() }),
    timestamp: span.startMicros,
    duration: span.endMicros - span.startMicros,
    localEndpoint: { serviceName: span.service, ipv4: '10.0.0.1', port: 8080 },
    annotations: [{ timestamp: span.startMicros, value: 'cs' }],
    tags: Object.fromEntries(Object.entries(span.tags).map(([key, value]) => [key, String(value)])),
  }
}
