import type { Invocation } from '../commands/invocation.ts'
import type { FoundTrace, TraceArgument } from '../commands/trace/find-trace.ts'
import {
  type Answer,
  drawnBlock,
  isPlain,
  type Note,
  noteOf,
  type Pen,
  type Step,
  textBlock,
} from '../frame/answer.ts'
import { stepLine } from '../frame/print.ts'
import { rootCauses, slowestSelf } from '../trace/analysis/findings.ts'
import type { Scale } from '../trace/formats/output-choices.ts'
import type { TraceDrawing } from '../trace/formats/trace-formats.ts'
import { MASKED } from '../trace/masking/value.ts'
import type { Pen as RowPen } from '../trace/render/glyphs.ts'
import type { Focus } from '../trace/render/span-details.ts'
import type { HeaderFacts } from '../trace/render/waterfall/head-and-notes.ts'
import type { Rows } from '../trace/render/waterfall/rows.ts'
import { nodesInView, type Selection, shownText } from '../trace/select.ts'
import type { Adjusted } from '../trace/tree/skew.ts'
import type { TraceTree } from '../trace/tree/trace-tree.ts'

/** A tree and, when its clocks were adjusted, how much. */
export interface Picture {
  readonly tree: TraceTree
  readonly clocks: Adjusted | undefined
  /** The tree is what is below one span of a whole trace. */
  readonly focus?: Focus
}

/** The spans that were asked for: `says` in words, of all spans undefined. */
export interface Asked {
  readonly typed: {
    readonly id: TraceArgument | undefined
    readonly span: string | undefined
    readonly error: boolean
    readonly unfold: boolean
    readonly bars: boolean
    readonly scale: Scale | undefined
    readonly showIds: boolean
    readonly full: boolean
    readonly details: boolean
    readonly plain: boolean
  }
  readonly says: string | undefined
  readonly zoom: { readonly fromNanos?: number; readonly toNanos?: number }
  readonly selection: Selection
}

/** How a trace is written: lines, or the pieces of a document. */
export interface Output extends Pick<Answer, 'blocks' | 'pieces' | 'next'> {
  readonly notes: readonly (Note | undefined)[]
  /** Of a picture for others: a part of a text that it shows is masked. */
  readonly hasMaskedPart?: () => boolean
}

const loadPlain = () => import('../trace/render/waterfall/plain.ts')

/** Draws the matching spans with those above them. */
export async function drawn(
  invocation: Invocation,
  format: TraceDrawing,
  picture: Picture,
  asked: Asked,
  { name, link }: FoundTrace,
): Promise<Output> {
  const { tree, clocks, focus } = picture
  const { says, selection, typed } = asked
  const view = says === undefined ? undefined : { shown: nodesInView(tree, selection), says }
  const next = stepsFrom(invocation, format, tree, asked)
  if (format === 'agent') {
    const { agentHeader, agentLines, agentPen, detailsFor } = await import('../trace/render/agent-text.ts')
    const [lists, values] = invocation.caller ? ['error', 'not shown here'] : ['--error', '-o json']
    const pen = agentPen(lists)
    const ofSpan = { ...agentPen(values), open: linkOpener(invocation, tree) }
    const part = focus && { whole: focus.tree, span: detailsFor(focus.tree, focus.node, ofSpan) }
    const lines = ({ room = Infinity }: Pen) => agentLines(tree, { view, part, pen, room })
    return {
      blocks: [textBlock(() => agentHeader(focus?.tree ?? tree, name, pen)), drawnBlock(lines)],
      next,
      notes: [],
    }
  }
  const age = format === 'waterfall' && { now: invocation.ports.clock.now() }
  const facts = { source: { name, link }, ...(clocks && { clocks }), ...age }
  const open = linkOpener(invocation, tree)
  const options = { ...(await optionsOf(picture, asked, facts, open)), ...(view && { view }) }
  if (format === 'waterfall') {
    const render = typed.plain
      ? (await loadPlain()).renderPlain
      : (await import('../trace/render/waterfall/waterfall.ts')).renderWaterfall
    const lines = ({ width, unicode, style }: Pen) =>
      withLink(render(tree, { ...options, width, unicode, style }), link, width)
    return { blocks: [drawnBlock(lines)], next, notes: [] }
  }
  let hasMaskedPart = false
  function* look(texts: Iterable<string>): Generator<string> {
    for (const one of texts) {
      hasMaskedPart ||= one.includes(MASKED)
      yield one
    }
  }
  const output = { hasMaskedPart: () => hasMaskedPart, notes: [] }
  if (format === 'md') {
    const { renderMarkdown } = await loadPlain()
    return { ...output, blocks: [drawnBlock(() => look(renderMarkdown(tree, options)))] }
  }
  const isEmpty = view && !view.shown.includes(1)
  const notes = [noteOf('none', isEmpty && `no span fits: ${shownText(0, tree, says)}`)]
  const render =
    format === 'svg'
      ? (await import('../trace/render/svg.ts')).renderSvg
      : (await import('../trace/render/html.ts')).renderHtml
  return { ...output, pieces: look(render(tree, options)), notes }
}

/** A link that does not fit into the header stands below, unbroken. */
function* withLink(lines: Iterable<string>, link: string | undefined, width: number): Generator<string> {
  yield* lines
  if (link !== undefined && link.length > width) yield* ['', link]
}

/** `--span` shows the span whole above its rows, `--details` each span below them. */
async function optionsOf(
  { tree, focus }: Picture,
  { typed, zoom }: Asked,
  facts: HeaderFacts,
  open: RowPen['open'],
) {
  const { unfold, bars, scale = 'linear', showIds, full, details } = typed
  const options = { ...facts, fold: !unfold, bars, scale, zoom, showIds, full }
  if (!focus && !details) return options
  const { detailsOfRows, focusHead } = await import('../trace/render/span-details.ts')
  const all = focus ?? { tree, node: 0, scale }
  return {
    ...options,
    ...(focus && { head: (pen: RowPen) => focusHead(focus, facts, { ...pen, open }) }),
    ...(details && { foot: (pen: RowPen, rows: Rows) => detailsOfRows(all, rows, { ...pen, open }) }),
  }
}

/** How a linked span is shown: of this trace like this one; of another one by its id, also if this one is in a file. */
function linkOpener(invocation: Invocation, { trace }: TraceTree): RowPen['open'] {
  const { args, caller } = invocation
  return ({ traceId, spanId }) => {
    if (!/^[\da-f]{16,32}$/.test(traceId) || !/^[\da-f]{16}$/.test(spanId)) return undefined
    if (caller) return `get_trace id=${traceId} span=${spanId}`
    const isHere = traceId === trace.traceId && args[0] !== '-'
    return stepLine(invocation, {
      verb: 'trace get',
      args: isHere ? args : [traceId],
      flags: { span: spanId },
    })
  }
}

/** Flags that choose spans: another choice takes their place. */
const CHOOSING = ['error', 'service', 'attr', 'min', 'depth', 'from', 'to'].map((flag) => [flag, undefined])

/** One span, the errors, and for an agent what spans like these have in common. */
function stepsFrom(
  { args }: Invocation,
  format: TraceDrawing,
  tree: TraceTree,
  { typed: { id, span, error } }: Asked,
): Step[] {
  if (args[0] === '-') return []
  const again = { verb: 'trace get', args, keeps: 'all', atTerminal: true } as const
  const node = rootCauses(tree)[0] ?? slowestSelf(tree, 1)[0]
  const steps: Step[] = []
  if (node !== undefined && span === undefined && tree.count > 1) {
    const flags = { ...Object.fromEntries(CHOOSING), span: tree.span(node).spanId }
    steps.push({ ...again, label: 'one span:   ', flags })
  }
  if (tree.errors > 0 && tree.errors < tree.count && !error)
    steps.push({ ...again, label: 'errors only:', flags: { error: true } })
  const { service = '' } = node === undefined ? {} : tree.span(node)
  if (format === 'agent' && id?.kind === 'word' && isPlain(service)) {
    const why = tree.errors > 0 ? { error: true } : { slowerThan: 'p95' }
    steps.push({ verb: 'trace why', flags: { service, ...why } })
  }
  return steps
}
