import {
  type BigSpan,
  EXCEPTION,
  resourceOf,
  SCOPE,
  STATUS_MESSAGE,
  serviceName,
  spanAt,
} from './big-span.ts'
import type { BigTrace } from './big-trace.ts'

const KINDS = [undefined, undefined, 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']

/**
 * Spans of Zipkin v2. Zipkin has no resources, so OpenTelemetry's collector repeats the attributes of a resource in the
 * tags of each of its spans (opentelemetry-collector-contrib, pkg/translator/zipkin/zipkinv2/from_translator.go).
 * `isBare`: without them, as Zipkin's own tracers write.
 */
export function* zipkinSpans(traces: readonly BigTrace[], isBare: boolean): Generator<object> {
  for (const trace of traces) {
    for (let i = 0; i < trace.count; i++) yield zipkinSpan(trace.traceId, spanAt(trace, i), isBare)
  }
}

function zipkinSpan(traceId: string, span: BigSpan, isBare: boolean): object {
  const { startNanos, durationNanos, failed } = span
  return {
    traceId,
    ...(span.parentId !== undefined && { parentId: span.parentId }),
    id: span.spanId,
    kind: KINDS[span.kind],
    name: span.name,
    timestamp: Number(startNanos / 1000n),
    duration: Math.max(1, Number(durationNanos / 1000n)),
    localEndpoint: { serviceName: serviceName(span.service), ipv4: '10.0.0.7' },
    ...(failed && { annotations: [exception(startNanos + durationNanos / 2n)] }),
    tags: Object.fromEntries(
      [...(isBare ? [] : resourceOf(span.service)), ...span.attributes, ...factsOf(span)].map(
        ([key, value]) => [key, String(value)],
      ),
    ),
  }
}

/** What OpenTelemetry has members for. */
function factsOf({ failed }: BigSpan): (readonly [key: string, value: string])[] {
  const facts: [string, string][] = [
    ['otel.scope.name', SCOPE.name],
    ['otel.scope.version', SCOPE.version],
  ]
  if (failed) facts.push(['otel.status_code', 'ERROR'], ['error', STATUS_MESSAGE])
  return facts
}

const exception = (time: bigint) => ({
  timestamp: Number(time / 1000n),
  value: `"exception":{"${EXCEPTION[0]}":"${EXCEPTION[1]}"}`,
})
