import {
  type BigSpan,
  EXCEPTION,
  resourceOf,
  SCOPE,
  STATUS_MESSAGE,
  serviceName,
  spanAt,
} from './big-span.ts'
import { type BigTrace, SERVICES } from './big-trace.ts'

/** Spans of one service that stand together, as a collector sends them. */
const BATCH = 2_000

/** `ResourceSpans` of OTLP/JSON, trace by trace and service by service. */
export function* resourceSpans(traces: readonly BigTrace[]): Generator<object> {
  for (const trace of traces) {
    for (let service = 0; service < SERVICES; service++) yield* ofService(trace, service)
  }
}

function* ofService(trace: BigTrace, service: number): Generator<object> {
  let spans: object[] = []
  for (let i = 0; i < trace.count; i++) {
    if (trace.services[i] !== service) continue
    spans.push(otlpSpan(trace.traceId, spanAt(trace, i)))
    if (spans.length < BATCH) continue
    yield ofResource(service, spans)
    spans = []
  }
  if (spans.length > 0) yield ofResource(service, spans)
}

function ofResource(service: number, spans: object[]): object {
  const attributes = [['service.name', serviceName(service)] as const, ...resourceOf(service)].map(keyValue)
  return { resource: { attributes }, scopeSpans: [{ scope: SCOPE, spans }] }
}

function otlpSpan(traceId: string, span: BigSpan): object {
  const { startNanos, durationNanos, failed } = span
  return {
    traceId,
    spanId: span.spanId,
    parentSpanId: span.parentId ?? '',
    flags: 257,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(startNanos),
    endTimeUnixNano: String(startNanos + durationNanos),
    attributes: span.attributes.map(keyValue),
    events: failed ? [exception(startNanos + durationNanos / 2n)] : [],
    status: failed ? { code: 2, message: STATUS_MESSAGE } : {},
  }
}

function exception(time: bigint): object {
  return { timeUnixNano: String(time), name: 'exception', attributes: [keyValue(EXCEPTION)] }
}

function keyValue([key, value]: readonly [key: string, value: string | number]): object {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) } }
}
