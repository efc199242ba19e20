import { safeText } from '../../safe-text.ts'
import type { TraceNode } from '../tree.ts'
import { isoTime } from './iso-time.ts'
import { attributesToJson } from './json.ts'

const COLUMNS = [
  'trace_id',
  'span_id',
  'parent_span_id',
  'depth',
  'service',
  'name',
  'kind',
  'status',
  'status_message',
  'start_time',
  'duration_ns',
  'self_ns',
  'attributes',
]

/**
 * Spans as CSV (RFC 4180) with a header, in the order of the tree. Times in UTC with nanoseconds, durations in
 * nanoseconds, attributes as one JSON object. Texts that a spreadsheet would run as a formula get an apostrophe in
 * front, and control characters are written out.
 */
export function* toCsv(
  traceId: string,
  nodes: Iterable<TraceNode>,
  write: (value: unknown) => string,
): Generator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for (const { span, depth, selfNanos } of nodes) {
    const cells = [
      traceId,
      span.spanId,
      span.parentId ?? '',
      String(depth),
      text(span.service),
      text(span.name),
      span.kind,
      span.status,
      text(span.statusMessage ?? ''),
      span.marks.includes('start-missing') ? '' : isoTime(span.startNanos),
      String(span.durationNanos),
      String(selfNanos),
      write(attributesToJson(span.attributes)),
    ]
    yield `${cells.map(quote).join(',')}\r\n`
  }
}

function text(value: string): string {
  const safe = safeText(value, Number.POSITIVE_INFINITY)
  return /^[=+\-@]/.test(safe) ? `'${safe}` : safe
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
