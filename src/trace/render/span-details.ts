import { count } from '../../text/count.ts'
import { displayWidth } from '../../text/display-width.ts'
import { blanks, fitEnd, safeName } from '../../text/fit.ts'
import { drawnPath, TimeOnPath } from '../analysis/critical-path.ts'
import { eventsByTime, exceptionsOf, type RecordedException } from '../analysis/findings.ts'
import type { Scale } from '../formats/output-choices.ts'
import type { Attributes, Span, SpanEvent, SpanLink } from '../model.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import {
  attributeFields,
  beginningOf,
  brokenLines,
  type DetailsOf,
  eventTime,
  factFields,
  fieldLines,
  heading,
  listed,
  moreOf,
  wayLines,
} from './fields.ts'
import type { Pen } from './glyphs.ts'
import { type HeaderFacts, headerLines } from './waterfall/head-and-notes.ts'
import type { Rows } from './waterfall/rows.ts'
import { timeWindow, zeroOf } from './window.ts'

/** One span, whole, its parts with an empty line between them. No line is wider than the pen allows; all text is safe. */
export function* spanDetails(details: DetailsOf, pen: Pen): Generator<string> {
  const { tree, node, way } = details
  const span = tree.span(node)
  // Read once: a span that is masked or read late makes its events again each time.
  const { attributes, dropped } = span
  const events = eventsByTime(span.events)
  // Without a stack, the exception in the attributes repeats the error and the attributes.
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
    eventPart(
      'event',
      events.filter(({ isLog }) => !isLog),
      exceptions,
      details,
      pen,
      dropped?.events,
    ),
    eventPart(
      'log',
      events.filter(({ isLog }) => isLog),
      exceptions,
      details,
      pen,
    ),
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
  kind: 'event' | 'log',
  events: readonly SpanEvent[],
  exceptions: readonly RecordedException[],
  of: DetailsOf,
  pen: Pen,
  dropped = 0,
): string[] {
  if (events.length === 0 && dropped === 0) return []
  const byEvent = new Map(
    shownExceptions(exceptions, pen).shown.map((exception) => [exception.event, exception]),
  )
  const { shown, more } = listed(events, kind, 2, pen)
  const lines = shown.flatMap((event) => eventLines(event, byEvent.get(event), of, pen))
  return [heading(counted(`${kind}s`, events.length, dropped), pen), ...lines, ...more]
}

/** An exception is shown above: of its event only the other attributes follow. */
function eventLines(
  event: SpanEvent,
  exception: RecordedException | undefined,
  { tree, node }: DetailsOf,
  pen: Pen,
): string[] {
  const when = eventTime(tree, node, event, pen.glyphs.micro)
  const name = safeName(event.name === '' ? '(no name)' : event.name, pen.glyphs.ellipsis)
  const head = `${when}  ${name}${exception ? ' (above)' : ''}`
  const drawnKeys = new Set([exception?.type, exception?.message, exception?.stack].map((part) => part?.key))
  const rest = event.attributes.filter(([key]) => !drawnKeys.has(key))
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
    const command = pen.open?.(link)
    return [
      ...head.map((line) => blanks(2) + line),
      ...(command === undefined ? [] : brokenLines(command, pen.width - 4).map((line) => blanks(4) + line)),
      ...fieldLines(attributeFields(link.attributes), 4, pen),
    ]
  })
  return [heading(counted('links', links.length, dropped), pen), ...lines, ...more]
}

const MOST_EXCEPTIONS = 5
const MOST_FRAMES = 20
const STACK_INDENT = 4
/** A line of a stack that names what lies behind, in Java, .NET and Python. */
const CAUSE = /^\s*(Caused by|Suppressed|---> |The above exception|During handling)/

function exceptionParts(
  exceptions: readonly RecordedException[],
  of: Pick<DetailsOf, 'tree' | 'node'>,
  pen: Pen,
): (readonly string[])[] {
  const { shown, more } = shownExceptions(exceptions, pen)
  return [...shown.map((one) => linesOf(one, of, pen)), more]
}

function shownExceptions(
  exceptions: readonly RecordedException[],
  pen: Pen,
): ReturnType<typeof listed<RecordedException>> {
  return listed(exceptions, 'exception', 2, pen, MOST_EXCEPTIONS)
}

function linesOf(
  { event, type, message, stack }: RecordedException,
  { tree, node }: Pick<DetailsOf, 'tree' | 'node'>,
  pen: Pen,
): string[] {
  const { width, style, glyphs } = pen
  const isTimed = event?.timeNanos !== undefined
  const when = !isTimed ? '' : ` (${eventTime(tree, node, event, glyphs.micro)})`
  const texts = [type?.text, message?.text].filter((text) => text !== undefined)
  return [
    heading(`exception${when}`, pen),
    ...texts.flatMap((text) => {
      const { shown, left } = pen.full ? { shown: text, left: 0 } : beginningOf(text)
      const lines = brokenLines(shown, width - 2).map((line) => `  ${style.red(line)}`)
      return left === 0 ? lines : [...lines, `  ${style.dim(moreOf(left, 'character', pen, width - 2))}`]
    }),
    ...(stack === undefined ? [] : stackLines(stack.text, { type, message }, pen)),
  ]
}

/** The stack without the type and the message at its beginning, which stand above it. */
function stackLines(
  stack: string,
  { type, message }: Pick<RecordedException, 'type' | 'message'>,
  pen: Pen,
): string[] {
  const frames = withoutHeader(stack.trimEnd(), type?.text ?? '', message?.text ?? '')
  const margin = blanks(STACK_INDENT)
  const room = pen.width - STACK_INDENT
  const { before, after, left } = pen.full ? { before: frames, after: [], left: 0 } : cutStack(frames)
  const depthOf = frames.some((frame) => PYTHON_FRAME.test(frame)) ? depthInPython : depthOfFrame
  const drawn = (lines: readonly string[]) =>
    lines
      .flatMap((frame) => brokenLines(frame.trim() === '' ? '' : depthOf(frame), room))
      .map((line) => margin + line)
  const more = left > 0 ? [margin + pen.style.dim(moreOf(left, 'line', pen, room))] : []
  const isReversed = before.length === 0
  return isReversed ? [...more, ...drawn(after)] : [...drawn(before), ...more, ...drawn(after)]
}

/** Leaves out first lines that repeat the type and the message. One with more, such as a code, stays. */
function withoutHeader(stack: string, type: string, message: string): string[] {
  const lines = stack.split(/\r?\n/)
  const headers = [`${type}: ${message}`, message, type].filter((text) => text.trim() !== '')
  const headerLengths = headers.map((header) => {
    const differs = header.split(/\r?\n/).findIndex((line, i) => lines[i]?.trimEnd() !== line.trimEnd())
    return differs < 0 ? header.split(/\r?\n/).length : differs
  })
  return lines.slice(Math.max(0, ...headerLengths))
}

/** Frames of one depth stand below each other. */
const depthOfFrame = (frame: string): string =>
  frame.replace(/^(\t| {4})(?=\S)/, '').replace(/^ {2}(?=\S)/, '')

/** A frame of Python, also within a group of exceptions. */
const PYTHON_FRAME = /^ {2}[ |]*File "/

/** Python indents frames by two blanks, and their source lines by two more, which they keep. */
const depthInPython = (line: string): string => line.replace(/^ {2}/, '')

interface CutStack {
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly left: number
}

/** The frames next to the error: the last ones of Python, elsewhere the first ones, and all lines that name a cause. */
function cutStack(frames: readonly string[]): CutStack {
  if (frames.length <= MOST_FRAMES) return { before: frames, after: [], left: 0 }
  if (frames[0]?.startsWith('Traceback (most recent call last)')) {
    return { before: [], after: frames.slice(-MOST_FRAMES), left: frames.length - MOST_FRAMES }
  }
  const rest = frames.slice(MOST_FRAMES)
  const causes = rest.filter((line) => CAUSE.test(line)).slice(0, MOST_EXCEPTIONS)
  return { before: frames.slice(0, MOST_FRAMES), after: causes, left: rest.length - causes.length }
}

/** A span of a whole trace, when only it and what is below it is drawn. */
export interface Focus {
  readonly tree: TraceTree
  readonly node: number
  readonly scale: Scale
}

/** The header of the whole trace, then the span; of an inner span also the heading for the rows that follow. */
export function* focusHead({ tree, node, scale }: Focus, facts: HeaderFacts, pen: Pen): Generator<string> {
  yield* headerLines(tree, facts, pen)
  yield ''
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  yield* spanDetails({ tree, node, onPath, zeroNanos: zeroOf(timeWindow(tree, scale)), way: 'steps' }, pen)
  if (tree.isLeaf(node)) return
  yield ''
  yield heading(`this span and below: ${tree.size(node)} of ${count(tree.count, 'span')}`, pen)
  yield ''
}

/** Of more rows than this the details of those that matter most are shown, unless all are asked for. */
const MOST_SPANS = 20

/**
 * The details of every span that has a row (`--details`). `focus`: the rows are of the tree below its node, and the details use
 * the whole trace.
 */
export function* detailsOfRows(focus: Focus, rows: Rows, pen: Pen): Generator<string> {
  const { tree, node: first, scale } = focus
  const all = rows.groups
    .flatMap(({ nodes }) => nodes)
    .map((row) => first + slowestOf(rows, row, tree, first))
  const nodes = pen.full || all.length <= MOST_SPANS ? all : mattersMost(tree, all)
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  const zeroNanos = zeroOf(timeWindow(tree, scale))
  for (const node of nodes) {
    yield ''
    yield pen.style.dim(pen.glyphs.rule.repeat(pen.width))
    yield* spanDetails({ tree, node, onPath, zeroNanos, way: 'line' }, pen)
  }
  if (nodes.length === all.length) return
  yield ''
  const left = `details of ${nodes.length} of ${count(all.length, 'row')}, failed or slowest first: --full shows all`
  yield pen.style.dim(fitEnd(left, pen.width, pen.glyphs.ellipsis))
}

/** A fold stands for many spans: the slowest says most. */
function slowestOf(rows: Rows, row: number, tree: TraceTree, first: number): number {
  const members = rows.fold(row)?.members ?? [row]
  const took = (node: number) => tree.span(first + node).durationNanos
  return members.reduce((slowest, member) => (took(member) > took(slowest) ? member : slowest))
}

/** Those that failed, then those with the most self time, in the order of the tree. */
function mattersMost(tree: TraceTree, nodes: readonly number[]): number[] {
  const failed = nodes.filter((node) => tree.hasFailed(node))
  const slow = nodes
    .filter((node) => !tree.hasFailed(node))
    .sort((a, b) => (tree.selfNanos(b) ?? 0) - (tree.selfNanos(a) ?? 0))
  return [...failed, ...slow].slice(0, MOST_SPANS).sort((a, b) => a - b)
}
