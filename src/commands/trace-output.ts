import { safeJson } from '../safe-text.ts'
import type { Trace } from '../trace/model.ts'
import { matchingNodes, nodesInView } from '../trace/select.ts'
import type { TraceTree } from '../trace/tree.ts'
import { globals, type Invocation } from './invocation.ts'
import type { View } from './trace-view.ts'

/** The values of `-o`. */
export const TRACE_FORMATS = ['waterfall', 'json', 'ndjson', 'otlp', 'jaeger', 'csv', 'md'] as const

/** A format of a trace on standard output. */
export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** Characters handed to the stream at once: few writes, and never a whole trace in one string. */
const BATCH = 256 * 1024

/** `--json` is `-o json`; a person gets the waterfall. */
export function traceFormat(invocation: Invocation): TraceFormat {
  const { output } = invocation.options
  return globals(invocation).json ? 'json' : ((output as TraceFormat | undefined) ?? 'waterfall')
}

/**
 * Writes a trace. For people the spans that fit are shown with all that is above them; the data formats hold the spans
 * that fit and no others.
 */
export async function writeTrace(
  invocation: Invocation,
  tree: TraceTree,
  view: View,
  link: string | undefined,
): Promise<void> {
  const format = traceFormat(invocation)
  if (format === 'waterfall' || format === 'md') return writeDrawing(invocation, tree, view, link)
  await writePieces(invocation, await piecesOf(format, tree, view))
}

async function piecesOf(
  format: Exclude<TraceFormat, 'waterfall' | 'md'>,
  tree: TraceTree,
  view: View,
): Promise<Iterable<string>> {
  const write = (value: unknown) => safeJson(value)
  const matching = view.says === undefined ? undefined : matchingNodes(tree, view.selection)
  const nodes = [...tree.spans.keys()].filter((node) => matching?.[node] !== 0)
  const trace: Trace = matching ? { ...tree.trace, spans: nodes.map((node) => tree.span(node)) } : tree.trace
  switch (format) {
    case 'json':
      return (await import('../trace/formats/json.ts')).toJsonText(trace, write)
    case 'ndjson':
      return (await import('../trace/formats/json.ts')).toNdjson(trace, write)
    case 'otlp':
      return (await import('../trace/formats/otlp-export.ts')).toOtlp(trace, write)
    case 'jaeger':
      return (await import('../trace/formats/jaeger-export.ts')).toJaeger(trace, write)
    case 'csv':
      return (await import('../trace/formats/csv.ts')).toCsv(tree, nodes, write)
  }
}

async function writePieces({ ports }: Invocation, pieces: Iterable<string>, after = ''): Promise<void> {
  let batch = ''
  for (const piece of pieces) {
    batch += piece + after
    if (batch.length < BATCH) continue
    await ports.terminal.out(batch)
    batch = ''
  }
  if (batch !== '') await ports.terminal.out(batch)
}

async function writeDrawing(
  invocation: Invocation,
  tree: TraceTree,
  { selection, says, fold, bars }: View,
  link: string | undefined,
): Promise<void> {
  const { terminal, clock } = invocation.ports
  const options = {
    fold,
    bars,
    ...(says !== undefined && { view: { shown: nodesInView(tree, selection), says } }),
  }
  if (traceFormat(invocation) === 'md') {
    const { renderMarkdown } = await import('../trace/render/markdown.ts')
    return terminal.out(`${renderMarkdown(tree, link, options).join('\n')}\n`)
  }
  const { renderWaterfall } = await import('../trace/render/waterfall.ts')
  const lines = renderWaterfall(tree, {
    ...options,
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    now: clock.now(),
  })
  await writePieces(invocation, lines, '\n')
  if (link) await terminal.out(`\n${link}\n`)
}
