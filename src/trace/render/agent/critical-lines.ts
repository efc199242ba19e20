import { fitMiddle, padStart, safeName } from '../../../text/fit.ts'
import type { CriticalPath } from '../../analysis/critical-path.ts'
import type { RootsPath } from '../../analysis/roots-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import type { Pen } from '../pen.ts'
import { percent } from '../percent.ts'
import { offsetText } from '../span-details/heading.ts'
import type { TimeWindow } from '../time/window.ts'
import { zeroOf } from '../time/window.ts'

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
    ? '1 of these has no usable end, or called what has none: its time is told as far as it is known'
    : `${spans} of these have no usable end, or called what has none: their times are told as far as they are known`

/** Each span once, in order of its first moment on the path. */
export function waitedFor(path: CriticalPath): Waited[] {
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
