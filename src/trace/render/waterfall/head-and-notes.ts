import { count } from '../../../text/count.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { fitEnd, fitLines, safeName } from '../../../text/fit.ts'
import { isoTime } from '../../formats/span-times.ts'
import type { SpanMark, Warnings } from '../../model.ts'
import { RootView } from '../../span-view.ts'
import { redeliveredText } from '../../tree/attach.ts'
import { rootsTime, unfinishedOf } from '../../tree/known-times.ts'
import { LEAST_SKEW_NANOS, movedBy, shiftsOf } from '../../tree/skew.ts'
import { errorsHandled, UNFINISHED_WORDS } from '../../tree/span-facts.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Glyphs, Pen } from '../glyphs.ts'
import { timeWindow } from '../window.ts'

const HANDLED = 'handled: no error reached the root'

interface Fact {
  readonly text: string
  readonly paint?: (text: string) => string
}

export interface HeaderFacts {
  /** Milliseconds since the epoch: adds the trace's age. */
  readonly now?: number
  /** Where it came from: a name for people, and its page in the back end's UI. */
  readonly source?: { readonly name: string; readonly link?: string | undefined }
  /** Clock skew was corrected: how many spans were moved, and by how much at most. */
  readonly clocks?: { readonly moved: number; readonly mostNanos: number }
}

/** What stands at the top of a drawing. */
export interface Heading extends HeaderFacts {
  /** In place of the header, drawn with the same pen. A tree of one span has no other line. */
  readonly head?: (pen: Pen) => Iterable<string>
}

/** The header and an empty line, or what stands in its place. */
export function* topLines(tree: TraceTree, heading: Heading, pen: Pen): Generator<string> {
  if (heading.head) return yield* heading.head(pen)
  yield* headerLines(tree, heading, pen)
  yield ''
}

/** The facts about the whole trace, as many to a line as fit; then its link, if it fits into one. */
export function headerLines(
  tree: TraceTree,
  { now, source, clocks }: HeaderFacts,
  { width, glyphs, style }: Pen,
): string[] {
  const facts: Fact[] = [
    { text: `trace ${tree.trace.traceId}`, paint: style.bold },
    { text: howLong(tree, glyphs.micro), paint: style.bold },
    { text: count(tree.count, 'span') },
    { text: count(tree.services.texts.length, 'service') },
    tree.errors > 0
      ? { text: `${glyphs.error} ${count(tree.errors, 'error')}`, paint: style.red }
      : { text: 'no errors', paint: style.green },
  ]
  if (tree.roots.length !== 1 && tree.count > 0) {
    facts.push({ text: tree.roots.length === 0 ? 'no root' : count(tree.roots.length, 'root') })
  }
  if (tree.count > 0) facts.push({ text: startedAt(tree, now), paint: style.dim })
  if (source) facts.push({ text: source.name, paint: style.dim })
  if (clocks) facts.push({ text: clocksText(clocks, glyphs.micro), paint: style.yellow })
  const lines = flow(facts, width, glyphs.separator, glyphs.ellipsis)
  if (errorsHandled(tree.spans)) lines.push(style.green(fitEnd(HANDLED, width, glyphs.ellipsis)))
  const link = source?.link
  return link !== undefined && link.length <= width ? [...lines, style.dim(link)] : lines
}

function clocksText({ moved, mostNanos }: { moved: number; mostNanos: number }, micro: string): string {
  if (moved === 0) return 'clocks of other hosts agree; moved no spans'
  return `clocks adjusted: ${count(moved, 'span')} moved by up to ${formatDuration(mostNanos, micro)}`
}

/**
 * The time of the root, whatever the axis shows; work after it is written separately, since no caller waited for it. Without a
 * root the time of everything. Where a root has no usable end, the known time of everything.
 */
export function howLong(tree: TraceTree, micro: string): string {
  const unfinished = unfinishedOf(tree)
  if (unfinished !== undefined)
    return `${atLeast(tree.endNanos, micro)} (${unfinished.top} ${UNFINISHED_WORDS[unfinished.why]})`
  const { startNanos, endNanos } = timeWindow(tree, 'critical')
  const took = formatDuration(Math.min(endNanos, tree.endNanos) - startNanos, micro)
  if (tree.endNanos <= endNanos) return took
  return `${took} + ${formatDuration(tree.endNanos - endNanos, micro)} async tail`
}

/** Of a trace without a usable end, as much as is known. */
export const atLeast = (nanos: number, micro: string): string =>
  nanos === 0 ? 'no duration' : `at least ${formatDuration(nanos, micro)}`

function startedAt(tree: TraceTree, now: number | undefined): string {
  if (!tree.isTimed) return 'no start time'
  const started = isoTime(tree.startNanos, 3)
  const age = now === undefined ? 0 : (now - Number(tree.startNanos / 1_000_000n)) / 1000
  return age > 0 ? `${started} (${roughly(age)} ago)` : started
}

function roughly(seconds: number): string {
  for (const [size, unit] of [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'm'],
  ] as const) {
    if (seconds >= size) return `${Math.floor(seconds / size)}${unit}`
  }
  return `${Math.floor(seconds)}s`
}

function flow(facts: readonly Fact[], width: number, separator: string, ellipsis: string): string[] {
  const lines: string[] = []
  let used = 0
  for (const { text, paint = (plain: string) => plain } of facts) {
    const fitted = fitEnd(text, width, ellipsis)
    const columns = displayWidth(fitted)
    if (lines.length > 0 && used + separator.length + columns <= width) {
      lines[lines.length - 1] += separator + paint(fitted)
      used += separator.length + columns
    } else {
      lines.push(paint(fitted))
      used = columns
    }
  }
  return lines
}

/** What a mark says of a span below another: of one span, and but for the {@link OF_ONE} after a count of spans, too. */
const MARKS: Readonly<Record<SpanMark, string>> = {
  'start-missing': 'without a start time: shown at the start of the parent',
  'end-missing': 'without an end time: shown with no duration',
  'end-before-start': 'ended before it began: shown with no duration',
  'parent-unreadable': 'with an unreadable parent id: shown as a root',
  'own-parent': 'with a parent id equal to the span id: shown as a root',
  'id-rewritten': 'with an id that is not hex: shown with an id derived from it',
  'id-shared': 'shares its id with another span: shown with an id derived from it',
  'follows-parent': 'follows from its parent, which does not wait for it',
  'attributes-withheld': 'its attributes and events are withheld from you',
}

/** What a mark says of this span. A top without a start has no parent to be shown at. */
export function markText(tree: TraceTree, node: number, mark: SpanMark): string {
  const parent = tree.parent(node)
  if (mark === 'id-shared' && parent >= 0 && tree.span(parent).kind === 'client')
    return `shares its id ${tree.span(parent).spanId} with its client: shown with an id derived from it`
  if (mark !== 'start-missing' || parent >= 0) return MARKS[mark]
  const whole = tree.span(node) instanceof RootView ? 'this part' : 'the trace'
  return `without a start time: shown at the start of ${whole}`
}

/** Marks that the notes below a trace do not count: others tell what is withheld, and what follows or shares an id is not odd. */
const OF_ONE: ReadonlySet<SpanMark> = new Set(['attributes-withheld', 'follows-parent', 'id-shared'])

/**
 * Oddities of this trace and how it was shown anyway, as a warning to the reader. Withheld attributes are reported by the
 * caller, in every format. `shown`: 1 by node that has a row, where not all have.
 */
export function noteLines(
  tree: TraceTree,
  { width, glyphs, style, more }: Pen,
  shown?: Uint8Array,
): string[] {
  const notes = notesOn(tree, glyphs, more === undefined ? '--skew' : undefined, shown)
  return notes.flatMap((note) => fitLines(note, width, glyphs.ellipsis).map((line) => style.yellow(line)))
}

/** The same, each note as one text. `skew`: what corrects clocks that differ, where a person can ask for that. */
export function notesOn(
  tree: TraceTree,
  glyphs: Glyphs,
  skew: string | undefined,
  shown?: Uint8Array,
): string[] {
  const notes: string[] = []
  if (tree.trace.partial !== undefined) {
    notes.push(`incomplete trace: ${safeName(tree.trace.partial, glyphs.ellipsis)}`)
  }
  if (tree.trace.warnings) notes.push(warningNote(tree.trace.warnings, glyphs.ellipsis))
  notes.push(...timeNotes(tree, glyphs.micro, skew, shown))
  const again = redeliveredText(tree.trace.redelivered)
  if (again !== undefined) notes.push(again)
  const duplicates = countNodes(tree, (node) => tree.isDuplicate(node))
  if (duplicates > 0) notes.push(`${count(duplicates, 'span')} share an id with another span`)
  const marks = new Map<string, number>()
  for (let node = 0; node < tree.count; node++) {
    if (!tree.isMarked(node)) continue
    for (const mark of tree.span(node).marks) {
      if (OF_ONE.has(mark)) continue
      const text = markText(tree, node, mark)
      marks.set(text, (marks.get(text) ?? 0) + 1)
    }
  }
  for (const [text, times] of marks) notes.push(`${count(times, 'span')} ${text}`)
  return notes
}

/** The first text stands for all: the others mostly differ in a number. */
function warningNote({ spans, texts }: Warnings, ellipsis: string): string {
  const [first = '', ...others] = texts
  const where = spans > 0 ? ` in ${count(spans, 'span')}` : ''
  const rest = others.length > 0 ? ` (and ${count(others.length, 'other')})` : ''
  return `the back end warns${where}: ${safeName(first, ellipsis)}${rest}`
}

/** What lies outside of the roots' time, whatever the axis shows, and that clocks may differ. */
function timeNotes(tree: TraceTree, micro: string, skew: string | undefined, shown?: Uint8Array): string[] {
  const notes: string[] = []
  const roots = rootsTime(tree)
  const hasTime = roots !== undefined && roots.endNanos > roots.startNanos
  // An unknown end has no time past it.
  if (hasTime && unfinishedOf(tree) === undefined) {
    const late = outside(tree, shown, (node) => tree.endOf(node) - roots.endNanos)
    if (late.spans > 0) {
      const by = formatDuration(late.mostNanos, micro)
      notes.push(`${count(late.spans, 'span')} ran past the end of the root, by up to ${by}`)
    }
  }
  const shifts = shiftsOf(tree)
  const startNanos = hasTime ? roots.startNanos : 0
  const early = outside(tree, shown, (node) => startNanos - tree.startOf(node))
  const isEarlyMoved = shifts.some(
    (shift, node) => shift !== 0 && shown?.[node] !== 0 && tree.startOf(node) < startNanos,
  )
  if (early.spans > 0) {
    const by = formatDuration(early.mostNanos, micro)
    const clocks = isEarlyMoved
      ? `: clocks may differ${skew === undefined ? '' : `; ${skew} corrects them`}`
      : ''
    notes.push(`${count(early.spans, 'span')} began before the root, by up to ${by}${clocks}`)
  }
  const { moved, mostNanos } = movedBy(tree, shifts, shown)
  if (mostNanos >= LEAST_SKEW_NANOS && !isEarlyMoved) {
    const by = `by up to ${formatDuration(mostNanos, micro)}`
    const how = skew === undefined ? `, ${by}` : `: ${skew} moves ${count(moved, 'span')}, ${by}`
    notes.push(`clocks may differ${how}`)
  }
  return notes
}

/** Of the spans that have a row: how many are outside of the root's time, and how far at most. */
function outside(tree: TraceTree, shown: Uint8Array | undefined, nanosOf: (node: number) => number) {
  const found = { spans: 0, mostNanos: 0 }
  for (let node = 0; node < tree.count; node++) {
    const nanos = shown?.[node] === 0 ? 0 : nanosOf(node)
    if (nanos <= 0) continue
    found.spans++
    found.mostNanos = Math.max(found.mostNanos, nanos)
  }
  return found
}

function countNodes(tree: TraceTree, holds: (node: number) => boolean): number {
  let counted = 0
  for (let node = 0; node < tree.count; node++) if (holds(node)) counted++
  return counted
}
