import { agentPen } from '../../trace/render/agent/agent-text.ts'
import { detailsFor } from '../../trace/render/agent/agent-trace.ts'
import { ABOUT_DATA, dataBlock, withinBytes } from '../../trace/render/agent/data-block.ts'
import { headerLines } from '../../trace/render/waterfall/header.ts'
import type { TraceTree } from '../../trace/tree/trace-tree.ts'
import type { AnswerTool } from '../tool.ts'
import { DETAILS } from '../tool-arguments.ts'
import { readTrace } from './one-trace.ts'
import { noSuchSpans, readSpanId } from './span-ids.ts'

/** UTF-8 bytes of the answer. */
const MOST_BYTES = 64 * 1024
/** What the facts and the markers take of it. */
const FACTS_BYTES = 2048

const MORE = { lists: 'not shown here', steps: [] }

/** Answers get_span_details. */
export const spanDetailsAnswer: AnswerTool = async (invocation, given) => {
  const now = invocation.ports.clock.now()
  const ids = (given.spans as readonly string[]).map((span) => readSpanId('spans', span, now))
  const { tree, name, notes } = await readTrace(invocation, given.id as string)
  const wanted = new Set(ids)
  const nodes = [...tree.spans.keys()].filter((node) => wanted.has(tree.span(node).spanId))
  const found = new Set(nodes.map((node) => tree.span(node).spanId))
  const missing = [...wanted].filter((id) => !found.has(id))
  if (nodes.length === 0) throw noSuchSpans(missing, tree.trace)
  const facts = headerLines(tree, { source: { name } }, agentPen(MORE.lists))
  const whole = tree.trace.partial === undefined ? 'this trace' : 'the part of the trace that is here'
  const absent = missing.length === 0 ? [] : [`Not in ${whole}: ${missing.join(', ')}.`]
  const lines = [...facts, ABOUT_DATA, ...notes, ...absent, '', ...dataBlock(wholeSpans(tree, nodes))]
  return `${lines.join('\n')}\n`
}

/** Each span with its share of the bytes. Spans that share an id are all told. */
function wholeSpans(tree: TraceTree, nodes: readonly number[]): string[] {
  const told = nodes.slice(0, DETAILS.most)
  const room = Math.floor((MOST_BYTES - FACTS_BYTES) / told.length)
  return told.flatMap((node, i) => [
    ...(i > 0 ? ['', ''] : []),
    ...withinBytes(detailsFor(tree, node, MORE), room - 2),
  ])
}
