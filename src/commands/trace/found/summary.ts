import { isoTime } from '../../../trace/formats/iso-time.ts'
import { maskText } from '../../../trace/masking.ts'
import type { TraceSummary } from '../../../trace/search.ts'

/** A line of a list without what looks like a secret or like personal data. */
export function maskSummary(trace: TraceSummary): TraceSummary {
  const { rootName, span } = trace
  return {
    ...trace,
    ...(rootName !== undefined && { rootName: maskText(rootName) }),
    ...(span?.name !== undefined && { span: { ...span, name: maskText(span.name) } }),
  }
}

/** One trace of `-o json` and `-o ndjson`. Unknown values are null. */
export function summaryToJson({ traceId, rootService, rootName, span, startNanos, ...trace }: TraceSummary) {
  return {
    traceId: traceId ?? null,
    rootService: rootService ?? null,
    rootName: rootName ?? null,
    span: span ? { spanId: span.spanId, service: span.service ?? null, name: span.name ?? null } : null,
    startTime: startNanos === undefined ? null : isoTime(startNanos),
    startTimeUnixNano: startNanos === undefined ? null : String(startNanos),
    durationNanos: trace.durationNanos === undefined ? null : String(trace.durationNanos),
    spanCount: trace.spans ?? null,
    errorCount: trace.errors ?? null,
    services: trace.services,
  }
}
