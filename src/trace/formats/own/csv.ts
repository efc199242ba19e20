import { safeText } from '../../../safe-text.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { isoTime } from '../iso-time.ts'
import { attributesToJson } from './own-json-export.ts'

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
 * Nodes of a tree as CSV (RFC 4180) with a header, in the order of the tree. Times in UTC with nanoseconds, durations in
 * nanoseconds, attributes as one JSON object. Texts that a spreadsheet would run as a formula get an apostrophe in
 * front, and control characters are written out.
 */
export function* toCsv(
  tree: TraceTree,
  nodes: Iterable<number>,
  write: (value: unknown) => string,
): Generator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for (const node of nodes) {
    const span = tree.span(node)
    const cells = [
      tree.trace.traceId,
      span.spanId,
      span.parentId ?? '',
      String(tree.depth(node)),
      text(span.service),
      text(span.name),
      span.kind,
      span.status,
      text(span.statusMessage ?? ''),
      span.marks.includes('start-missing') ? '' : isoTime(span.startNanos),
      String(span.durationNanos),
      String(tree.selfNanos(node)),
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
