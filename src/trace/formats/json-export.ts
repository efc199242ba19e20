import {
  type Attributes,
  attribute,
  type Dropped,
  type Span,
  type SpanEvent,
  type Trace,
  UNKNOWN_SERVICE,
} from '../model.ts'
import { countWithheld } from '../span-view.ts'
import { errorsHandled, whyEndless } from '../tree/span-facts.ts'
import {
  attributesToJson,
  linkToJson,
  OTLP_KINDS,
  OTLP_STATUSES,
  writeKeyValues,
} from './otlp/otlp-values.ts'
import type { TraceLines } from './output-choices.ts'
import { isoTime } from './span-times.ts'

/**
 * The document of `trace get -o json` (docs/json.md) in pieces of text, one span a line: a large trace is never one string. Of attributes with the
 * same key the last is kept. `write` turns a value into JSON text. `whole`: all spans, where `trace` has only those that fit.
 */
export function* toJsonText(
  trace: Trace,
  write: (value: unknown) => string,
  whole: readonly Span[] = trace.spans,
): Generator<string> {
  const spans = byStart(trace)
  const members = Object.entries(headOf(trace, spans, whole)).map(
    ([key, value]) => `  ${write(key)}: ${write(value)},`,
  )
  yield `{\n${members.join('\n')}\n  "spans": [`
  for (const [i, span] of spans.entries()) yield `${i > 0 ? ',' : ''}\n    ${write(spanToJson(span))}`
  yield spans.length > 0 ? '\n  ]\n}\n' : ']\n}\n'
}

/** The same in one line. It begins with the trace id, and each span with its own id. */
function* toJsonLine(trace: Trace, write: (value: unknown) => string): Generator<string> {
  const spans = byStart(trace)
  const head = write(headOf(trace, spans, spans))
  yield `${head.slice(0, -1)},"spans":[`
  for (const [i, span] of spans.entries()) yield `${i > 0 ? ',' : ''}${write(spanToJson(span))}`
  yield ']}\n'
}

/** One span a line, with the id of its trace, by start. */
export function* toNdjson(trace: Trace, write: (value: unknown) => string): Generator<string> {
  for (const span of byStart(trace)) yield `${write({ traceId: trace.traceId, ...spanToJson(span) })}\n`
}

function byStart(trace: Trace): Span[] {
  return [...trace.spans].sort(
    (a, b) => Number(a.startNanos > b.startNanos) - Number(a.startNanos < b.startNanos),
  )
}

function headOf(trace: Trace, spans: readonly Span[], whole: readonly Span[]) {
  const timed = spans.filter((span) => !span.marks.includes('start-missing'))
  const start = timed[0]?.startNanos
  let end = start ?? 0n
  const isKnown = start !== undefined && !spans.some(isUnfinishedRoot)
  for (const span of timed) {
    const its = span.startNanos + BigInt(span.durationNanos)
    if (its > end) end = its
  }
  return {
    traceId: trace.traceId,
    startTime: start === undefined ? null : isoTime(start),
    startTimeUnixNano: start === undefined ? null : String(start),
    durationNanos: isKnown ? String(end - start) : null,
    spanCount: spans.length,
    errorCount: spans.filter((span) => span.status === 'error').length,
    errors_handled: errorsHandled(whole) ?? null,
    services: [...new Set(spans.map((span) => span.service))].sort(),
    partial: trace.partial ?? null,
    withheldSpans: countWithheld(spans),
  }
}

const isUnfinishedRoot = (span: Span): boolean =>
  span.parentId === undefined && whyEndless(span) !== undefined

const eventToJson = (event: SpanEvent) => ({
  name: event.name,
  time: event.timeNanos === undefined ? null : isoTime(event.timeNanos),
  timeUnixNano: event.timeNanos === undefined ? null : String(event.timeNanos),
  attributes: attributesToJson(event.attributes),
})

function spanToJson(span: Span) {
  const { scope, events } = span
  const logs = events.filter(({ isLog }) => isLog)
  return {
    spanId: span.spanId,
    parentSpanId: span.parentId ?? null,
    name: span.name,
    service: span.service,
    kind: span.kind,
    status: span.status,
    statusMessage: span.statusMessage ?? null,
    startTime: isoTime(span.startNanos),
    startTimeUnixNano: String(span.startNanos),
    durationNanos: String(BigInt(span.durationNanos)),
    attributes: attributesToJson(span.attributes),
    events: events.filter(({ isLog }) => !isLog).map(eventToJson),
    ...(logs.length > 0 && { logs: logs.map(eventToJson) }),
    links: span.links.map(linkToJson),
    resource: attributesToJson(span.resource),
    scope: scope
      ? { name: scope.name, version: scope.version ?? null, attributes: attributesToJson(scope.attributes) }
      : null,
    marks: span.marks,
  }
}

/** Pieces are joined up to this many characters: one string for a whole line may be longer than V8 allows. */
const PART_CHARACTERS = 1 << 20

/**
 * One trace as one line of text, its line break included: a JSON value of its own in UTF-8. `write` makes the JSON text of
 * a value.
 */
export function traceLine(format: TraceLines, trace: Trace, write: (value: unknown) => string): Buffer {
  const parts: Buffer[] = []
  let part = ''
  for (const piece of format === 'otlp' ? inOneLine(toOtlp(trace, write)) : toJsonLine(trace, write)) {
    part += piece
    if (part.length < PART_CHARACTERS) continue
    parts.push(Buffer.from(part))
    part = ''
  }
  return Buffer.concat([...parts, Buffer.from(part)])
}

/** Without the line breaks between spans: those within strings are escaped. */
function* inOneLine(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield piece.replaceAll('\n', '')
  yield '\n'
}

/** How to recognize a line of this kind again, and the ids in it, from its text alone. */
export interface LineShape {
  readonly begins: string
  /** Every line ends so, before its line break. */
  readonly ends: string
  /**
   * Finds ids, as groups `trace` and `span`. The quotes keep what a string of a span says apart: there they are escaped. A
   * link is none, since a name or a parent follows on the id of a span only.
   */
  readonly ids: RegExp
}

export const LINE_SHAPES: Readonly<Record<TraceLines, LineShape>> = {
  ndjson: {
    begins: '{"traceId":"',
    ends: ']}',
    ids: /\{"traceId":"(?<trace>[0-9a-f]+)","startTime":|\{"spanId":"(?<span>[0-9a-f]+)","parentSpanId":/g,
  },
  otlp: {
    begins: '{"resourceSpans":[',
    ends: ']}',
    ids: /\{"traceId":"(?<trace>[0-9a-f]+)","spanId":"(?<span>[0-9a-f]+)","(?:parentSpanId|name)":/g,
  },
}

/** No match of {@link LineShape.ids} is longer, in characters. */
export const LONGEST_MATCH = 128

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
