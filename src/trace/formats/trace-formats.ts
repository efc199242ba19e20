import type { Trace } from '../model.ts'
import type { Unfinished } from '../tree/span-facts.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** Spans of a tree to be written; `write` makes the JSON text of a value. */
interface Chosen {
  readonly tree: TraceTree
  readonly nodes: readonly number[]
  /** These spans alone. */
  readonly trace: Trace
  readonly write: (value: unknown) => string
}

/** A format that holds the spans themselves, for a program to read. */
interface DataFormat {
  /** The text, piece by piece. */
  readonly text: (chosen: Chosen) => Promise<Iterable<string>>
  /** A span that ends so is written as if it had taken no time, and without a mark, since the format has none for it. */
  readonly loses?: (why: Unfinished | undefined) => boolean
}

const writers = () => import('./export-trace.ts')

/** By the name that `-o` takes. A run loads the writers when it writes. */
const DATA = {
  json: {
    text: async ({ trace, tree, write }) => (await writers()).toJsonText(trace, write, tree.trace.spans),
  },
  ndjson: { text: async ({ trace, write }) => (await writers()).toNdjson(trace, write) },
  otlp: {
    text: async ({ trace, write }) => (await writers()).toOtlp(trace, write),
    // OTLP leaves an end out. One before the start would be refused by others.
    loses: (why) => why === 'end-before-start',
  },
  jaeger: {
    text: async ({ trace, write }) => (await writers()).toJaeger(trace, write),
    loses: (why) => why !== undefined,
  },
  perfetto: { text: async ({ tree, nodes, write }) => (await writers()).toTraceEvents(tree, nodes, write) },
  csv: { text: async ({ tree, nodes, write }) => (await writers()).toCsv(tree, nodes, write) },
} satisfies Readonly<Record<string, DataFormat>>

export type TraceDataFormat = keyof typeof DATA

export const dataFormat = (name: TraceDataFormat): DataFormat => DATA[name]

/** Formats of `-o` that draw the rows of a trace. */
const DRAWINGS = ['waterfall', 'md', 'html', 'svg', 'agent'] as const

export type TraceDrawing = (typeof DRAWINGS)[number]

export type TraceFormat = TraceDataFormat | TraceDrawing

export const isDrawn = (format: TraceFormat): format is TraceDrawing =>
  (DRAWINGS as readonly TraceFormat[]).includes(format)

/** What `-o` takes for one trace: the first drawing, the data, the other drawings. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  DRAWINGS[0],
  ...(Object.keys(DATA) as TraceDataFormat[]),
  ...DRAWINGS.slice(1),
]

/** A trace as data, piece by piece: the nodes, or all spans. `write` makes the JSON text of a value. */
export const exportTrace = (
  format: TraceDataFormat,
  tree: TraceTree,
  nodes: readonly number[] | undefined,
  write: (value: unknown) => string,
): Promise<Iterable<string>> =>
  dataFormat(format).text({
    tree,
    nodes: nodes ?? [...tree.spans.keys()],
    trace: nodes ? { ...tree.trace, spans: nodes.map((node) => tree.span(node)) } : tree.trace,
    write,
  })
