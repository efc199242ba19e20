import {
  type Attributes,
  attribute,
  type Dropped,
  type Span,
  type Trace,
  UNKNOWN_SERVICE,
} from '../../model.ts'
import { OTLP_KINDS, OTLP_STATUSES, writeKeyValues } from './otlp-values.ts'

/**
 * The trace as one OTLP/JSON document (`TracesData`, specification spelling: hex ids, integer enums, 64-bit integers as
 * strings), in pieces of text. Spans are grouped by resource and scope, so their order is lost; everything else of the
 * model is kept, except the marks `end-before-start`, `parent-unreadable`, `own-parent`, `id-rewritten`, `id-shared` and `follows-parent`, which
 * OTLP cannot express. `write` turns a value into JSON text.
 */
export function* toOtlp(trace: Trace, write: (value: unknown) => string): Generator<string> {
  const traceId = trace.traceId.padStart(32, '0')
  yield '{"resourceSpans":['
  let between = ''
  for (const [resource, scopes] of groupSpans(trace.spans)) {
    yield `${between}{"resource":{"attributes":${write(writeKeyValues(resource))}},"scopeSpans":[`
    between = ',\n'
    let comma = ''
    for (const spans of scopes) {
      yield `${comma}{"scope":${write(scopeOf(spans[0]!))},"spans":[\n`
      comma = ',\n'
      for (const [i, span] of spans.entries()) yield (i > 0 ? ',\n' : '') + write(spanOf(span, traceId))
      yield ']}'
    }
    yield ']}'
  }
  yield ']}\n'
}

/** Spans of one resource share the array; a service that is only known from elsewhere is added to it. */
function* groupSpans(spans: readonly Span[]): Generator<[Attributes, Iterable<Span[]>]> {
  const byResource = new Map<Attributes, Map<string, Map<unknown, Span[]>>>()
  for (const span of spans) {
    const byService = nested(byResource, span.resource, () => new Map<string, Map<unknown, Span[]>>())
    const byScope = nested(byService, span.service, () => new Map<unknown, Span[]>())
    nested(byScope, scopeKey(span), () => [] as Span[]).push(span)
  }
  for (const [resource, byService] of byResource) {
    for (const [service, byScope] of byService) yield [withService(resource, service), byScope.values()]
  }
}

/** Most readers share one scope object among its spans; equal plain ones are one scope anyway. */
function scopeKey({ scope }: Span): unknown {
  return scope && scope.attributes.length === 0 ? JSON.stringify([scope.name, scope.version]) : scope
}

function nested<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function withService(resource: Attributes, service: string): Attributes {
  if (attribute(resource, 'service.name') === service || service === UNKNOWN_SERVICE) return resource
  return [['service.name', service], ...resource.filter(([key]) => key !== 'service.name')]
}

function scopeOf({ scope }: Span): unknown {
  if (!scope) return {}
  const { name, version, attributes } = scope
  return { name, version, ...(attributes.length > 0 && { attributes: writeKeyValues(attributes) }) }
}

function spanOf(span: Span, traceId: string): unknown {
  const { attributes, dropped, events, links, parentId, statusMessage } = span
  const code = OTLP_STATUSES.indexOf(span.status)
  return {
    traceId,
    spanId: span.spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name: span.name,
    kind: OTLP_KINDS.indexOf(span.kind),
    ...otlpTimes(span),
    ...(attributes.length > 0 && { attributes: writeKeyValues(attributes) }),
    ...(events.length > 0 && {
      events: events.map((event) => ({
        ...(event.timeNanos !== undefined && { timeUnixNano: String(event.timeNanos) }),
        name: event.name,
        ...(event.attributes.length > 0 && { attributes: writeKeyValues(event.attributes) }),
      })),
    }),
    ...(links.length > 0 && {
      links: links.map((link) => ({
        traceId: link.traceId.padStart(32, '0'),
        spanId: link.spanId,
        ...(link.attributes.length > 0 && { attributes: writeKeyValues(link.attributes) }),
      })),
    }),
    ...(dropped && droppedCounts(dropped)),
    status: { ...(code > 0 && { code }), ...(statusMessage !== undefined && { message: statusMessage }) },
  }
}

const droppedCounts = ({ attributes, events, links }: Dropped): object => ({
  ...(attributes > 0 && { droppedAttributesCount: attributes }),
  ...(events > 0 && { droppedEventsCount: events }),
  ...(links > 0 && { droppedLinksCount: links }),
})

/** A known duration without a start begins at 0, unlike any real span. */
function otlpTimes(span: Span): { startTimeUnixNano: string; endTimeUnixNano: string } {
  const end = span.startNanos + BigInt(span.durationNanos)
  return {
    startTimeUnixNano: String(span.startNanos),
    endTimeUnixNano: span.marks.includes('end-missing') ? '0' : String(end),
  }
}
