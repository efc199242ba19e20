import { count } from '../../../text/count.ts'
import { UNSTYLED } from '../../../text/unstyled.ts'
import type { CriticalPath } from '../../analysis/critical-path.ts'
import { rootCauses } from '../../analysis/findings.ts'
import { type DrawnPath, drawnPath, rootsPath } from '../../analysis/roots-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { WORDS } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import { type TimeWindow, timeWindow, zeroOf } from '../time/window.ts'
import { headerLines } from '../waterfall/header.ts'
import { noteLines } from '../waterfall/notes.ts'
import { spanLine } from '../waterfall/plain.ts'
import { planRows, type Rows } from '../waterfall/rows.ts'
import { verdictLines } from '../waterfall/summary.ts'
import { criticalLines, waitedFor } from './critical-lines.ts'
import { ABOUT_DATA, bytesOf, dataBlock, dataLine, withinBytes } from './data-block.ts'
import { MOST_BYTES, MOST_ROWS, USUAL_ROWS } from './limits.ts'

// The same wherever it is made, and wide enough for most names.
const COLUMNS = 140
const ID_COLUMNS = 18

/** Bytes of the parts above the rows, which get what is left. */
const BYTES = { findings: 4096, path: 3072, notes: 1024 }
const PATH_LINES = 8

/** How the reader asks for more, in the words of its door: flags of a command, or arguments of a tool. */
export interface AskingForMore {
  /** One line each, for the end of the text. */
  readonly steps: readonly string[]
  /** In place of them where no more rows fit into the text, however many are asked for. */
  readonly stepsWhenFull?: readonly string[]
  /** For the end of a list that was cut: `and 3 more: …`. */
  readonly lists: string
  /** The same for long values and many attributes of a span that is drawn whole, where it differs. */
  readonly values?: string
}

/** What to show of a tree, and how. */
export interface AgentOptions {
  /** Where it came from, for people: `Tempo`. */
  readonly source: string
  /** Rows at most; {@link USUAL_ROWS} when not given. */
  readonly most?: number
  /** 1 by node, for those that fit what was asked, and the words of what was asked. */
  readonly view?: { readonly shown: Uint8Array; readonly says: string } | undefined
  /** The tree is what is below one span of a whole trace: that trace, and lines about the span, which are data. */
  readonly part?: { readonly whole: TraceTree; readonly span: readonly string[] }
  readonly more: AskingForMore
}

/** A pen for text without colours or drawing characters. */
export const agentPen = (more: string): Pen => ({
  width: COLUMNS,
  glyphs: WORDS,
  style: UNSTYLED,
  more,
})

/**
 * A trace in at most {@link MOST_BYTES}: facts, then in a data block what went wrong, where the time went and the folded
 * tree, then what was left out and how to ask for it. The same for the same trace, whenever it is made.
 */
export function agentText(tree: TraceTree, options: AgentOptions): string {
  const { source, most = USUAL_ROWS, view, part: partOf, more } = options
  const pen = agentPen(more.lists)
  const window = timeWindow(tree)
  const rows = planRows(tree, true, view?.shown)
  // Of the time that the first line says.
  const whole = rootsPath(tree)
  const drawn = drawnPath(tree)
  const header = headerLines(partOf?.whole ?? tree, { source: { name: source } }, pen)
  // It names the file, whose name others may have chosen.
  const facts = [...header.map(dataLine), ABOUT_DATA, '']
  const head = part(partOf?.span ?? [], MOST_BYTES / 2)
  const notes = part(noteLines(tree, pen, view?.shown), BYTES.notes)
  // A span that called nothing is told by its own lines, with its own notes.
  if (partOf && tree.count === 1) {
    const ofWhole = tree.trace.partial === undefined ? [] : notes
    return `${[...facts, ...dataBlock([...head, ...ofWhole]), '', ...more.steps].join('\n')}\n`
  }
  const above = [
    ...head,
    ...(partOf ? [partHeading(tree, partOf.whole), ''] : []),
    ...part(verdictLines(tree, pen), BYTES.findings),
    ...part(criticalLines(tree, whole, window, pen, PATH_LINES), BYTES.path),
    ...notes,
  ]
  const { steps, stepsWhenFull = steps } = more
  const end = (shown: number, isFull: boolean) => [
    '',
    ...leftOut(tree, rows, shown, view?.says),
    ...(isFull ? stepsWhenFull : steps),
  ]
  const ends = [false, true].map((isFull) => bytesOf(end(rows.shown, isFull)))
  // Two lines around the block, and what the longest end takes.
  const room = MOST_BYTES - bytesOf([...facts, ...dataBlock(above)]) - Math.max(...ends) - 2 * 20
  const upTo = Math.min(most, MOST_ROWS)
  const { lines, shown, isFull } = rowLines(tree, { rows, drawn, window, pen, most: upTo, room })
  return `${[...facts, ...dataBlock([...above, ...lines]), ...end(shown, isFull)].join('\n')}\n`
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
  readonly most: number
  /** Bytes. */
  readonly room: number
}

/** The rows as lines, and how many they are: fewer than asked for where they would not fit (`isFull`). */
function rowLines(
  tree: TraceTree,
  { rows, drawn, window, pen, most, room }: RowText,
): { readonly lines: readonly string[]; readonly shown: number; readonly isFull: boolean } {
  if (rows.shown === 0) return { lines: ['No span fits.'], shown: 0, isFull: false }
  const telling = {
    tree,
    rows,
    drawn,
    zero: zeroOf(window),
    width: pen.width - ID_COLUMNS,
    glyphs: pen.glyphs,
  }
  for (let upTo = most; ; ) {
    const chosen = new Set(chooseRows(tree, rows, drawn.path, upTo))
    const lines = rows.groups.flatMap(({ heading, nodes }) => {
      const own = nodes.filter((node) => chosen.has(node))
      const texts = own.map((node) => `${tree.span(node).spanId}  ${spanLine(node, telling)}`)
      return heading === undefined || own.length === 0 ? texts : [`${heading}:`, ...texts]
    })
    const bytes = bytesOf(dataBlock(lines))
    if (bytes <= room || upTo <= 1)
      return { lines: withinBytes(lines, room), shown: chosen.size, isFull: upTo < most || bytes > room }
    const now = Math.min(upTo, chosen.size)
    upTo = Math.max(1, Math.min(now - 1, Math.floor((now * room) / bytes)))
  }
}

/** How much of the trace the rows are. */
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
