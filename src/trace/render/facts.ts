import { displayWidth, widest } from '../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../text/fit.ts'
import { errorText } from '../analysis/exceptions.ts'
import { isoTime } from '../formats/span-times.ts'
import { genAiOf, tokensText } from '../gen-ai.ts'
import type { Span, Trace } from '../model.ts'
import { UNFINISHED_WORDS, whyEndless } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { type DetailsOf, type Field, heading, offsetText } from './fields.ts'
import { nodeDuration, selfTextWhy } from './fold-figures.ts'
import { formatDuration, percent } from './format-duration.ts'
import type { Pen } from './glyphs.ts'
import { markText } from './waterfall/notes.ts'

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
