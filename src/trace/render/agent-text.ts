import { count } from '../../text/count.ts'
import { fitMiddle, padStart, safeName } from '../../text/fit.ts'
import { UNSTYLED } from '../../text/unstyled.ts'
import {
  type CriticalPath,
  type DrawnPath,
  drawnPath,
  type RootsPath,
  rootsPath,
  TimeOnPath,
} from '../analysis/critical-path.ts'
import { rootCauses } from '../analysis/findings.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { bytesOf, dataBlock, dataLine, withinBytes } from './data-block.ts'
import { offsetText } from './fields.ts'
import { formatDuration, percent } from './format-duration.ts'
import { type Pen, WORDS } from './glyphs.ts'
import { spanDetails } from './span-details.ts'
import { headerLines, noteLines } from './waterfall/head-and-notes.ts'
import { spanLine } from './waterfall/plain.ts'
import { planRows, type Rows } from './waterfall/rows.ts'
import { verdictLines } from './waterfall/summary.ts'
import { type TimeWindow, timeWindow, zeroOf } from './window.ts'

// The same wherever it is made, and wide enough for most names.
const COLUMNS = 140
const ID_COLUMNS = 18

/** Bytes of the parts above the rows, which get what is left. */
const BYTES = { findings: 4096, path: 3072, notes: 1024 }
const PATH_LINES = 8
/** Rows at most; in most traces fewer fill the text. */
const MOST_ROWS = 100

export interface AgentOptions {
  /** 1 by node, for those that fit what was asked, and the words of what was asked. */
  readonly view?: { readonly shown: Uint8Array; readonly says: string } | undefined
  /** The tree is what is below one span of a whole trace: that trace, and lines about the span. */
  readonly part?: { readonly whole: TraceTree; readonly span: readonly string[] } | undefined
  readonly pen: Pen
  readonly room: number
}

/** A pen for text without colours or drawing characters; `more`: how to ask for what a list or a long value leaves out. */
export const agentPen = (more: string): Pen => ({ width: COLUMNS, glyphs: WORDS, style: UNSTYLED, more })

/** The facts of a trace; `name`: where it came from. Others may have chosen the name of a file. */
export const agentHeader = (tree: TraceTree, name: string, pen: Pen): string[] =>
  headerLines(tree, { source: { name } }, pen).map(dataLine)

/**
 * A trace as lines of data: what went wrong, where the time went, the folded tree, then what was left out. The same for the
 * same trace, whenever they are made.
 */
export function agentLines(tree: TraceTree, { view, part: partOf, pen, room }: AgentOptions): string[] {
  const head = part(partOf?.span ?? [], room / 2)
  const notes = part(noteLines(tree, pen, view?.shown), BYTES.notes)
  // A span without calls has only its own lines, with its own notes.
  if (partOf && tree.count === 1) return [...head, ...(tree.trace.partial === undefined ? [] : notes)]
  const window = timeWindow(tree)
  const rows = planRows(tree, true, view?.shown)
  const above = [
    ...head,
    ...(partOf ? [partHeading(tree, partOf.whole), ''] : []),
    ...part(verdictLines(tree, pen), BYTES.findings),
    // Of the time that the header says.
    ...part(criticalLines(tree, rootsPath(tree), window, pen, PATH_LINES), BYTES.path),
    ...notes,
  ]
  const left = room - bytesOf([...dataBlock(above), '', ...leftOut(tree, rows, 0, view?.says)])
  const { lines, shown } = rowLines(tree, { rows, drawn: drawnPath(tree), window, pen, room: left })
  return [...above, ...lines, '', ...leftOut(tree, rows, shown, view?.says)]
}

/** One span, whole, as lines of data. */
export function detailsFor(tree: TraceTree, node: number, pen: Pen): string[] {
  const onPath = new TimeOnPath(tree, drawnPath(tree))
  return [...spanDetails({ tree, node, onPath, zeroNanos: zeroOf(timeWindow(tree)), way: 'steps' }, pen)]
}

/** What the findings and rows speak of: an agent reads `34%` and `at 0s` without an axis beside them. */
const partHeading = (tree: TraceTree, whole: TraceTree): string =>
  `this span and below, ${tree.count} of ${count(whole.count, 'span')}: times from its start, shares of its time`

/** Lines with an empty one behind, cut to so many bytes. */
function part(lines: readonly string[], most: number): string[] {
  const kept = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  return kept.length === 0 ? [] : [...withinBytes(kept, most), '']
}

interface RowText {
  readonly rows: Rows
  readonly drawn: DrawnPath
  readonly window: TimeWindow
  readonly pen: Pen
  /** Bytes. */
  readonly room: number
}

/** The rows as lines, and how many they are: fewer where they would not fit. */
function rowLines(
  tree: TraceTree,
  { rows, drawn, window, pen, room }: RowText,
): { readonly lines: readonly string[]; readonly shown: number } {
  if (rows.shown === 0) return { lines: ['No span fits.'], shown: 0 }
  const telling = {
    tree,
    rows,
    drawn,
    zero: zeroOf(window),
    width: pen.width - ID_COLUMNS,
    glyphs: pen.glyphs,
  }
  for (let upTo = MOST_ROWS; ; ) {
    const chosen = new Set(chooseRows(tree, rows, drawn.path, upTo))
    const lines = rows.groups.flatMap(({ heading, nodes }) => {
      const own = nodes.filter((node) => chosen.has(node))
      const texts = own.map((node) => `${tree.span(node).spanId}  ${spanLine(node, telling)}`)
      return heading === undefined || own.length === 0 ? texts : [`${heading}:`, ...texts]
    })
    const bytes = bytesOf(dataBlock(lines))
    if (bytes <= room || upTo <= 1) return { lines: withinBytes(lines, room), shown: chosen.size }
    const now = Math.min(upTo, chosen.size)
    upTo = Math.max(1, Math.min(now - 1, Math.floor((now * room) / bytes)))
  }
}

function leftOut(tree: TraceTree, rows: Rows, shown: number, says: string | undefined): string[] {
  const all = rows.groups.reduce((sum, { nodes }) => sum + nodes.length, 0)
  const folded = [...rows.folds.values()].reduce((sum, { members }) => sum + members.length, 0)
  const fits = says === undefined ? '' : `${rows.shown} of ${count(tree.count, 'span')} fit ${says}. `
  const part =
    shown < all
      ? `${shown} of ${count(all, 'row')}: where errors began, on the critical path, or longest.`
      : `All ${count(all, 'row')}.`
  const folds =
    folded === 0
      ? ''
      : ` Repeated siblings share a row: ${count(folded, 'span')} in ${count(rows.folds.size, 'row')}.`
  return [`${fits}${part}${folds}`]
}

/** Of the rows at most this share is for errors, and twice of it for errors and the critical path. */
const SHARE = 0.25

/**
 * Which rows to show when there is room for `most` only: where errors began, then what the answer waited for, then what
 * took longest; each with the rows above it, so that they form a tree. In the order of the tree.
 */
function chooseRows(tree: TraceTree, rows: Rows, path: CriticalPath, most: number): number[] {
  const all = rows.groups.flatMap(({ nodes }) => nodes)
  if (all.length <= most) return all
  const hasRow = new Uint8Array(tree.count)
  for (const node of all) hasRow[node] = 1
  const chosen = new Set<number>()
  const part = Math.ceil(most * SHARE)
  const onPath = waitedFor(path).sort((a, b) => b.nanos - a.nanos || a.node - b.node)
  take(rootCauses(tree), part)
  take(
    onPath.map(({ node }) => node),
    2 * part,
  )
  const took = (node: number) => rows.fold(node)?.sumNanos ?? tree.durationNanos(node)
  const times = Float64Array.from(all, took)
  const byTime = [...all.keys()].sort((a, b) => times[b]! - times[a]! || a - b)
  take(
    byTime.map((i) => all[i]!),
    most,
  )
  return all.filter((node) => chosen.has(node))

  /** Adds nodes that have a row while there is room for them and for the rows above. */
  function take(nodes: readonly number[], upTo: number): void {
    for (const node of nodes) {
      if (chosen.size >= upTo) return
      if (hasRow[node] !== 1) continue
      const way: number[] = []
      // Chains of 72,000 levels exist: no further than there is room.
      for (let at = node; at >= 0 && !chosen.has(at) && way.length <= upTo; at = tree.parent(at)) way.push(at)
      if (chosen.size + way.length <= upTo) for (const one of way) chosen.add(one)
    }
  }
}

/** A span that the answer waited for, and how long, in nanoseconds. */
interface Waited {
  readonly node: number
  readonly nanos: number
}

/**
 * The spans on the critical path by their first moment on it: `620ms  50%  +12.0ms  00f067aa0ba902b7  payments: POST
 * /charge`. Of more than `most` those with the longest time; the others are counted. Last how many of these times are not known
 * for sure: of spans without a usable end, and of those that called them.
 */
export function criticalLines(
  tree: TraceTree,
  { path, nanos: whole, gapNanos }: RootsPath,
  window: TimeWindow,
  pen: Pen,
  most: number,
): string[] {
  const all = waitedFor(path)
  const longest = [...all].sort((a, b) => b.nanos - a.nanos || a.node - b.node).slice(0, most)
  const kept = new Set(longest.map(({ node }) => node))
  const lines = all.filter(({ node }) => kept.has(node)).map((one) => lineOf(one, whole, tree, window, pen))
  if (lines.length === 0) return []
  const left = all.length - lines.length
  const rest = left > 0 ? [`  and ${left} shorter ones`] : []
  const unsure = all.filter(({ node }) => tree.selfNanos(node) === undefined).length
  const noEnd = unsure === 0 ? [] : [`  ${unsureText(unsure)}`]
  const [inAll, between] = [whole, gapNanos].map((nanos) => formatDuration(nanos, pen.glyphs.micro))
  const gaps = gapNanos === 0 ? '' : `, ${between} of it between roots`
  return [`critical path, ${inAll} in all${gaps}`, ...lines, ...rest, ...noEnd]
}

const unsureText = (spans: number): string =>
  spans === 1
    ? '1 of these is unfinished or called an unfinished span: its time counts as far as known'
    : `${spans} of these are unfinished or called unfinished spans: their times count as far as known`

/** Each span once, in order of its first moment on the path. */
function waitedFor(path: CriticalPath): Waited[] {
  const nanos = new Map<number, number>()
  for (const { node, startNanos, endNanos } of path)
    nanos.set(node, (nanos.get(node) ?? 0) + endNanos - startNanos)
  return [...nanos].map(([node, waited]) => ({ node, nanos: waited }))
}

function lineOf(
  { node, nanos }: Waited,
  whole: number,
  tree: TraceTree,
  window: TimeWindow,
  { width, glyphs }: Pen,
): string {
  const { spanId, name, service } = tree.span(node)
  const share = padStart(percent(nanos / whole), 4)
  const at = padStart(offsetText(tree.startOf(node) - zeroOf(window), { glyphs }), 8)
  const who = [service, name === '' ? '(no name)' : name].filter(Boolean).join(': ')
  const took = padStart(formatDuration(nanos, glyphs.micro), 7)
  const left = `  ${took} ${share}  ${at}  ${spanId}  `
  return left + fitMiddle(safeName(who, glyphs.ellipsis), width - left.length, glyphs.ellipsis)
}
