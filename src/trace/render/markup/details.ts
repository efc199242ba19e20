import { errorText } from '../../analysis/error-text.ts'
import { isoTime } from '../../formats/iso-time.ts'
import type { Attributes, Span, SpanEvent, SpanLink } from '../../model.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import { attributeFields, type Field } from '../span-details/fields.ts'
import { MARKS } from '../waterfall/notes.ts'

/** What a row of the page unfolds to: the facts of a span, then its attributes, events and links. Not yet markup. */
export function detailsText(tree: TraceTree, node: number): string {
  const span = tree.span(node)
  return [
    ...fieldLines(factsOf(tree, node, span)),
    ...part('attributes', span.attributes),
    ...span.events.flatMap((event) => eventLines(event, span)),
    ...span.links.flatMap(linkLines),
    ...part('scope attributes', span.scope?.attributes ?? []),
  ].join('\n')
}

/** A line a field; lines of one value stand under each other. */
export function fieldLines(fields: readonly Field[], indent = ''): string[] {
  return fields.map(({ name, value }) => `${indent}${name}: ${value.replaceAll('\n', `\n${indent}  `)}`)
}

function factsOf(tree: TraceTree, node: number, span: Span): Field[] {
  const error = span.status === 'error' ? errorText(span) : undefined
  const { scope } = span
  const facts = {
    error: error ? `${error.text} (from ${error.from})` : '',
    name: span.name,
    service: span.service,
    kind: span.kind,
    status: span.statusMessage ? `${span.status}: ${span.statusMessage}` : span.status,
    start: tree.isTimed ? isoTime(tree.startNanos + BigInt(Math.round(tree.startOf(node)))) : '',
    duration: `${formatDuration(span.durationNanos)}, self ${formatDuration(tree.selfNanos(node))}`,
    span: span.spanId,
    parent: span.parentId ?? '',
    scope: scope ? `${scope.name} ${scope.version ?? ''}`.trim() : '',
    note: span.marks.map((mark) => MARKS[mark]).join('; '),
  }
  return Object.entries(facts).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]))
}

function part(title: string, attributes: Attributes): string[] {
  if (attributes.length === 0) return []
  return ['', title, ...fieldLines(attributeFields(attributes), '  ')]
}

function eventLines({ name, timeNanos, attributes }: SpanEvent, span: Span): string[] {
  const late = Number(timeNanos - span.startNanos)
  const at = `${late < 0 ? '-' : '+'}${formatDuration(Math.abs(late))}`
  return ['', `event ${at} ${name}`, ...fieldLines(attributeFields(attributes), '  ')]
}

function linkLines({ traceId, spanId, attributes }: SpanLink): string[] {
  return ['', `link to trace ${traceId} span ${spanId}`, ...fieldLines(attributeFields(attributes), '  ')]
}
