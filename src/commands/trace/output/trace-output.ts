import { Failure } from '../../../errors.ts'
import { safeJson } from '../../../text/safe-text.ts'
import { isoTime } from '../../../trace/formats/iso-time.ts'
import type { TraceDataFormat, TraceFormat } from '../../../trace/formats/output-choices.ts'
import { MASKED } from '../../../trace/masking/kept-value.ts'
import type { Span } from '../../../trace/model.ts'
import { type Moment, placeMoment } from '../../../trace/moment.ts'
import type { Zoom } from '../../../trace/render/time/window.ts'
import type { HeaderFacts } from '../../../trace/render/waterfall/header.ts'
import type { WaterfallOptions } from '../../../trace/render/waterfall/waterfall.ts'
import { matchingNodes, nodesInView } from '../../../trace/select.ts'
import { countRedelivered } from '../../../trace/tree/redelivered.ts'
import type { TraceTree } from '../../../trace/tree/trace-tree.ts'
import { type Invocation, tell } from '../../invocation.ts'
import type { Picture } from './picture.ts'
import type { View } from './view-options.ts'

/** Where a trace came from. */
export interface Source {
  /** For people: `Tempo`, `file`. */
  readonly name: string
  /** Its page in the back end's UI. */
  readonly link: string | undefined
}

/** What was written. */
export interface Written {
  /** Of a picture for others (`md`, `svg`): a part of a text that it shows is masked. */
  readonly hasMaskedPart: boolean
}

/**
 * Writes a trace. Drawings show the matching spans with their ancestors; data formats hold the matching spans only.
 */
export async function writeTrace(
  invocation: Invocation,
  format: TraceFormat,
  picture: Picture,
  view: View,
  source: Source,
): Promise<Written> {
  const written = { hasMaskedPart: false }
  await writeAs(invocation, format, picture, view, source, (text) => {
    written.hasMaskedPart ||= text.includes(MASKED)
  })
  await tellPartOfValue(invocation, picture.tree, view)
  return written
}

/** Only where a pattern was typed that may be meant so are the spans looked through for it once more. */
async function tellPartOfValue(invocation: Invocation, tree: TraceTree, view: View): Promise<void> {
  const { selection } = view
  if (!selection.attributes?.some(([, , operator]) => operator === '=~')) return
  const { partOfValue } = await import('../../../trace/conditions/part-of-value.ts')
  const part = partOfValue(selection.attributes)
  if (part === undefined) return
  // Where they fit alone, it is another filter that does not.
  const fitting = matchingNodes(tree, { attributes: selection.attributes })
  if (!fitting.some((fits) => fits !== 0)) tell(invocation, `note: ${part}`)
}

/** `look` gets each text of a picture for others. */
async function writeAs(
  invocation: Invocation,
  format: TraceFormat,
  picture: Picture,
  view: View,
  source: Source,
  look: (text: string) => void,
): Promise<void> {
  const { terminal } = invocation.ports
  switch (format) {
    case 'waterfall':
      return terminal.page(await drawingOf(invocation, picture, view, source), '\n')
    case 'md':
      return terminal.page(lookedAt(await markdownOf(picture, view, source), look), '\n')
    case 'agent': {
      const { agentTrace, BY_FLAGS } = await import('../../../trace/render/agent/agent-trace.ts')
      const selection = { ...view.selection, ...(await zoomOf(picture.tree, view)) }
      return terminal.out(agentTrace(picture, { says: view.says, selection }, source, { more: BY_FLAGS }))
    }
    case 'html':
      return terminal.page(await graphicOf(invocation, format, picture, view, source))
    case 'svg':
      return terminal.page(lookedAt(await graphicOf(invocation, format, picture, view, source), look))
    default:
      return terminal.page(await piecesOf(invocation, format, picture.tree, view))
  }
}

function* lookedAt(texts: Iterable<string>, look: (text: string) => void): Generator<string> {
  for (const text of texts) {
    look(text)
    yield text
  }
}

async function graphicOf(
  invocation: Invocation,
  format: 'html' | 'svg',
  { tree, clocks }: Picture,
  view: View,
  source: Source,
): Promise<Iterable<string>> {
  const { says, fold, scale } = view
  const zoom = await zoomOf(tree, view)
  const shown = says !== undefined && { shown: nodesInView(tree, { ...view.selection, ...zoom }), says }
  if (shown && !shown.shown.includes(1)) await tellNone(invocation, tree, shown.says)
  const options = { source, fold, scale, zoom, ...(clocks && { clocks }), ...(shown && { view: shown }) }
  if (format === 'svg') return (await import('../../../trace/render/markup/svg.ts')).renderSvg(tree, options)
  return (await import('../../../trace/render/markup/html.ts')).renderHtml(tree, options)
}

async function piecesOf(
  invocation: Invocation,
  format: TraceDataFormat,
  tree: TraceTree,
  view: View,
): Promise<Iterable<string>> {
  const { exportTrace: traceData } = await import('../../../trace/formats/export-trace.ts')
  const selection = { ...view.selection, ...(await zoomOf(tree, view)) }
  const matching = view.says === undefined ? undefined : matchingNodes(tree, selection)
  const nodes = matching && [...tree.spans.keys()].filter((node) => matching[node] !== 0)
  if (nodes?.length === 0) await tellNone(invocation, tree, view.says)
  const written = nodes === undefined ? tree.spans : nodes.map((node) => tree.span(node))
  const again = countRedelivered(tree, written)
  if (again > 0)
    tell(invocation, `note: ${again} of the spans are there once more: they were delivered again`)
  await tellLostEnds(invocation, format, written)
  return traceData(format, tree, nodes, (value) => safeJson(value))
}

/** Whoever reads the file sees spans that took no time, and no mark. */
async function tellLostEnds(
  invocation: Invocation,
  format: TraceDataFormat,
  spans: readonly Span[],
): Promise<void> {
  const { countLostEnds } = await import('../../../trace/formats/lost-ends.ts')
  const lost = countLostEnds(format, spans)
  if (lost === 0) return
  const have = lost === 1 ? '1 span has' : `${lost} spans have`
  tell(
    invocation,
    `note: ${have} no usable end, and the duration 0 in -o ${format}, which has no place for that`,
  )
}

/** What holds no span says so beside it: a file that is empty could be taken for one that has failed. */
async function tellNone(invocation: Invocation, tree: TraceTree, says = ''): Promise<void> {
  const { shownText } = await import('../../../trace/render/waterfall/summary.ts')
  tell(invocation, `note: no span fits: ${shownText(0, tree, says)}`)
}

async function markdownOf(picture: Picture, view: View, source: Source): Promise<Iterable<string>> {
  const options = await optionsOf(picture, view, { source })
  const { renderMarkdown } = await import('../../../trace/render/waterfall/markdown.ts')
  return renderMarkdown(picture.tree, options)
}

async function drawingOf(
  invocation: Invocation,
  picture: Picture,
  view: View,
  source: Source,
): Promise<Iterable<string>> {
  const { terminal, clock } = invocation.ports
  const options = await optionsOf(picture, view, { source, now: clock.now() })
  const lines = await linesOf(invocation, picture.tree, view, options)
  const { link } = source
  const isLong = link !== undefined && link.length > terminal.columns
  return isLong ? followedBy(lines, ['', link]) : lines
}

async function optionsOf(
  picture: Picture,
  view: View,
  given: HeaderFacts,
): Promise<Omit<WaterfallOptions, 'width' | 'unicode' | 'style'>> {
  const { tree, clocks } = picture
  const { says, fold, bars, scale, showIds, full } = view
  const zoom = await zoomOf(tree, view)
  const facts = { ...given, ...(clocks && { clocks }) }
  return {
    ...facts,
    fold,
    bars,
    scale,
    zoom,
    showIds,
    full,
    ...(await detailsOf(picture, view, facts)),
    ...(says !== undefined && { view: { shown: nodesInView(tree, { ...view.selection, ...zoom }), says } }),
  }
}

/** `--span` shows the span whole above its rows, `--details` each span below them. */
async function detailsOf(
  { tree, focus }: Picture,
  { details, scale }: View,
  facts: HeaderFacts,
): Promise<Pick<WaterfallOptions, 'head' | 'foot'>> {
  if (!focus && !details) return {}
  const { detailsOfRows, focusHead } = await import('../../../trace/render/span-details/focus.ts')
  const all = focus ?? { tree, node: 0, scale }
  return {
    ...(focus && { head: (pen) => focusHead(focus, facts, pen) }),
    ...(details && { foot: (pen, rows) => detailsOfRows(all, rows, pen) }),
  }
}

/** A link that does not fit into the header stands below, unbroken. */
function* followedBy(lines: Iterable<string>, others: readonly string[]): Generator<string> {
  yield* lines
  yield* others
}

async function linesOf(
  { ports: { terminal } }: Invocation,
  tree: TraceTree,
  { plain }: View,
  options: Omit<WaterfallOptions, 'width' | 'unicode' | 'style'>,
): Promise<Iterable<string>> {
  const { columns: width, unicode } = terminal
  if (plain)
    return (await import('../../../trace/render/waterfall/plain.ts')).renderPlain(tree, { ...options, width })
  const { renderWaterfall } = await import('../../../trace/render/waterfall/waterfall.ts')
  return renderWaterfall(tree, { ...options, width, unicode, style: await terminal.style('out') })
}

/** `--from` and `--to` in nanoseconds after the tree's start. Failure `usage`: outside of the trace. */
async function zoomOf(tree: TraceTree, { from, to, scale }: View): Promise<Zoom> {
  if (!from && !to) return {}
  const { timeWindow, zeroOf } = await import('../../../trace/render/time/window.ts')
  const zero = zeroOf(timeWindow(tree, scale))
  const place = (moment: Moment) => placeMoment(moment, tree.startNanos, zero)
  const zoom = { ...(from && { fromNanos: place(from) }), ...(to && { toNanos: place(to) }) }
  const { fromNanos = 0, toNanos = tree.endNanos } = zoom
  if (fromNanos > tree.endNanos || toNanos < 0 || (fromNanos >= toNanos && tree.endNanos > 0)) {
    throw new Failure('usage', 'between --from and --to there is nothing of this trace', {
      hint: tree.isTimed
        ? `It runs from ${isoTime(tree.startNanos)} to ${isoTime(tree.startNanos + BigInt(tree.endNanos))}.`
        : 'None of its spans has a start time.',
    })
  }
  return zoom
}
