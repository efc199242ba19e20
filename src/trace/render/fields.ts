import { displayWidth, graphemes, widest } from '../../text/display-width.ts'
import { blanks, fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../text/fit.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TimeOnPath } from '../analysis/critical-path.ts'
import { errorText } from '../analysis/findings.ts'
import { attributeText } from '../formats/otlp/otlp-values.ts'
import { isoTime } from '../formats/span-times.ts'
import { genAiOf, tokensText } from '../gen-ai.ts'
import type { Attributes, AttributeValue, Span, SpanEvent, Trace } from '../model.ts'
import { UNFINISHED_WORDS, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { formatDuration, nodeDuration, percent, selfTextWhy } from './format-duration.ts'
import type { Pen } from './glyphs.ts'
import { markText } from './waterfall/head-and-notes.ts'

export interface Field {
  readonly name: string
  readonly value: string
  readonly paint?: (text: string) => string
}

const GAP = 2
/** A name never takes more than this share of the line; a longer one has a line of its own. */
const MOST_NAME = 0.45

/**
 * `name  value` lines, values below each other. A value that does not fit beside its name without a break inside of a
 * word (an id, an address) stands below the name instead.
 */
export function fieldLines(fields: readonly Field[], indent: number, pen: Pen): string[] {
  const { width, glyphs } = pen
  const most = Math.floor((width - indent) * MOST_NAME)
  const names = fields.map(({ name }) => safeName(name, glyphs.ellipsis))
  const column = names
    .map(displayWidth)
    .reduce((widest, own) => (own <= most ? Math.max(widest, own) : widest), 0)
  return fields.flatMap((field, i) => {
    const name = names[i]!
    const beside = valueLines(field, Math.max(1, width - indent - column - GAP), pen)
    if (displayWidth(name) <= column && !beside.isBroken) {
      const margin = blanks(indent + column + GAP)
      return beside.lines.map((line, at) =>
        at === 0
          ? `${blanks(indent)}${pen.style.dim(padEnd(name, column))}${blanks(GAP)}${line}`
          : margin + line,
      )
    }
    const below = valueLines(field, Math.max(1, width - indent - 2 * GAP), pen)
    const head = blanks(indent) + pen.style.dim(fitEnd(name, width - indent, glyphs.ellipsis))
    return [head, ...below.lines.map((line) => blanks(indent + 2 * GAP) + line)]
  })
}

interface ValueLines {
  readonly lines: readonly string[]
  readonly isBroken: boolean
}

function valueLines({ value, paint = (text) => text }: Field, room: number, pen: Pen): ValueLines {
  const { shown, left } = pen.full ? { shown: value, left: 0 } : beginningOf(value)
  const lines = brokenLines(left > 0 ? shown.trimEnd() + pen.glyphs.ellipsis : shown, room)
  const isBroken = shown.split(/[\s,;&|]+/).some((word) => displayWidth(word) >= room)
  const more = left > 0 ? [pen.style.dim(moreOf(left, 'character', pen, room))] : []
  return { lines: [...lines.map(paint), ...more], isBroken }
}

/** `and 1,234 more characters: --full`. */
export function moreOf(left: number, noun: string, { glyphs, more = '--full' }: Pen, room: number): string {
  const digits = String(left).replace(/\B(?=(\d{3})+$)/g, ',')
  return fitEnd(`and ${digits} more ${noun}${left === 1 ? '' : 's'}: ${more}`, room, glyphs.ellipsis)
}

/** Attributes sorted by key, values as text: strings unchanged, all else as JSON. */
export function attributeFields(attributes: Attributes): Field[] {
  return [...attributes]
    .sort(([a], [b]) => Number(a > b) - Number(a < b))
    .map(([name, value]) => ({ name: name === '' ? '""' : name, value: valueText(value) }))
}

function valueText(value: AttributeValue): string {
  return value === '' ? '""' : attributeText(value)
}

/** How many attributes, events or links are listed, unless all are asked for. */
const MOST_LISTED = 50

/** The beginning of a list, and the line that counts the rest. */
export function listed<Item>(
  items: readonly Item[],
  noun: string,
  indent: number,
  pen: Pen,
  most = MOST_LISTED,
): { readonly shown: readonly Item[]; readonly more: readonly string[] } {
  if (pen.full || items.length <= most) return { shown: items, more: [] }
  const line = moreOf(items.length - most, noun, pen, pen.width - indent)
  return { shown: items.slice(0, most), more: [blanks(indent) + pen.style.dim(line)] }
}

/** The line above a part of the details. */
export function heading(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

/** `+12.0ms`, `-3.00ms`. */
export function offsetText(nanos: number, { glyphs }: Pick<Pen, 'glyphs'>): string {
  return signed(nanos, glyphs.micro)
}

export interface DetailsOf {
  readonly tree: TraceTree
  readonly node: number
  readonly onPath: TimeOnPath
  /** The moment that offsets count from, in nanoseconds after the tree's start. */
  readonly zeroNanos: number
  /** `steps`: the way from the root has a line for each span. `line`: it is one text. */
  readonly way: 'steps' | 'line'
}

/** Characters after which a line may be broken; a word between them stays whole where it fits into a line. */
const BREAKS = new Set([' ', ',', ';', '&', '|'])

/**
 * An untrusted text as sanitized lines of at most `width` columns: its own lines, each broken where it is too long. Only blanks
 * at a break are lost. Tabs become two blanks: stacks are indented with them.
 */
export function brokenLines(text: string, width: number): string[] {
  return text
    .split(/\r?\n/)
    .flatMap((line) => broken(safeText(line.replaceAll('\t', '  '), Number.POSITIVE_INFINITY), width))
}

function broken(line: string, width: number): string[] {
  if (displayWidth(line) <= width) return [line]
  const parts = graphemes(line)
  const lines: string[] = []
  let from = 0
  while (from < parts.length) {
    const to = endOfLine(parts, from, width)
    lines.push(parts.slice(from, to).join('').trimEnd())
    from = parts[to] === ' ' ? to + 1 : to
  }
  return lines
}

/** Where the line that begins at `from` ends: after the last break that fits, else as far as it fits. */
function endOfLine(parts: readonly string[], from: number, width: number): number {
  let columns = 0
  let lastBreak = 0
  for (let at = from; at < parts.length; at++) {
    columns += displayWidth(parts[at]!)
    // A wide character alone may be wider than the line.
    if (columns > width) return parts[at] === ' ' ? at : lastBreak || Math.max(at, from + 1)
    if (BREAKS.has(parts[at]!)) lastBreak = at + 1
  }
  return parts.length
}

/** How much of a text is shown, unless all is asked for: enough for a statement or a message. */
const MOST_CHARACTERS = 600
const MOST_LINES = 8

/** The beginning of a text, and how many characters come after it. */
export function beginningOf(text: string): { readonly shown: string; readonly left: number } {
  let end = Math.min(text.length, MOST_CHARACTERS)
  let at = -1
  for (let lines = 0; lines < MOST_LINES; lines++) {
    at = text.indexOf('\n', at + 1)
    if (at < 0 || at > end) break
    if (lines === MOST_LINES - 1) end = at
  }
  // Not between the halves of a surrogate pair.
  if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? '')) end--
  return { shown: text.slice(0, end), left: text.length - end }
}

/**
 * When an event was, after the start of its span. The tree has a start for each span, also for one without; where no span of
 * the trace has one, it is the time of day. `-`: the event came without a time.
 */
export function eventTime(
  tree: TraceTree,
  node: number,
  { timeNanos }: Pick<SpanEvent, 'timeNanos'>,
  micro?: string,
): string {
  if (timeNanos === undefined) return '-'
  if (!tree.isTimed) return isoTime(timeNanos, 6)
  return signed(Number(timeNanos - tree.startNanos) - tree.startOf(node), micro)
}

function signed(nanos: number, micro?: string): string {
  return `${nanos < 0 ? '-' : '+'}${formatDuration(Math.abs(nanos), micro)}`
}

/** The facts about a span that every span has, the error first. */
export function factFields(details: DetailsOf, pen: Pen): Field[] {
  const { tree, node } = details
  const span = tree.span(node)
  const { scope } = span
  return [
    ...errorFields(details, pen),
    ...genAiFields(tree.trace, span),
    { name: 'service', value: span.service },
    { name: 'kind', value: span.kind },
    { name: 'start', value: startText(details, pen) },
    { name: 'duration', value: durationText(details, pen) },
    { name: 'critical path', value: criticalText(details, pen) },
    ...(details.way === 'line' && tree.parent(node) >= 0
      ? [{ name: 'way', value: wayText(tree, node, pen) }]
      : []),
    { name: 'span', value: span.spanId },
    { name: 'trace', value: tree.trace.traceId },
    ...(span.parentId === undefined ? [] : [{ name: 'parent', value: parentText(details) }]),
    ...(scope === undefined ? [] : [{ name: 'scope', value: `${scope.name} ${scope.version ?? ''}`.trim() }]),
    ...oddFields(details, pen),
  ].filter(({ value }) => value !== '')
}

function errorFields({ tree, node }: DetailsOf, { style }: Pen): Field[] {
  const span = tree.span(node)
  const { status, statusMessage = '' } = span
  const fields: Field[] = [
    { name: 'status', value: statusMessage === '' ? status : `${status}: ${statusMessage}` },
  ]
  const error = status === 'error' ? errorText(span) : undefined
  // The status alone would be the same text again.
  if (error === undefined || error.text === statusMessage) return fields
  return [
    { name: 'error', value: error.text, paint: style.red },
    { name: '', value: `from ${error.from}`, paint: style.dim },
    ...fields,
  ]
}

/** The words are the library's; the attributes below have all it says. */
function genAiFields(trace: Trace, span: Span): Field[] {
  const facts = genAiOf(trace, span)
  if (facts === undefined) return []
  const { operation = '', model = '', tool = '' } = facts
  return [
    { name: 'operation', value: operation },
    { name: 'model', value: model },
    { name: 'tool', value: tool },
    { name: 'tokens', value: tokensText(facts)?.replace(' tokens', '') ?? '' },
  ]
}

function startText({ tree, node, zeroNanos }: DetailsOf, pen: Pen): string {
  if (!tree.isTimed) return 'no start time'
  const at = tree.startOf(node)
  return `${offsetText(at - zeroNanos, pen)}, ${isoTime(tree.startNanos + BigInt(Math.round(at)), 6)}`
}

function durationText({ tree, node }: DetailsOf, { glyphs }: Pen): string {
  const duration = nodeDuration(tree, node, glyphs.micro)
  return tree.isEndless(node) ? duration : `${duration}, ${selfTextWhy(tree, node, glyphs.micro)}`
}

/**
 * Its share of the time that the trace is said to have taken, as `trace breakdown` counts it; of a span in a part beside the roots
 * its share of that part. Of a span with others below it also theirs.
 */
function criticalText({ tree, node, onPath }: DetailsOf, { glyphs }: Pen): string {
  const why = whyEndless(tree.span(node))
  const noEnd = why === undefined ? undefined : `it ${UNFINISHED_WORDS[why]}`
  let top = node
  while (tree.parent(top) >= 0) top = tree.parent(top)
  const whole = onPath.wholeOf(top)
  const it = onPath.isOfTrace(top) ? 'it' : "its part's"
  const asText = (nanos: number) => formatDuration(nanos, glyphs.micro)
  const shareOf = (nanos: number) => percent(nanos / whole)
  const [own, below] = [onPath.own(node), onPath.below(node)]
  if (below === 0 && noEnd !== undefined) return `not known: ${noEnd}`
  if (below === 0) return `not on it${whyOffPath(tree, node)}`
  if (own === 0 && noEnd !== undefined)
    return `at least ${asText(below)}, ${shareOf(below)} of ${it}, below it: ${noEnd}`
  const beside = own - (tree.selfNanos(node) ?? own)
  const shorter = beside > 0 ? ` (${asText(beside)} of that beside shorter calls)` : ''
  const first = own === 0 ? 'no time of its own' : `${asText(own)}, ${shareOf(own)} of ${it}${shorter}`
  const all = below === own ? first : `${first}; with what is below it ${asText(below)}, ${shareOf(below)}`
  if (noEnd !== undefined) return `at least ${all}: ${noEnd}`
  // A call without an end is below it, so that both together are known.
  return tree.selfNanos(node) === undefined && own > 0 ? `at most ${all}: a call has no usable end` : all
}

/** Why a span is off the path, where that is certain. */
function whyOffPath(tree: TraceTree, node: number): string {
  if (tree.startOf(node) === tree.endOf(node)) return ': it took no time'
  for (let above = node; above >= 0; above = tree.parent(above))
    if (!tree.isAwaited(above)) return ': no span waited for this'
  return ''
}

function parentText({ tree, node }: DetailsOf): string {
  const { parentId = '' } = tree.span(node)
  if (tree.place(node) === 'orphan') return `${parentId} (not in the trace)`
  return tree.place(node) === 'cycle' ? `${parentId} (its parents form a cycle)` : parentId
}

function oddFields({ tree, node }: DetailsOf, pen: Pen): Field[] {
  const odd = tree.span(node).marks.map((mark) => markText(tree, node, mark))
  if (tree.isDuplicate(node)) odd.push('another span of the trace has the same id')
  return odd.map((value) => ({ name: 'note', value, paint: pen.style.yellow }))
}

/** From this width on each step ends with its span id. */
const IDS_FROM = 72
/** Of a longer way the first steps and the last ones are shown, unless all is asked for. */
const FIRST_STEPS = 3
const LAST_STEPS = 9

/** Where a way begins that does not begin at a root. */
const DETACHED = {
  orphan: 'a span whose parent is missing',
  cycle: 'a span whose parents form a cycle',
}

function wayTo(tree: TraceTree, node: number): number[] {
  const way: number[] = []
  for (let at = node; at >= 0; at = tree.parent(at)) way.push(at)
  return way.reverse()
}

/** One line per step: `✗ POST /orders  checkout  380ms  00f067aa0ba902b7`. */
export function wayLines(tree: TraceTree, node: number, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const way = wayTo(tree, node)
  const cut = !pen.full && way.length > FIRST_STEPS + LAST_STEPS + 1
  const shown = cut ? [...way.slice(0, FIRST_STEPS), ...way.slice(-LAST_STEPS)] : way
  const steps = stepLines(tree, shown, pen)
  if (cut) {
    const more = `  ${glyphs.ellipsis} ${way.length - shown.length} more steps: ${pen.more ?? '--full'}`
    steps.splice(FIRST_STEPS, 0, style.dim(fitEnd(more, width, glyphs.ellipsis)))
  }
  const from = { root: 'the root', child: 'the root', ...DETACHED }[tree.place(way[0]!)]
  return [heading(`way from ${from}`, pen), ...steps]
}

function stepLines(tree: TraceTree, nodes: readonly number[], { width, glyphs, style }: Pen): string[] {
  const ids = width >= IDS_FROM
  const services = nodes.map((node) =>
    fitEnd(safeName(tree.span(node).service, glyphs.ellipsis), Math.floor(width / 4), glyphs.ellipsis),
  )
  const serviceColumns = widest(services)
  const names = nodes.map((node) => nameOf(tree, node, glyphs.ellipsis))
  const room = width - 2 - 2 - serviceColumns - 2 - 7 - (ids ? 18 : 0)
  const marks = nodes.map((node) => (tree.hasFailed(node) ? `${glyphs.error} ` : ''))
  const columns = Math.max(1, Math.min(room, widest(names.map((name, i) => marks[i]! + name))))
  return nodes.map((node, i) => {
    const [mark, service] = [marks[i]!, services[i]!]
    const name = fitMiddle(names[i]!, Math.max(1, columns - mark.length), glyphs.ellipsis)
    const duration = padStart(nodeDuration(tree, node, glyphs.micro), 7)
    const painted = style.palette(tree.services.indexOf(node), service)
    const left = `  ${style.red(mark)}${padEnd(name, columns - mark.length)}  ${painted}`
    const right = `${padEnd('', serviceColumns - displayWidth(service))}  ${duration}`
    return left + right + (ids ? `  ${style.dim(tree.span(node).spanId)}` : '')
  })
}

/** `POST /checkout > POST /orders > POST card-network`, to be wrapped; the middle of a long way is counted. */
function wayText(tree: TraceTree, node: number, { glyphs }: Pen): string {
  const nodes = wayTo(tree, node)
  const named = (steps: readonly number[]) => steps.map((step) => nameOf(tree, step, glyphs.ellipsis))
  if (nodes.length <= FIRST_STEPS + LAST_STEPS) return named(nodes).join(' > ')
  const left = `${glyphs.ellipsis} (${nodes.length - FIRST_STEPS - LAST_STEPS} more)`
  return [...named(nodes.slice(0, FIRST_STEPS)), left, ...named(nodes.slice(-LAST_STEPS))].join(' > ')
}

function nameOf(tree: TraceTree, node: number, ellipsis: string): string {
  const { name } = tree.span(node)
  return safeName(name === '' ? '(no name)' : name, ellipsis)
}
