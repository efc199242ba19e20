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
 * Spans of Zipkin v2 as OpenTelemetry's collector writes them. Zipkin has no resources, so it repeats their attributes in
 * the tags of each span (opentelemetry-collector-contrib, pkg/translator/zipkin/zipkinv2/from_translator.go). Members are
 * in the order of zipkin-go (model/span.go), tags in that of Go's encoding/json. `isBare`: as Zipkin's own tracers write.
 */
export function* zipkinSpans(traces: readonly BigTrace[], isBare: boolean): Generator<object> {
  const written = isBare ? bareSpan : collectorSpan
  for (const trace of traces) {
    for (let i = 0; i < trace.count; i++) yield written(trace.traceId, spanAt(trace, i))
  }
}

function collectorSpan(traceId: string, span: BigSpan): object {
  const tags = [...resourceOf(span.service), ...tagsOf(span)]
  return {
    ...timesOf(span),
    ...idsOf(traceId, span),
    name: span.name,
    kind: KINDS[span.kind],
    shared: false,
    localEndpoint: endpointOf(span),
    annotations: annotationsOf(span),
    tags: asObject(tags.sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function bareSpan(traceId: string, span: BigSpan): object {
  const annotations = annotationsOf(span)
  return {
    ...idsOf(traceId, span),
    kind: KINDS[span.kind],
    name: span.name,
    ...timesOf(span),
    localEndpoint: endpointOf(span),
    ...(annotations && { annotations }),
    tags: asObject(tagsOf(span)),
  }
}

const idsOf = (traceId: string, { spanId, parentId }: BigSpan) => ({
  traceId,
  id: spanId,
  ...(parentId !== undefined && { parentId }),
})

const timesOf = ({ startNanos, durationNanos }: BigSpan) => ({
  timestamp: Number(startNanos / 1000n),
  duration: Math.max(1, Number(durationNanos / 1000n)),
})

const endpointOf = ({ service }: BigSpan) => ({ serviceName: serviceName(service), ipv4: '10.0.0.7' })

const annotationsOf = ({ failed, startNanos, durationNanos }: BigSpan) =>
  failed ? [exception(startNanos + durationNanos / 2n)] : null

type Tag = readonly [key: string, value: unknown]

const asObject = (tags: readonly Tag[]) =>
  Object.fromEntries(tags.map(([key, value]) => [key, String(value)]))

const tagsOf = (span: BigSpan): Tag[] => [...span.attributes, ...factsOf(span)]

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
