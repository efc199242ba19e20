import type { SpanData, Tags, TraceData } from '../trace-data.ts'

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/** How ids and enums are written: as the specification says (Jaeger v3), or as ProtoJSON does (Tempo). */
export type Spelling = 'hex' | 'base64'

/** Traces as one OTLP/JSON document, spans grouped by service, in no order. */
export function toOtlpDocument(
  traces: readonly TraceData[],
  spelling: Spelling,
): { resourceSpans: Record<string, unknown>[] } {
  const byService = new Map<string, unknown[]>()
  for (const trace of traces) {
    for (const span of trace.spans) {
      const spans = byService.get(span.service) ?? []
      byService.set(span.service, spans)
      spans.push(toOtlpSpan(span, trace.traceId, spelling))
    }
  }
  return {
    resourceSpans: [...byService].map(([service, spans]) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [{ scope: { name: 'demo', version: '1.0' }, spans }],
    })),
  }
}

function toOtlpSpan(span: SpanData, traceId: string, spelling: Spelling): unknown {
  const id = (hex: string) => (spelling === 'hex' ? hex : Buffer.from(hex, 'hex').toString('base64'))
  const named = spelling === 'base64'
  const error = named ? 'STATUS_CODE_ERROR' : 2
  return {
    traceId: id(traceId),
    spanId: id(span.spanId),
    ...(span.parentId !== undefined && { parentSpanId: id(span.parentId) }),
    name: span.name,
    kind: named ? `SPAN_KIND_${span.kind.toUpperCase()}` : KINDS.indexOf(span.kind),
    startTimeUnixNano: `${span.startMicros}000`,
    endTimeUnixNano: `${span.endMicros}000`,
    attributes: [...toKeyValues(span.tags), ...warningsOf(span)],
    ...(span.events !== undefined && {
      events: span.events.map(({ name, tags }) => ({
        name,
        timeUnixNano: `${span.startMicros}000`,
        attributes: toKeyValues(tags),
      })),
    }),
    ...(span.links !== undefined && {
      links: span.links.map((link) => ({
        traceId: id(link.traceId),
        spanId: id(link.spanId),
        attributes: toKeyValues(link.tags),
      })),
    }),
    status: span.error ? { code: error } : {},
  }
}

function warningsOf({ warnings }: SpanData): unknown[] {
  if (warnings === undefined) return []
  const values = warnings.map((stringValue) => ({ stringValue }))
  return [{ key: '@jaeger@warnings', value: { arrayValue: { values } } }]
}

function toKeyValues(tags: Tags): unknown[] {
  return Object.entries(tags ?? {}).map(([key, value]) => ({ key, value: { stringValue: String(value) } }))
}
