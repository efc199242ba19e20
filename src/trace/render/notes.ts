import { groupBy } from '../group.ts'
import type { SpanMark } from '../model.ts'
import type { TraceTree } from '../tree.ts'
import { formatDuration } from './duration.ts'
import { safeName, wrap } from './fit.ts'
import { count } from './header.ts'
import type { Pen } from './pen.ts'
import type { TimeWindow } from './window.ts'

const MARKS: Readonly<Record<SpanMark, string>> = {
  'start-missing': 'without a start time: shown at the start of its parent',
  'end-missing': 'without an end time: shown with no duration',
  'end-before-start': 'ended before it began: shown with no duration',
  'parent-unreadable': 'with a parent id that cannot be read: shown as a root',
}

/** What is odd about this trace and how it was shown: said, so that nobody takes it for the truth. */
export function noteLines(tree: TraceTree, window: TimeWindow, { width, glyphs, style }: Pen): string[] {
  const notes: string[] = []
  if (tree.trace.partial !== undefined) {
    notes.push(`only a part of the trace was sent: ${safeName(tree.trace.partial, glyphs.ellipsis)}`)
  }
  const late = tree.nodes.filter((node) => node.endNanos > window.endNanos)
  if (late.length > 0) {
    const by = formatDuration(tree.endNanos - window.endNanos, glyphs.micro)
    notes.push(`${count(late.length, 'span')} ran past the end of the root, by up to ${by} (${glyphs.after})`)
  }
  const early = tree.nodes.filter((node) => node.startNanos < window.startNanos)
  if (early.length > 0) {
    const by = formatDuration(window.startNanos, glyphs.micro)
    notes.push(
      `${count(early.length, 'span')} began before the root, by up to ${by} (${glyphs.before}): clocks may differ`,
    )
  }
  const duplicates = tree.nodes.filter((node) => node.duplicate)
  if (duplicates.length > 0) notes.push(`${count(duplicates.length, 'span')} share an id with another span`)
  const marks = tree.nodes.flatMap((node) => node.span.marks)
  for (const [mark, all] of groupBy(marks, (mark) => mark))
    notes.push(`${count(all.length, 'span')} ${MARKS[mark]}`)
  return notes.flatMap((note) => wrap(note, width, glyphs.ellipsis).map((line) => style.yellow(line)))
}
