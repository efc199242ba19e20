import { count } from '../../../text/count.ts'
import { displayWidth } from '../../../text/display-width.ts'
import { fitEnd } from '../../../text/fit.ts'
import { isoTime } from '../../formats/span-times.ts'
import { unfinishedOf } from '../../tree/known-times.ts'
import { errorsHandled, UNFINISHED_WORDS } from '../../tree/span-facts.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../glyphs.ts'
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
