import { displayWidth } from '../../../display-width.ts'
import {
  errorMessage,
  type RepeatedCalls,
  repeatedCalls,
  rootCauses,
  slowestSelf,
} from '../../analysis/findings.ts'
import { groupBy } from '../../group.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName, wrap } from '../fit.ts'
import { formatDuration } from '../format-duration.ts'
import type { Glyphs } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import { serviceColour } from '../service-colour.ts'
import { count } from './header.ts'
import type { TimeWindow } from './window.ts'

/** How many of each finding are shown. */
const MOST_SHOWN_FINDINGS = 3

/** `812ms  65%  POST /v1/charge  payments  b7ad6b7169203331`, longest self time first. */
export function slowestLines(tree: TraceTree, window: TimeWindow, pen: Pen): string[] {
  const slowest = slowestSelf(tree, MOST_SHOWN_FINDINGS)
  if (slowest.length === 0) return []
  const figures = slowest.map((node) => {
    const self = padStart(formatDuration(tree.selfNanos(node), pen.glyphs.micro), 7)
    return `${self} ${padStart(shareOf(tree, node, window), 4)}`
  })
  const widest = Math.max(...figures.map((text) => text.length))
  const whos = whoLines(tree, slowest, [], pen.width - widest - 4, pen)
  return [title('slowest by self time', pen), ...whos.map((who, i) => `  ${figures[i]}  ${who}`)]
}

/** The share of the time the axis shows; work after the root's end has no share in it. */
function shareOf(tree: TraceTree, node: number, window: TimeWindow): string {
  if (tree.endOf(node) > window.endNanos) return 'tail'
  const percent = Math.round((tree.selfNanos(node) / (window.endNanos - window.startNanos)) * 100)
  return percent < 1 ? '<1%' : `${percent}%`
}

/** Each span where an error began, deepest first, with its message. Equal ones are counted. */
export function causeLines(tree: TraceTree, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const groups = groupBy(rootCauses(tree), (node) => {
    const { service, name } = tree.span(node)
    return JSON.stringify([service, name, errorMessage(tree.span(node)) ?? ''])
  })
  if (groups.size === 0) return []
  const told = [...groups.values()].slice(0, MOST_SHOWN_FINDINGS)
  const whos = whoLines(
    tree,
    told.map((nodes) => nodes[0]!),
    told.map((nodes) => (nodes.length > 1 ? `${nodes.length}${glyphs.times} ` : '')),
    width - 3 - displayWidth(glyphs.error),
    pen,
  )
  const lines = told.flatMap((nodes, i) => {
    const line = `  ${style.red(glyphs.error)} ${whos[i]}`
    const says = errorMessage(tree.span(nodes[0]!))
    if (says === undefined) return [line]
    const said = wrap(safeName(says, glyphs.ellipsis), width - 4, glyphs.ellipsis)
    return [line, ...said.map((text) => `    ${style.red(text)}`)]
  })
  if (groups.size > MOST_SHOWN_FINDINGS)
    lines.push(style.dim(fitEnd(`    and ${groups.size - MOST_SHOWN_FINDINGS} more`, width, glyphs.ellipsis)))
  return [title('where the errors began', pen), ...lines]
}

/** Loops around a call: `314× redis GET  under GET /cart: 480ms in all, one after another`. */
export function repeatedLines(tree: TraceTree, pen: Pen): string[] {
  const { width, glyphs, style } = pen
  const found = repeatedCalls(tree)
  if (found.length === 0) return []
  const told = found.slice(0, MOST_SHOWN_FINDINGS)
  const whos = whoLines(
    tree,
    told.map(({ calls }) => calls[0]!),
    told.map(({ calls }) => `${calls.length}${glyphs.times} `),
    width - 2,
    pen,
  )
  const lines = told.flatMap((calls, i) => [
    `  ${whos[i]}`,
    ...howRepeated(tree, calls, width - 4, glyphs).map((text) => `    ${style.dim(text)}`),
  ])
  const more = `    and ${count(found.length - MOST_SHOWN_FINDINGS, 'group')} more`
  if (found.length > MOST_SHOWN_FINDINGS) lines.push(style.dim(fitEnd(more, width, glyphs.ellipsis)))
  return [title('repeated calls (N+1?)', pen), ...lines]
}

function howRepeated(
  tree: TraceTree,
  { caller, sumNanos, p50Nanos, atOnce }: RepeatedCalls,
  width: number,
  glyphs: Glyphs,
): string[] {
  const [sum, each] = [sumNanos, p50Nanos].map((nanos) => formatDuration(nanos, glyphs.micro))
  const manner = atOnce === 1 ? 'one after another' : `up to ${atOnce} at once`
  const under = fitMiddle(
    safeName(nameOf(tree, caller), glyphs.ellipsis),
    Math.floor(width / 2),
    glyphs.ellipsis,
  )
  return wrap(`under ${under}: ${sum} in all, about ${each} each, ${manner}`, width, glyphs.ellipsis)
}

function title(text: string, { width, glyphs, style }: Pen): string {
  return style.bold(fitEnd(text, width, glyphs.ellipsis))
}

function nameOf(tree: TraceTree, node: number): string {
  const { name } = tree.span(node)
  return name === '' ? '(no name)' : name
}

/** `name  service  span id` in columns, each at most `width` wide: in little room the id goes first, then the service. */
function whoLines(
  tree: TraceTree,
  nodes: readonly number[],
  before: readonly string[],
  width: number,
  pen: Pen,
): string[] {
  const { glyphs, style } = pen
  const names = nodes.map((node, i) => (before[i] ?? '') + safeName(nameOf(tree, node), glyphs.ellipsis))
  if (width < 24) return names.map((name) => fitMiddle(name, width, glyphs.ellipsis))
  const most = Math.max(8, Math.floor(width / 3))
  const services = nodes.map((node) =>
    fitEnd(safeName(tree.span(node).service, glyphs.ellipsis), most, glyphs.ellipsis),
  )
  const serviceColumns = Math.max(...services.map(displayWidth))
  const idColumns = width >= 56 ? 2 + 16 : 0
  const room = Math.max(1, width - idColumns - 2 - serviceColumns)
  const nameColumns = Math.min(room, Math.max(...names.map(displayWidth)))
  return nodes.map((node, i) => {
    const span = tree.span(node)
    const name = padEnd(fitMiddle(names[i]!, nameColumns, glyphs.ellipsis), nameColumns)
    const service = services[i]!
    const painted = style.palette(serviceColour(span.service), service)
    if (idColumns === 0) return `${name}  ${painted}`
    return `${name}  ${painted}${' '.repeat(serviceColumns - displayWidth(service))}  ${style.dim(span.spanId)}`
  })
}
