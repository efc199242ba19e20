import { count } from '../../../text/count.ts'
import { fitLines, safeName } from '../../../text/fit.ts'
import type { SpanMark, Warnings } from '../../model.ts'
import { RootView } from '../../span-view.ts'
import { redeliveredText } from '../../tree/attach.ts'
import { rootsTime, unfinishedOf } from '../../tree/known-times.ts'
import { LEAST_SKEW_NANOS, movedBy, shiftsOf } from '../../tree/skew.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Glyphs, Pen } from '../glyphs.ts'

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
