import { isEndless } from '../../tree/endless.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { csvLine, csvText } from '../csv-cell.ts'
import { isoTime } from '../iso-time.ts'
import { attributesToJson } from './attributes-json.ts'

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
 * nanoseconds, attributes as one JSON object. A time that is not known is an empty cell. Names and messages are escaped,
 * see {@link csvText}.
 */
export function* toCsv(
  tree: TraceTree,
  nodes: Iterable<number>,
  write: (value: unknown) => string,
): Generator<string> {
  yield csvLine(COLUMNS)
  for (const node of nodes) {
    const span = tree.span(node)
    const cells = [
      tree.trace.traceId,
      span.spanId,
      span.parentId ?? '',
      String(tree.depth(node)),
      csvText(span.service),
      csvText(span.name),
      span.kind,
      span.status,
      csvText(span.statusMessage ?? ''),
      span.marks.includes('start-missing') ? '' : isoTime(span.startNanos),
      isEndless(span) ? '' : String(span.durationNanos),
      String(tree.selfNanos(node) ?? ''),
      write(attributesToJson(span.attributes)),
    ]
    yield csvLine(cells)
  }
}
