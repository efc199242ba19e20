import { count } from '../../../text/count.ts'
import { displayWidth, widest } from '../../../text/display-width.ts'
import { blanks, fitEnd, fitLines, fitMiddle, packed, padEnd, padStart, safeName } from '../../../text/fit.ts'
import { oneLine } from '../../../text/safe-text.ts'
import {
  errorText,
  type RepeatedCalls,
  repeatedCalls,
  rootCauses,
  slowestSelf,
} from '../../analysis/findings.ts'
import { groupBy } from '../../group.ts'
import { shownText } from '../../select.ts'
import { unfinishedOf } from '../../tree/known-times.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration, mannerText, percent } from '../format-duration.ts'
import type { Glyphs, Pen } from '../glyphs.ts'
import { type TimeWindow, timeWindow } from '../window.ts'
import { noteLines } from './head-and-notes.ts'
import type { Guides, Rows } from './rows.ts'

/**
 * What a reader wants to know first, before rows that may fill many screens: where it broke and where the time went. Each
 * block ends with an empty line.
 */
export function verdictLines(tree: TraceTree, pen: Pen): string[] {
  const blocks = [causeLines(tree, pen), slowestLines(tree, pen), repeatedLines(tree, pen)]
  return blocks.flatMap((block) => (block.length > 0 ? [...block, ''] : []))
}

interface LegendOf {
  /** The time that the bars show; undefined without bars. */
  readonly axis: TimeWindow | undefined
  /** Undefined without a tree. */
  readonly guides: Pick<Guides, 'hasChains' | 'hasNumbers'> | undefined
}

interface View {
  readonly shown: Uint8Array
  readonly says: string
}

/** What stands below the rows: the legend, what is odd about the trace, and what was not shown. */
export function summaryLines(
  tree: TraceTree,
  rows: Rows,
  pen: Pen,
  { axis, guides, view }: LegendOf & { readonly view: View | undefined },
): string[] {
  const notes = [
    ...noteLines(tree, pen, view?.shown),
    ...foldLines(rows, pen),
    ...viewLines(tree, rows, view?.says, pen),
  ]
  const { width, glyphs, style } = pen
  const signs = legend(tree, rows, { axis, guides }, view?.shown, glyphs)
  const lines = packed(signs, width).map((line) => style.dim(fitEnd(line, width, glyphs.ellipsis)))
  return notes.length > 0 && lines.length > 0 ? [...lines, '', ...notes] : [...lines, ...notes]
}

/** In place of the rows when the flags leave none: verdicts on the whole trace would pass for those on what was asked. */
export function noRowLines(tree: TraceTree, rows: Rows, view: string | undefined, pen: Pen): string[] {
  return [fitEnd('No span fits.', pen.width, pen.glyphs.ellipsis), ...viewLines(tree, rows, view, pen)]
}

/** The meaning of the drawn signs in the rows. */
export function legend(
  tree: TraceTree,
  rows: Rows,
  { axis, guides }: LegendOf,
  shown: Uint8Array | undefined,
  glyphs: Glyphs,
): string[] {
  const signs = axis
    ? [`${glyphs.path} critical path`, `${glyphs.wait} off the path`, `${glyphs.error} error`]
    : []
  if (axis) signs.push(...arrowSigns(tree, axis, shown, glyphs))
  if (axis && rows.folds.size > 0 && glyphs.sum !== '') signs.push(`${glyphs.sum} sum of a fold`)
  if (guides?.hasChains) signs.push(`${glyphs.onlyBranch}only child of the row above`)
  if (guides?.hasNumbers) signs.push(`${glyphs.deeper}N N levels deep`)
  return signs
}

/** The arrows of bars that continue outside of the axis, as far as there are any. */
function arrowSigns(
  tree: TraceTree,
  { startNanos, endNanos }: TimeWindow,
  shown: Uint8Array | undefined,
  { before, after }: Glyphs,
): string[] {
  let [isEarly, isLate] = [false, false]
  for (let node = 0; node < tree.count; node++) {
    if (shown?.[node] === 0) continue
    if (tree.startOf(node) < startNanos) isEarly = true
    if (tree.endOf(node) > endNanos) isLate = true
  }
  return [
    ...(isEarly ? [`${before} began before the axis`] : []),
    ...(isLate ? [`${after} continues past the axis`] : []),
  ]
}

function foldLines(rows: Rows, { width, glyphs, style }: Pen): string[] {
  const { size } = rows.folds
  if (size === 0) return []
  const hidden = [...rows.folds.values()].reduce((sum, { members }) => sum + members.length, 0)
  const text = `${count(hidden, 'span')} folded into ${count(size, 'row')}; --unfold shows each`
  return fitLines(text, width, glyphs.ellipsis).map((line) => style.dim(line))
}

function viewLines(tree: TraceTree, rows: Rows, view: string | undefined, pen: Pen): string[] {
  if (view === undefined) return []
  const { width, glyphs, style } = pen
  return fitLines(shownText(rows.shown, tree, view), width, glyphs.ellipsis).map((line) => style.dim(line))
}

const MOST_SHOWN_FINDINGS = 3

/** `812ms  65%  POST /v1/charge  payments  b7ad6b7169203331`, longest self time first. */
function slowestLines(tree: TraceTree, pen: Pen): string[] {
  const slowest = slowestSelf(tree, MOST_SHOWN_FINDINGS)
  if (slowest.length === 0) return []
  // The time that the header tells, see `howLong`, whatever the axis shows.
  const window = timeWindow(tree, unfinishedOf(tree) === undefined ? 'critical' : 'fit')
  const selfTimes = slowest.map((node) => {
    const self = padStart(formatDuration(tree.selfNanos(node) ?? 0, pen.glyphs.micro), 7)
    return { self, share: shareOf(tree, node, window) }
  })
  const columns = Math.max(4, ...selfTimes.map(({ share }) => share.length))
  const figures = selfTimes.map(({ self, share }) => `${self} ${padStart(share, columns)}`)
  const widest = Math.max(...figures.map((text) => text.length))
  const whos = whoLines(tree, slowest, [], pen.width - widest - 4, pen)
  const lines = whos.flatMap(([who, id], i) => [
    `  ${figures[i]}  ${who}`,
    ...(id === undefined ? [] : [blanks(widest + 4) + id]),
  ])
  return [title('slowest by self time', pen), ...lines]
}

/**
 * The share of the trace's time, never more than all of it. Work that ended after the root has no share in it, and what ran
 * mostly before the root has none.
 */
function shareOf(tree: TraceTree, node: number, { startNanos, endNanos }: TimeWindow): string {
  const [from, to] = [tree.startOf(node), tree.endOf(node)]
  const early = Math.max(0, Math.min(to, startNanos) - from)
  const late = Math.max(0, to - Math.max(from, endNanos))
  const inside = to - from - early - late
  if (early === 0 && late > 0) return 'tail'
  if (early + late > inside) return late >= early ? 'tail' : late > 0 ? 'outside' : 'before'
  // It is unknown which of its self time was before the root: no more of it than the span ran inside.
  const nanos = Math.min(tree.selfNanos(node) ?? 0, inside)
  return percent(nanos / (endNanos - startNanos))
}

/** Each span where an error began, in the order of {@link rootCauses}, with its message. Equal ones are counted. */
function causeLines(tree: TraceTree, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const groups = groupBy(rootCauses(tree), (node) => {
    const span = tree.span(node)
    return JSON.stringify([span.service, span.name, errorText(span)?.text ?? ''])
  })
  if (groups.size === 0) return []
  const shownGroups = [...groups.values()].slice(0, mostShown(pen))
  const whos = whoLines(
    tree,
    shownGroups.map((nodes) => nodes[0]!),
    shownGroups.map((nodes) => (nodes.length > 1 ? `${nodes.length}${glyphs.times} ` : '')),
    width - 3 - displayWidth(glyphs.error),
    pen,
  )
  const lines = shownGroups.flatMap((nodes, i) => {
    const [who, id] = whos[i]!
    const says = errorText(tree.span(nodes[0]!))?.text
    const messageLines =
      says === undefined ? [] : fitLines(safeName(oneLine(says), glyphs.ellipsis), width - 4, glyphs.ellipsis)
    return [
      `  ${style.red(glyphs.error)} ${who}`,
      ...(id === undefined ? [] : [`    ${id}`]),
      ...messageLines.map((text) => `    ${style.red(text)}`),
    ]
  })
  return [title('where the errors began', pen), ...lines, ...moreLines(groups.size - shownGroups.length, pen)]
}

const mostShown = ({ full }: Pen): number => (full ? Number.POSITIVE_INFINITY : MOST_SHOWN_FINDINGS)

/** The line for the rest of a list, and the flag that lists all of it. */
function moreLines(count: number, { width, glyphs, style, more = '--full' }: Pen): string[] {
  return count > 0 ? [style.dim(fitEnd(`    and ${count} more: ${more}`, width, glyphs.ellipsis))] : []
}

/** Loops around a call: `314× redis GET  under GET /cart: 480ms in all, one after another`. */
function repeatedLines(tree: TraceTree, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const found = repeatedCalls(tree)
  if (found.length === 0) return []
  const listed = found.slice(0, mostShown(pen))
  const whos = whoLines(
    tree,
    listed.map(({ calls }) => calls[0]!),
    listed.map(({ calls }) => `${calls.length}${glyphs.times} `),
    width - 2,
    pen,
  )
  const lines = listed.flatMap((calls, i) => [
    `  ${whos[i]![0]}`,
    ...(whos[i]![1] === undefined ? [] : [`    ${whos[i]![1]}`]),
    ...howRepeated(tree, calls, width - 4, glyphs).map((text) => `    ${style.dim(text)}`),
  ])
  return [title('repeated calls (N+1?)', pen), ...lines, ...moreLines(found.length - listed.length, pen)]
}

function howRepeated(tree: TraceTree, repeated: RepeatedCalls, width: number, glyphs: Glyphs): string[] {
  const { caller, sumNanos, p50Nanos } = repeated
  const [sum, each] = [sumNanos, p50Nanos].map((nanos) => formatDuration(nanos, glyphs.micro))
  const under = fitMiddle(
    safeName(nameOf(tree, caller), glyphs.ellipsis),
    Math.floor(width / 2),
    glyphs.ellipsis,
  )
  return fitLines(
    `under ${under}: ${sum} in all, about ${each} each, ${mannerText(repeated)}`,
    width,
    glyphs.ellipsis,
  )
}

function title(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

function nameOf(tree: TraceTree, node: number): string {
  const { name } = tree.span(node)
  return name === '' ? '(no name)' : name
}

/** From this width on a span id has a column; in less room it has a line of its own, since it is what is typed next. */
const ID_COLUMN_FROM = 56
/** Less room is for the name alone. */
const SERVICE_FROM = 24

/** Per node `name  service  span id` in columns, or with the id on a second line; none wider than `width`. */
function whoLines(
  tree: TraceTree,
  nodes: readonly number[],
  before: readonly string[],
  width: number,
  pen: Pen,
): (readonly [line: string, id?: string])[] {
  const { glyphs, style } = pen
  const names = nodes.map((node, i) => (before[i] ?? '') + safeName(nameOf(tree, node), glyphs.ellipsis))
  const ids = nodes.map((node) => style.dim(fitEnd(tree.span(node).spanId, width, glyphs.ellipsis)))
  if (width < SERVICE_FROM) return names.map((name, i) => [fitMiddle(name, width, glyphs.ellipsis), ids[i]!])
  const most = Math.max(8, Math.floor(width / 3))
  const services = nodes.map((node) =>
    fitEnd(safeName(tree.span(node).service, glyphs.ellipsis), most, glyphs.ellipsis),
  )
  const serviceColumns = widest(services)
  const idColumns = width >= ID_COLUMN_FROM ? 2 + 16 : 0
  const room = Math.max(1, width - idColumns - 2 - serviceColumns)
  const nameColumns = Math.min(room, widest(names))
  return nodes.map((node, i) => {
    const name = padEnd(fitMiddle(names[i]!, nameColumns, glyphs.ellipsis), nameColumns)
    const service = services[i]!
    const line = `${name}  ${style.palette(tree.services.indexOf(node), service)}`
    if (idColumns === 0) return [line, ids[i]!]
    return [`${line}${' '.repeat(serviceColumns - displayWidth(service))}  ${ids[i]}`]
  })
}
