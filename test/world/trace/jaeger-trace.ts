import type { SpanData, TraceData } from '../trace-data.ts'

/** A trace as Jaeger's internal JSON. `asText`: every value of a tag is a string, as VictoriaTraces gives them. */
export function toJaegerTrace(trace: TraceData, asText: boolean): unknown {
  const services = [...new Set(trace.spans.map((span) => span.service))]
  return {
    traceID: trace.traceId,
    spans: trace.spans.map((span) =>
      toSpan(span, trace.traceId, `p${services.indexOf(span.service)}`, asText),
    ),
    processes: Object.fromEntries(
      services.map((serviceName, i) => {
        const resource = trace.spans.find(({ service }) => service === serviceName)?.resource ?? {}
        const tags = Object.entries(resource).map(([key, value]) => ({
          key,
          type: 'string',
          value: String(value),
        }))
        return [`p${i}`, { serviceName, tags }]
      }),
    ),
    warnings: null,
  }
}

function toSpan(span: SpanData, traceID: string, processID: string, asText: boolean): unknown {
  const tags = [
    ...Object.entries(span.tags ?? {}).filter(([key]) => key !== 'error'),
    ['span.kind', span.kind],
    ...(span.error ? [['error', true]] : []),
  ]
  const reference = (refType: string, ofTrace: string, spanID: string) => ({
    refType,
    traceID: ofTrace,
    spanID,
  })
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentId === undefined ? [] : [reference('CHILD_OF', traceID, span.parentId)]),
      // A reference has no attributes.
      ...(span.links ?? []).map((link) => reference('FOLLOWS_FROM', link.traceId, link.spanId)),
    ],
    startTime: span.startMicros,
    duration: span.endMicros - span.startMicros,
    tags: tags.map(([key, value]) => {
      if (typeof value === 'boolean' && !asText) return { key, type: 'bool', value }
      return { key, type: 'string', value: String(value) }
    }),
    logs: (span.events ?? []).map((event) => ({
      timestamp: span.startMicros,
      fields: Object.entries({ event: event.name, ...event.tags }).map(([key, value]) => ({
        key,
        type: 'string',
        value: String(value),
      })),
    })),
    processID,
    warnings: span.warnings ?? null,
  }
}
