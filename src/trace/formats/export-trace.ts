import type { TraceTree } from '../tree/trace-tree.ts'
import type { TraceDataFormat } from './output-choices.ts'
import { toCsv } from './own/csv.ts'

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
      return (await import('./own/own-json-export.ts')).toJsonText(trace, write, tree.trace.spans)
    case 'ndjson':
      return (await import('./own/own-json-export.ts')).toNdjson(trace, write)
    case 'otlp':
      return (await import('./otlp/otlp-export.ts')).toOtlp(trace, write)
    case 'jaeger':
      return (await import('./jaeger/jaeger-export.ts')).toJaeger(trace, write)
    case 'perfetto':
      return (await import('./perfetto/trace-events.ts')).toTraceEvents(
        tree,
        nodes ?? [...tree.spans.keys()],
        write,
      )
    case 'csv':
      return toCsv(tree, nodes ?? [...tree.spans.keys()], write)
  }
}
