import { requireService } from '../../commands/trace/known-service.ts'
import { pictureOf } from '../../commands/trace/output/picture.ts'
import { readView } from '../../commands/trace/output/view-options.ts'
import type { AskingForMore } from '../../trace/render/agent/agent-text.ts'
import { agentTrace } from '../../trace/render/agent/agent-trace.ts'
import { MOST_BYTES, MOST_ROWS } from '../../trace/render/agent/limits.ts'
import type { AnswerTool } from '../tool.ts'
import { readTrace } from './one-trace.ts'
import { noSuchSpans, readSpanId } from './span-ids.ts'

const BESIDE =
  'with service and name of a row (what its failed or slow spans have in common), diff_traces with a usual one.'

/** How an agent asks for more than the text of a trace has room for. */
const BY_ARGUMENTS: AskingForMore = {
  lists: 'error',
  values: 'not shown here',
  steps: [
    'More: get_span_details with spans (attributes, events, exceptions); get_critical_path; get_trace again with span (what is',
    `below one span), error, service, min, depth, or limit (at most ${MOST_ROWS}). Beside other traces: explain_traces`,
    BESIDE,
  ],
  stepsWhenFull: [
    `The ${MOST_BYTES / 1024} kB are full: narrow by span (what is below one span), service, error, min or depth. Or get_span_details`,
    'with spans (attributes, events, exceptions); get_critical_path. Beside other traces: explain_traces',
    BESIDE,
  ],
}

/** What chooses spans, beside the trace. */
const CHOOSING = ['error', 'service', 'min', 'depth']

/** Answers get_trace. */
export const traceAnswer: AnswerTool = async (invocation, given, flags) => {
  const now = invocation.ports.clock.now()
  if (given.span !== undefined) readSpanId('span', given.span as string, now)
  const view = readView(flags, now)
  const { tree, name, notes } = await readTrace(invocation, given.id as string)
  const picture = pictureOf({ tree, clocks: undefined }, view, true)
  if (picture === undefined) throw noSuchSpans([view.spanId as string], tree.trace)
  requireService(picture.tree, view.selection.service, view.spanId)
  const chosen = CHOOSING.filter((name) => given[name] !== undefined && given[name] !== false)
  const says = chosen.join(', ') || undefined
  const more = { ...BY_ARGUMENTS, steps: [...notes, ...BY_ARGUMENTS.steps] }
  const most = given.limit as number | undefined
  return agentTrace(picture, { says, selection: view.selection }, { name }, { more, most })
}
