import { displayWidth } from '../../../text/display-width.ts'
import { blanks, safeName } from '../../../text/fit.ts'
import { eventsByTime, exceptionsOf, type RecordedException } from '../../analysis/exceptions.ts'
import type { Attributes, Span, SpanEvent, SpanLink } from '../../model.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Pen } from '../pen.ts'
import { brokenLines } from './broken-lines.ts'
import type { DetailsOf } from './details-of.ts'
import { eventTime } from './event-time.ts'
import { exceptionParts, shownExceptions } from './exception-lines.ts'
import { factFields } from './facts.ts'
import { attributeFields, fieldLines, listed } from './fields.ts'
import { heading } from './heading.ts'
import { wayLines } from './way.ts'

/** One span, whole, its parts with an empty line between them. No line is wider than the pen allows; all text is safe. */
export function* spanDetails(details: DetailsOf, pen: Pen): Generator<string> {
  const { tree, node, way } = details
  const span = tree.span(node)
  // Read once: a span that is masked or read late makes its events anew each time.
  const { attributes, dropped } = span
  const events = eventsByTime(span.events)
  // Without a stack those in attributes are no more than the error, which is told, and the attributes, which are.
  const exceptions = exceptionsOf(events, () => attributes).filter(({ event, stack }) => event ?? stack)
  const stackKeys = new Set(exceptions.map(({ event, stack }) => (event ? undefined : stack?.key)))
  yield* titleLines(span, pen)
  const parts = [
    fieldLines(factFields(details, pen), 2, pen),
    way === 'steps' && tree.parent(node) >= 0 ? wayLines(tree, node, pen) : [],
    ...exceptionParts(exceptions, details, pen),
    attributePart(
      'attributes',
      attributes.filter(([key]) => !stackKeys.has(key)),
      pen,
      dropped?.attributes,
    ),
    eventPart(events, exceptions, details, pen, dropped?.events),
    linkLines(tree, span.links, pen, dropped?.links),
    attributePart('resource', span.resource, pen),
    attributePart('scope attributes', span.scope?.attributes ?? [], pen),
  ]
  for (const part of parts) if (part.length > 0) yield* ['', ...part]
}

function titleLines(span: Span, { width, glyphs, style }: Pen): string[] {
  const failed = span.status === 'error'
  const name = safeName(span.name === '' ? '(no name)' : span.name, glyphs.ellipsis)
  const lines = brokenLines(failed ? `${glyphs.error} ${name}` : name, width)
  return lines.map((line) => style.bold(failed ? style.red(line) : line))
}

/** `events (1, 120 dropped)`: those that are here, and those that whoever recorded the span left out. */
const counted = (title: string, here: number, dropped: number): string =>
  `${title} (${here}${dropped > 0 ? `, ${dropped} dropped` : ''})`

function attributePart(title: string, attributes: Attributes, pen: Pen, dropped = 0): string[] {
  if (attributes.length === 0 && dropped === 0) return []
  const { shown, more } = listed(attributeFields(attributes), title.replace(/s$/, ''), 2, pen)
  return [heading(counted(title, attributes.length, dropped), pen), ...fieldLines(shown, 2, pen), ...more]
}

function eventPart(
  events: readonly SpanEvent[],
  exceptions: readonly RecordedException[],
  of: DetailsOf,
  pen: Pen,
  dropped = 0,
): string[] {
  if (events.length === 0 && dropped === 0) return []
  const told = new Map(
    shownExceptions(exceptions, pen).shown.map((exception) => [exception.event, exception]),
  )
  const { shown, more } = listed(events, 'event', 2, pen)
  const lines = shown.flatMap((event) => eventLines(event, told.get(event), of, pen))
  return [heading(counted('events', events.length, dropped), pen), ...lines, ...more]
}

/** An exception is told above: of its event only the other attributes are left. */
function eventLines(
  event: SpanEvent,
  exception: RecordedException | undefined,
  { tree, node }: DetailsOf,
  pen: Pen,
): string[] {
  const when = eventTime(tree, node, event, pen.glyphs.micro)
  const name = safeName(event.name === '' ? '(no name)' : event.name, pen.glyphs.ellipsis)
  const head = `${when}  ${name}${exception ? ' (above)' : ''}`
  const told = new Set([exception?.type, exception?.message, exception?.stack].map((part) => part?.key))
  const rest = event.attributes.filter(([key]) => !told.has(key))
  const { shown, more } = listed(attributeFields(rest), 'attribute', 4, pen)
  return [
    ...brokenLines(head, pen.width - 2).map((line) => `  ${line}`),
    ...fieldLines(shown, 4, pen),
    ...more,
  ]
}

function linkLines(tree: TraceTree, links: readonly SpanLink[], pen: Pen, dropped = 0): string[] {
  if (links.length === 0 && dropped === 0) return []
  const { shown, more } = listed(links, 'link', 2, pen)
  const lines = shown.flatMap((link) => {
    const ids = [`trace ${safeName(link.traceId, '')}`, `span ${safeName(link.spanId, '')}`]
    if (link.traceId === tree.trace.traceId) ids[0] = 'this trace'
    const one = ids.join('  ')
    const head = displayWidth(one) + 2 <= pen.width ? [one] : ids
    return [...head.map((line) => blanks(2) + line), ...fieldLines(attributeFields(link.attributes), 4, pen)]
  })
  return [heading(counted('links', links.length, dropped), pen), ...lines, ...more]
}
