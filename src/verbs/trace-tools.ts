import type { Invocation } from '../commands/invocation.ts'
import { findTrace, readTraceArgument, type TraceArgument } from '../commands/trace/find-trace.ts'
import { type Answer, drawnBlock, noteOf, textBlock } from '../frame/answer.ts'
import { count, repeated, value } from '../frame/flag.ts'
import { ASKS_API, verb } from '../frame/verb.ts'
import { rootsPath } from '../trace/analysis/critical-path.ts'
import { maskTrace } from '../trace/masking.ts'
import { agentHeader, agentPen, criticalLines, detailsFor } from '../trace/render/agent-text.ts'
import { withinBytes } from '../trace/render/data-block.ts'
import { timeWindow } from '../trace/render/window.ts'
import { withheldNote } from '../trace/span-view.ts'
import { buildTree, type TraceTree } from '../trace/tree/trace-tree.ts'
import { missingSpans, PARTIAL, readSpanId } from './trace-get.ts'

const id = value('<id>', 'the trace id, as in get_trace', readTraceArgument, { argument: 0 })
/** Of get_critical_path: spans. */
const PATH = { usual: 50, most: 200 }
/** Of get_span_details: spans, and UTF-8 bytes of the answer. */
const DETAILS = { most: 20, bytes: 64 * 1024 }

/** Reads a trace, masked. */
async function read(invocation: Invocation, argument: TraceArgument | undefined) {
  const found = await findTrace(invocation, argument ?? readTraceArgument(''), undefined)
  const { trace } = maskTrace(found.trace)
  const notes = [
    trace.partial === undefined ? undefined : PARTIAL,
    noteOf('withheld', withheldNote(trace.spans)),
  ]
  return { tree: buildTree(trace), name: found.name, notes }
}

/** The tool get_span_details: spans of one trace, whole. It has no command of its own. */
export const spanDetails = verb({
  ...ASKS_API,
  flags: {
    id,
    spans: repeated('<id>', 'span ids, from the rows of get_trace', (ids, name) =>
      ids.map((one) => readSpanId(one, name)),
    ),
  },
  formats: [],
  examples: [],
  tools: [
    {
      name: 'get_span_details',
      title: 'Read spans whole',
      asks: 'trace',
      description:
        'Up to 20 spans of one trace in full: status, times, path from the root, exception with stack, attributes, events, links, resource. At most 64 kB. ls-auth masks values that look like secrets or personal data.',
      takes: ['id', 'spans'],
      required: ['id', 'spans'],
      most: { spans: DETAILS.most },
    },
  ],
  async run(invocation, { id, spans }): Promise<Answer> {
    const { tree, name, notes } = await read(invocation, id)
    const nodes = [...tree.spans.keys()].filter((node) => spans.includes(tree.span(node).spanId))
    const found = new Set(nodes.map((node) => tree.span(node).spanId))
    const missing = spans.filter((one) => !found.has(one))
    if (nodes.length === 0) throw missingSpans(missing, tree.trace)
    const whole = tree.trace.partial === undefined ? 'this trace' : 'the part of the trace that is here'
    const absent = missing.length === 0 ? undefined : `not in ${whole}: ${missing.join(', ')}`
    const pen = agentPen('not shown here')
    return {
      mostBytes: DETAILS.bytes,
      blocks: [
        textBlock(() => agentHeader(tree, name, pen)),
        drawnBlock(({ room = Infinity }) => wholeSpans(tree, nodes, room)),
      ],
      notes: [...notes, noteOf('missing', absent)],
    }
  },
})

/** Each span with its share of the bytes. Spans that share an id are all shown. */
function wholeSpans(tree: TraceTree, nodes: readonly number[], room: number): string[] {
  const listed = nodes.slice(0, DETAILS.most)
  const each = Math.floor(room / listed.length) - 2
  const pen = agentPen('not shown here')
  return listed.flatMap((node, i) => [
    ...(i > 0 ? ['', ''] : []),
    ...withinBytes(detailsFor(tree, node, pen), each),
  ])
}

/** The tool get_critical_path: what the answer waited for. It has no command of its own. */
export const criticalPath = verb({
  ...ASKS_API,
  flags: { id, limit: count(`spans at most, those that took longest; ${PATH.usual} when not given`) },
  formats: [],
  examples: [],
  tools: [
    {
      name: 'get_critical_path',
      title: 'Spans the answer waited for',
      asks: 'trace',
      description:
        'The critical path of one trace: the spans that the answer waited for, in order, each with its time and share. Speeding up a span outside of it gains nothing. At most 16 kB.',
      takes: ['id', 'limit'],
      required: ['id'],
      most: { limit: PATH.most },
    },
  ],
  async run(invocation, { id, limit = PATH.usual }): Promise<Answer> {
    const { tree, name, notes } = await read(invocation, id)
    const pen = agentPen('limit')
    const path = criticalLines(tree, rootsPath(tree), timeWindow(tree), pen, limit)
    const lines = path.length === 0 ? ['No critical path: no span of the trace took time.'] : path
    return {
      blocks: [textBlock(() => agentHeader(tree, name, pen)), drawnBlock(() => lines)],
      notes,
    }
  },
})
