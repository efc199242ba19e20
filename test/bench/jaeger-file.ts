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

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/** Traces as Jaeger's query service gives what it has received as OTLP (jaeger `internal/uimodel`). */
export function* jaegerTraces(traces: readonly BigTrace[]): Generator<object> {
  for (const trace of traces) yield jaegerTrace(trace)
}

function jaegerTrace(trace: BigTrace): object {
  const services = Array.from({ length: SERVICES }, (_, service) => service)
  const process = (service: number) => ({
    serviceName: serviceName(service),
    tags: resourceOf(service).map(tag),
  })
  return {
    traceID: trace.traceId,
    spans: Array.from({ length: trace.count }, (_, i) => jaegerSpan(trace.traceId, spanAt(trace, i))),
    processes: Object.fromEntries(services.map((service) => [`p${service}`, process(service)])),
    warnings: null,
  }
}

function jaegerSpan(traceID: string, span: BigSpan): object {
  const { parentId, failed } = span
  const startTime = Number(span.startNanos / 1000n)
  const duration = Number(span.durationNanos / 1000n)
  return {
    traceID,
    spanID: span.spanId,
    flags: 1,
    operationName: span.name,
    references: parentId === undefined ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parentId }],
    startTime,
    duration,
    tags: [...span.attributes, ...factsOf(span)].map(tag),
    logs: failed ? [exception(startTime + Math.floor(duration / 2))] : [],
    processID: `p${span.service}`,
    warnings: null,
  }
}

type Pair = readonly [key: string, value: string | number | boolean]

/** What OpenTelemetry has members for. */
function factsOf({ kind, failed }: BigSpan): Pair[] {
  const facts: Pair[] = [
    ['span.kind', KINDS[kind] as string],
    ['otel.scope.name', SCOPE.name],
    ['otel.scope.version', SCOPE.version],
  ]
  if (failed)
    facts.push(['otel.status_code', 'ERROR'], ['error', true], ['otel.status_description', STATUS_MESSAGE])
  return facts
}

const exception = (timestamp: number) => ({
  timestamp,
  fields: [['event', 'exception'] as const, EXCEPTION].map(tag),
})

const TYPES: Readonly<Record<string, string>> = { string: 'string', number: 'int64', boolean: 'bool' }

const tag = ([key, value]: Pair) => ({ key, type: TYPES[typeof value], value })
