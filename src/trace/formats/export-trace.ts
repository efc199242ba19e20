import { type Attributes, attribute, NONE, type Span, type Trace, UNKNOWN_SERVICE } from '../model.ts'
import { isEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { JAEGER_WARNINGS, warningTexts } from './collection.ts'
import { csvLine, csvText } from './csv-cell.ts'
import { writeTag } from './jaeger-json.ts'
import { attributesToJson } from './otlp/otlp-values.ts'
import { isoTime } from './span-times.ts'

export { toJsonText, toNdjson, toOtlp } from './json-export.ts'
export { toTraceEvents } from './trace-events.ts'

/**
 * The trace as Jaeger's internal JSON (what its UI loads and `/api/traces/{id}` answers), in pieces of text. Times are
 * rounded to whole microseconds; attributes of links and scopes and missing ends are lost, since Jaeger has no place
 * for them. `write` turns a value into JSON text.
 */
export function* toJaeger(trace: Trace, write: (value: unknown) => string): Generator<string> {
  const processes = new Map<string, unknown>()
  const idsByResource = new Map<Attributes, Map<string, string>>()
  yield `{"data":[{"traceID":${write(trace.traceId)},"spans":[\n`
  for (const [i, span] of trace.spans.entries()) {
    const ids = idsByResource.get(span.resource) ?? new Map<string, string>()
    idsByResource.set(span.resource, ids)
    let processID = ids.get(span.service)
    if (processID === undefined) {
      processID = `p${processes.size + 1}`
      ids.set(span.service, processID)
      processes.set(processID, processOf(span))
    }
    yield (i > 0 ? ',\n' : '') + write(spanOf(span, trace.traceId, processID))
  }
  const table = write(Object.fromEntries(processes))
  yield `],"processes":${table},"warnings":null}],"total":0,"limit":0,"offset":0,"errors":null}\n`
}

function processOf({ service, resource }: Span): unknown {
  const tags = resource.filter(([key]) => key !== 'service.name')
  return {
    serviceName: service === UNKNOWN_SERVICE ? '' : service,
    tags: tags.map(([key, value]) => writeTag(key, value)),
  }
}

function spanOf(span: Span, traceID: string, processID: string): unknown {
  const { attributes, marks } = span
  const refType = marks.includes('follows-parent') ? 'FOLLOWS_FROM' : 'CHILD_OF'
  const warnings = warningTexts(attribute(attributes, JAEGER_WARNINGS))
  const tags = attributes.filter(
    ([key, value]) =>
      !(key === JAEGER_WARNINGS && warnings.length > 0) &&
      // The status says otherwise, and goes before it.
      !(key === 'error' && span.status === 'error' && String(value) === 'false'),
  )
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentId === undefined ? [] : [{ refType, traceID, spanID: span.parentId }]),
      ...span.links.map((link) => ({ refType: 'FOLLOWS_FROM', traceID: link.traceId, spanID: link.spanId })),
    ],
    startTime: micros(span.startNanos),
    // Cut apart from its start, a span would end too early.
    duration: micros(span.startNanos + BigInt(span.durationNanos)) - micros(span.startNanos),
    // The first of a kind counts, for whoever reads them.
    tags: [...factTags(span), ...tags].map(([key, value]) => writeTag(key, value)),
    logs: span.events.map((event) => ({
      // A log must have one.
      timestamp: micros(event.timeNanos ?? span.startNanos),
      fields: [['event', event.name] as const, ...event.attributes].map(([key, value]) =>
        writeTag(key, value),
      ),
    })),
    processID,
    warnings: warnings.length > 0 ? warnings : null,
  }
}

/** A JSON number: microseconds stay below 2^53 until the year 2255. */
function micros(nanos: bigint): number {
  return Number((nanos + 500n) / 1000n)
}

function factTags({ attributes, kind, status, statusMessage, scope }: Span): Attributes {
  const tags: [string, string | boolean][] = []
  if (kind !== 'unspecified') tags.push(['span.kind', kind])
  // Beside the code it would read as a tag that only says the status.
  const hasError = attributes.some(([key, value]) => key === 'error' && String(value) === 'true')
  if (status === 'ok' || (status === 'error' && !hasError))
    tags.push(['otel.status_code', status === 'error' ? 'ERROR' : 'OK'])
  if (status === 'error' && !hasError) tags.push(['error', true])
  if (statusMessage) tags.push(['otel.status_description', statusMessage])
  if (scope?.name) tags.push(['otel.scope.name', scope.name])
  if (scope?.name && scope.version) tags.push(['otel.scope.version', scope.version])
  return tags.length > 0 ? tags : NONE
}

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
