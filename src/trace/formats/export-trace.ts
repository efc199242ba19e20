import type { TraceTree } from '../tree/trace-tree.ts'
import { toJaeger } from './jaeger/jaeger-export.ts'
import { toOtlp } from './otlp/otlp-export.ts'
import type { TraceDataFormat } from './output-choices.ts'
import { toCsv } from './own/csv.ts'
import { toJsonText, toNdjson } from './own/own-json-export.ts'
import { toTraceEvents } from './perfetto/trace-events.ts'

/**
 * A trace as data, piece by piece; only the format asked for is loaded. `nodes`: the spans to write, all of them when
 * not given. `write` makes the JSON text of a value.
 */
export async function exportTrace(
  format: TraceDataFormat,
  tree: TraceTree,
  nodes: readonly number[] | undefined,
  write: (value: unknown) => string,
): Promise<Iterable<string>> {
  const trace = nodes ? { ...tree.trace, spans: nodes.map((node) => tree.span(node)) } : tree.trace
  switch (format) {
    case 'json':
      return toJsonText(trace, write, tree.trace.spans)
    case 'ndjson':
      return toNdjson(trace, write)
    case 'otlp':
      return toOtlp(trace, write)
    case 'jaeger':
      return toJaeger(trace, write)
    case 'perfetto':
      return toTraceEvents(tree, nodes ?? [...tree.spans.keys()], write)
    case 'csv':
      return toCsv(tree, nodes ?? [...tree.spans.keys()], write)
  }
}
