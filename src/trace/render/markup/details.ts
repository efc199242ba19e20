import { errorText } from '../../analysis/error-text.ts'
import { eventsByTime } from '../../analysis/exceptions.ts'
import { isoTime } from '../../formats/iso-time.ts'
import type { Attributes, Span, SpanEvent, SpanLink } from '../../model.ts'
import { isEndless } from '../../tree/endless.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { eventTime } from '../span-details/event-time.ts'
import { attributeFields, type Field } from '../span-details/fields.ts'
import { selfTextWhy, spanDuration } from '../span-duration.ts'
import { markText } from '../waterfall/notes.ts'

/** What a row of the page unfolds to: the facts of a span, then its attributes, events and links. Not yet markup. */
export function detailsText(tree: TraceTree, node: number): string {
  const span = tree.span(node)
  return [
    ...fieldLines(factsOf(tree, node, span)),
    ...part('attributes', span.attributes),
    ...eventsByTime(span.events).flatMap((event) => eventLines(tree, node, event)),
    ...span.links.flatMap(linkLines),
    ...part('scope attributes', span.scope?.attributes ?? []),
  ].join('\n')
}

/**
 * The page's own words in a {@link detailsText}, which the search leaves out: titles, names of facts, and facts that tell
 * something else again. Its groups are values between them. Lines of texts that could be taken for them begin with blanks.
 */
export const OWN_WORDS =
  /^(?:(?:error|dropped|note): .*(?:\n {2}.*)*|duration: ([^,\n]*).*|[a-z]+: |(?:scope )?attributes$|event \S+ |link to trace (.*) span )/gm

/** A line a field; lines of one field stand under each other. */
export function fieldLines(fields: readonly Field[], indent = ''): string[] {
  return fields.map(({ name, value }) => indent + indented(`${name}: ${value}`, indent))
}

const indented = (text: string, indent = ''): string => text.replaceAll('\n', `\n${indent}  `)

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
    duration: spanDuration(span) + (isEndless(span) ? '' : `, ${selfTextWhy(tree, node)}`),
    span: span.spanId,
    parent: span.parentId ?? '',
    scope: scope ? `${scope.name} ${scope.version ?? ''}`.trim() : '',
    dropped: droppedText(span),
    note: span.marks.map((mark) => markText(tree, node, mark)).join('; '),
  }
  return Object.entries(facts).flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]))
}

/** `3 attributes, 120 events`. */
const droppedText = ({ dropped }: Span): string =>
  Object.entries(dropped ?? {})
    .flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []))
    .join(', ')

function part(title: string, attributes: Attributes): string[] {
  if (attributes.length === 0) return []
  return ['', title, ...fieldLines(attributeFields(attributes), '  ')]
}

function eventLines(tree: TraceTree, node: number, event: SpanEvent): string[] {
  const title = `event ${eventTime(tree, node, event)} ${indented(event.name)}`
  return ['', title, ...fieldLines(attributeFields(event.attributes), '  ')]
}

function linkLines({ traceId, spanId, attributes }: SpanLink): string[] {
  return ['', `link to trace ${traceId} span ${spanId}`, ...fieldLines(attributeFields(attributes), '  ')]
}
