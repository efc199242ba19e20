import { errorText } from '../../analysis/error-text.ts'
import type { TimeOnPath } from '../../analysis/time-on-path.ts'
import { isoTime } from '../../formats/iso-time.ts'
import { UNFINISHED_WORDS, whyEndless } from '../../tree/endless.ts'
import { skewOfNode } from '../../tree/skew.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'
import { percent } from '../percent.ts'
import { nodeDuration, selfTextWhy } from '../span-duration.ts'
import { markText } from '../waterfall/notes.ts'
import type { DetailsOf } from './details-of.ts'
import type { Field } from './fields.ts'
import { offsetText } from './heading.ts'
import { wayText } from './way.ts'

/** The facts about a span that every span has, the error first. */
export function factFields(details: DetailsOf, pen: Pen): Field[] {
  const { tree, node } = details
  const span = tree.span(node)
  const { scope } = span
  return [
    ...errorFields(details, pen),
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
  const told = (nanos: number) => formatDuration(nanos, glyphs.micro)
  const shareOf = (nanos: number) => percent(nanos / whole)
  const [own, below] = [onPath.own(node), onPath.below(node)]
  if (below === 0 && noEnd !== undefined) return `not known: ${noEnd}`
  if (below === 0) return `not on it${whyOffPath(tree, node, top, onPath)}`
  if (own === 0 && noEnd !== undefined)
    return `at least ${told(below)}, ${shareOf(below)} of ${it}, in what is below it: ${noEnd}`
  const beside = own - (tree.selfNanos(node) ?? own)
  const shorter = beside > 0 ? ` (${told(beside)} of that beside shorter calls)` : ''
  const first = own === 0 ? 'nothing of its own' : `${told(own)}, ${shareOf(own)} of ${it}${shorter}`
  const all = below === own ? first : `${first}; with what is below it ${told(below)}, ${shareOf(below)}`
  if (noEnd !== undefined) return `at least ${all}: ${noEnd}`
  // A call without an end is below it, so that both together are known.
  return tree.selfNanos(node) === undefined && own > 0 ? `at most ${all}: a call has no usable end` : all
}

/** Only a span that its caller does not wait for by its kind is said not to be waited for. */
function whyOffPath(tree: TraceTree, node: number, top: number, onPath: TimeOnPath): string {
  if (skewOfNode(tree, node) !== 0) return ' by these clocks'
  if (tree.startOf(node) === tree.endOf(node)) return ': it took no time'
  for (let above = node; above >= 0; above = tree.parent(above))
    if (!tree.isAwaited(above)) return ': nobody waited for this'
  const caller = tree.parent(node)
  const end = onPath.endOf(top)
  const isOverlapped = onPath.isOfTrace(top) && tree.roots.length > 1
  if (caller < 0) return isOverlapped ? ': another root ran all the time' : ''
  for (let above = caller; above >= 0; above = tree.parent(above)) {
    if (tree.startOf(node) >= tree.endOf(above)) return ': it began after the end of a span above it'
    if (tree.endOf(node) <= tree.startOf(above)) return ': it ended before a span above it began'
  }
  if (isOverlapped && (end === undefined || tree.startOf(node) >= end)) return ': another root ran then'
  return onPath.below(caller) === 0 ? ': its caller is not, either' : ': a call beside it is'
}

function parentText({ tree, node }: DetailsOf): string {
  const { parentId = '' } = tree.span(node)
  if (tree.place(node) === 'orphan') return `${parentId} (not in the trace)`
  return tree.place(node) === 'cycle' ? `${parentId} (parents lead in a circle)` : parentId
}

function oddFields({ tree, node }: DetailsOf, pen: Pen): Field[] {
  const odd = tree.span(node).marks.map((mark) => markText(tree, node, mark))
  const shift = skewOfNode(tree, node)
  if (shift !== 0) odd.push(clocksText(shift, pen))
  if (tree.isDuplicate(node)) odd.push('another span of the trace has the same id')
  return odd.map((value) => ({ name: 'note', value, paint: pen.style.yellow }))
}

function clocksText(shift: number, pen: Pen): string {
  if (pen.more !== undefined)
    return `clocks may differ, by about ${formatDuration(Math.abs(shift), pen.glyphs.micro)}`
  return `clocks may differ: trace get --skew moves this span by ${offsetText(shift, pen)}`
}
