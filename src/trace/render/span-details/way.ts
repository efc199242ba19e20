import { displayWidth, widest } from '../../../text/display-width.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from '../../../text/fit.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import type { Pen } from '../pen.ts'
import { nodeDuration } from '../span-duration.ts'
import { heading } from './heading.ts'

/** From this width on each step ends with its span id. */
const IDS_FROM = 72
/** Of a longer way the first steps and the last ones are shown, unless all is asked for. */
const FIRST_STEPS = 3
const LAST_STEPS = 9

/** Where a way begins that does not begin at a root. */
const DETACHED = {
  orphan: 'a span whose parent is not in the trace',
  cycle: 'a span whose parents lead in a circle',
}

/** The nodes from the top of its tree down to `node`. */
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
export function wayText(tree: TraceTree, node: number, { glyphs }: Pen): string {
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
